const headerNames =
  "from|to|cc|bcc|sent|date|subject|reply-to|sender|received|return-path|delivered-to|message-id|in-reply-to|references|mime-version|content-[a-z-]{2,40}|x-[a-z-]{2,40}|dkim-signature|authentication-results|list-[a-z-]{2,40}|arc-[a-z-]{2,40}|importance|thread-[a-z]{2,20}|user-agent|precedence|auto-submitted";
const headerLine = new RegExp(String.raw`^(?:>\s?)*(${headerNames}):(?:\s|$)`, "i");

/** Two header lines at least, and nothing else up to the first empty line. */
function isMail(text: string): boolean {
  const start = text.slice(0, 64 * 1024).trimStart();
  const [head = ""] = start.split(/\r?\n\r?\n/, 1);
  const lines = head.split(/\r?\n/);
  const isHead = lines.every(
    (line, index) => (index > 0 && /^[ \t]/.test(line)) || /^[\w-]{1,80}:(?:\s|$)/.test(line) || /^>?From /.test(line),
  );
  return isHead && lines.filter((line) => headerLine.test(line)).length >= 2;
}

/** The line before each mail of a mailbox file (RFC 4155). */
const mailboxLine = /^From [^\n]{1,200} \d\d:\d\d(?::\d\d)?(?: [^\n]{1,20})? \d{4}\b[^\n]{0,20}$/m;

/** No mail has more parts than this; the parser takes time that grows with the square of their number. */
const maxParts = 500;

interface ReadMail {
  /** In UTF-16 code units: what is beyond is not read of a mail. */
  readonly maxLength: number;
}

/** The subject and the text of a mail, or of each mail of a mailbox; any other text is as it was. */
export async function bodiesOfMails(text: string, read: ReadMail): Promise<string> {
  const isMailbox = mailboxLine.test(text.trimStart().split("\n", 1)[0] ?? "");
  const bodies: string[] = [];
  for (const mail of isMailbox ? text.split(mailboxLine, maxParts) : [text])
    bodies.push(isMail(mail) ? await bodyOfMail(mail, read) : mail);
  return bodies.join("\n\n");
}

async function bodyOfMail(source: string, { maxLength }: ReadMail): Promise<string> {
  const mail = source.trimStart().slice(0, maxLength);
  if (mail.split("\n--").length > maxParts) return source;
  const { default: PostalMime } = await import("postal-mime");
  try {
    const { subject = "", text, html = "" } = await PostalMime.parse(mail);
    return `${subject}\n\n${text?.trim() ? text : html}`;
  } catch {
    return source; // beyond the parser's limits: its lines are still treated one by one
  }
}

/** Without what mail programs put around the mails that are quoted and signed: headers, attributions, signatures, boundaries, encoded lines. */
export const withoutMailMarks = (text: string): string => withoutHeaders(withoutArmour(withoutAttributions(text)).replace(signature, ""));

/** A line `-- ` and the lines below it, with as many marks of quotation, up to an empty one (RFC 3676). */
const signature = /^([> ]{0,20})-- \r?\n(?:\1(?!>)[^\n]*[^\s>][^\n]*(?:\n|$)){0,12}/gm;

/** A time or an address is in these lines; they may be broken once, and quoted. */
const attribution =
  /^[> ]{0,20}(?:On|Am|Le|El|Il|Op)\b(?=[^\n]{0,200}(?:\d[:.h]\d\d|@))[^\n]{1,300}(?:\n[> ]{0,20}[^\n]{0,200})?\b(?:wrote|schrieb[^\n:]{0,200}|a écrit|escribió|ha scritto|schreef[^\n:]{0,200})\s?:[ \t\r]*$/gmu;
const divider = /^[> ]{0,20}[-_]{2,40} ?(?:original|forwarded) message ?[-_]{2,40}[ \t\r]*$/gim;

/** Without the lines that mail programs put above the mail that is answered or forwarded. */
const withoutAttributions = (text: string): string => text.replace(attribution, "").replace(divider, "");

/** Without the header lines, boundaries and encoded lines of mails that are quoted; the value of a subject stays. */
function withoutHeaders(text: string): string {
  const lines = text.split("\n");
  const isHeader = lines.map((line) => headerLine.test(line));
  return lines
    .map((line, index) => {
      if (/^--[\w'()+,./:=?-]{8,72}\s*$/.test(line) || /^[A-Za-z\d+/=]{60,}\s*$/.test(line)) return "";
      const isAmongHeaders = isHeader[index] && (isHeader[index - 1] || isHeader[index + 1] || /^(?:mime|content|x|message)-/i.test(line));
      if (!isAmongHeaders) return line;
      return /subject:/i.test(line.slice(0, 40)) ? line.slice(line.indexOf(":") + 1) : "";
    })
    .join("\n");
}

/** Without what programs of mail and of security sign and encrypt with (RFC 4880, RFC 7468). */
const withoutArmour = (text: string): string =>
  text
    .replace(/^[> ]{0,20}-----BEGIN PGP SIGNED MESSAGE-----\s*\n(?:[> ]{0,20}Hash: [^\n]*\n)?/gm, "")
    .replace(
      /^[> ]{0,20}-----BEGIN [A-Z\d ]{3,40}-----\s*\n(?:[> ]{0,20}(?:[A-Z][A-Za-z-]{3,20}: [^\n]*|[\w+/=]*)\r?\n)*(?:[> ]{0,20}-----END [A-Z\d ]{3,40}-----)?/gm,
      "",
    );
