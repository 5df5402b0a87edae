/** The part of a text that is analysed, in UTF-16 code units: its topic and its attitude are clear by then. */
export const analysedLength = 200 * 1024;

/**
 * The part of a text that was written to be read, for sentiment and keywords: what is only there for a program (HTML, the headers and parts
 * of a mail, targets of Markdown links, CSS) is left out. Invisible characters are left out, and Latin letters of other shapes are plain.
 *
 * @param text of any length; the result has at most 200 Ki code units. Takes time in proportion to the length.
 */
export async function proseOf(text: string): Promise<string> {
  const visible = withPlainLetters(text.replace(/\p{Default_Ignorable_Code_Point}+/gu, ""));
  const body = isMail(visible) ? await bodyOfMail(visible) : visible;
  const unmarked = hasTags(body) ? await withoutTags(body) : body;
  return [withoutAttributions, withoutHeaders, withoutStyles, withoutLinks].reduce(
    (prose, without) => without(prose),
    unmarked.slice(0, analysedLength),
  );
}

/** Full-width letters, mathematical ones and ligatures. Other characters that have a compatible form, such as ™, are more than a shape. */
function withPlainLetters(text: string): string {
  return text.replace(/[\uff01-\uff5e\u{1d400}-\u{1d7ff}\ufb00-\ufb06]+/gu, (letters) => letters.normalize("NFKC"));
}

const knownTags =
  "a abbr article aside b blockquote body br button caption center code dd div dl dt em figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i img input label li link main meta nav ol option p pre script section select small span strike strong style sub sup svg table tbody td template textarea tfoot th thead title tr u ul".replaceAll(
    " ",
    "|",
  );
const tag = new RegExp(String.raw`<(?:/?(?:${knownTags})(?:\s[^<>]{0,4000})?/?>|!doctype\s)`, "i");
const entity = /&(?:[a-z]{2,8}|#\d{2,6}|#x[\da-f]{2,5});/i;

const hasTags = (text: string): boolean => tag.test(text) || entity.test(text);

/** Their content is no markup, so that one without an end, as in a text about HTML, would take the rest of the text with it. */
const rawElements = ["script", "style", "title", "textarea"];

async function withoutTags(text: string): Promise<string> {
  const { htmlText, NestedTooDeeplyError } = await import("./html-text.ts"); // the parser is slow to load, and few texts have tags
  const unclosed = rawElements.filter((name) => !new RegExp(`</${name}[\\s>]`, "i").test(text));
  const safe = unclosed.reduce((html, name) => html.replace(new RegExp(`<${name}[\\s/>]`, "gi"), "<b>"), text);
  try {
    return htmlText(safe, { keepsSpace: !/^\s*<(?:!doctype|html)\b/i.test(text) });
  } catch (error) {
    if (!(error instanceof NestedTooDeeplyError)) throw error;
    return text;
  }
}

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

/** No mail has more parts than this; the parser takes time that grows with the square of their number. */
const maxParts = 500;

async function bodyOfMail(source: string): Promise<string> {
  const mail = source.trimStart().slice(0, analysedLength);
  if (mail.split("\n--").length > maxParts) return source;
  const { default: PostalMime } = await import("postal-mime");
  try {
    const { subject = "", text, html = "" } = await PostalMime.parse(mail);
    return `${subject}\n\n${text?.trim() ? text : html}`;
  } catch {
    return source; // beyond the parser's limits: its lines are still treated one by one
  }
}

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

/** Without rules of CSS. */
function withoutStyles(text: string): string {
  if (!text.includes("{")) return text;
  let prose = text;
  for (let level = 0; level < 3; level++) {
    prose = prose.replace(/[^{}\n]{0,300}\{([^{}]*)\}/g, (rule, inside: string) => (areDeclarations(inside) ? "" : rule));
  }
  return prose;
}

/** Properties of one word, with which a rule of one declaration begins that has no semicolon. */
const property =
  /^\s*(?:background|border|bottom|clear|color|content|display|filter|flex|float|font|gap|grid|height|left|margin|opacity|overflow|padding|position|right|top|transform|visibility|width)\s*:/i;

function areDeclarations(inside: string): boolean {
  const declarations = inside.split(";").map((one) => one.trim());
  const areAll = declarations.every((one) => one === "" || /^-{0,2}[a-z][a-z-]*\s?:\s?\S/i.test(one));
  return areAll && (inside.includes(";") || property.test(inside) || inside.trim() === "");
}

/** Without the targets of Markdown's links and images, of which the text stays. */
function withoutLinks(text: string): string {
  return text
    .replace(/!?\[([^\][\n]{0,500})\]\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)/g, "$1")
    .replace(/!?\[([^\][\n]{1,500})\]\[[^\][\n]{0,200}\]/g, "$1")
    .replace(/^ {0,3}\[[^\][\n]{1,200}\]:[ \t]*\S+.*$/gm, "");
}
