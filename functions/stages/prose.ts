import { bodiesOfMails, withoutMailMarks } from "./mail-text.ts";

/** The part of a text that is analysed, in UTF-16 code units: its topic and its attitude are clear by then. */
export const analysedLength = 200 * 1024;

/**
 * The part of a text that was written to be read, for sentiment and keywords: what is only there for a program (HTML and XML, names of JSON,
 * the headers and parts of a mail, code in Markdown, targets of its links, commands of LaTeX, CSS) is left out. Invisible characters are left
 * out, and Latin letters of other shapes are plain.
 *
 * @param text of any length; the result has at most 200 Ki code units. Takes time in proportion to the length.
 */
export async function proseOf(text: string): Promise<string> {
  const visible = withPlainLetters(text.replace(/\p{Default_Ignorable_Code_Point}+/gu, ""));
  const body = valuesOfJson(visible) ?? (await bodiesOfMails(visible, { maxLength: analysedLength }));
  const unmarked = await withoutMarkup(body);
  return [withoutMailMarks, withoutTimes, withoutStyles, withoutLatex, withoutCode, withoutDirectives, withoutLinks].reduce(
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

/** A declaration of XML, and the name of the first element after document type and comments. */
const prologue =
  /^\s*(?<declaration><\?xml\s[^<>]{0,400}\?>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*|<!DOCTYPE\s[^<>[\]]{0,400}>\s*)*<(?<root>[a-z_][\w:.-]{0,80})(?:\s[^<>]{0,9000})?>/i;

/** True of one element from begin to end that is none of HTML's, or that is declared as XML and no page. */
function isXml(text: string): boolean {
  const { declaration, root = "html" } = prologue.exec(text)?.groups ?? {};
  const isOfHtml = declaration === undefined ? tag.test(`<${root}>`) : root.toLowerCase() === "html";
  return !isOfHtml && text.trimEnd().endsWith(`</${root}>`);
}

/** Feeds have pages in their elements. */
async function withoutMarkup(text: string): Promise<string> {
  const body = isXml(text) ? await withoutTags(text, { isXml: true }) : text;
  return hasTags(body) ? withoutTags(body) : body;
}

/** Their content is no markup, so that one without an end, as in a text about HTML, would take the rest of the text with it. */
const rawElements = ["script", "style", "title", "textarea"];

async function withoutTags(text: string, { isXml = false } = {}): Promise<string> {
  const { htmlText, NestedTooDeeplyError } = await import("./html-text.ts"); // the parser is slow to load, and few texts have tags
  const unclosed = (isXml ? [] : rawElements).filter((name) => !new RegExp(`</${name}[\\s>]`, "i").test(text));
  const safe = unclosed.reduce((html, name) => html.replace(new RegExp(`<${name}[\\s/>]`, "gi"), "<b>"), text);
  try {
    return htmlText(safe, { isXml, keepsSpace: !/^\s*<(?:!doctype|html)\b/i.test(text) });
  } catch (error) {
    if (!(error instanceof NestedTooDeeplyError)) throw error;
    return text;
  }
}

/** The values of strings in JSON, or in lines of JSON; nothing for another text, and where no string has a letter. */
function valuesOfJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const values: string[] = [];
  const collect = (_: string, value: unknown): void => {
    if (typeof value === "string") values.push(value);
  };
  try {
    JSON.parse(text, collect);
  } catch {
    try {
      for (const line of text.split("\n")) if (line.trim() !== "") JSON.parse(line, collect);
    } catch {
      return undefined;
    }
  }
  const joined = values.join("\n\n");
  return /\p{L}/u.test(joined) ? joined : undefined;
}

/** A time, after a date or not, before a message of a chat or a log; or the times of a subtitle, after its number. */
const times =
  /^(?:\d{1,6}\r?\n)?[[(]?(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T,]?\s{0,2})?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?: ?[ap]\.?m\b\.?)?(?:[\])]| -->[^\n]*| -(?= )|(?=\s))/gim;

/** Without the times at the beginnings of lines. Blocks of WebVTT that are no subtitles have no times. */
function withoutTimes(text: string): string {
  const blocks = /^WEBVTT\b/.test(text) ? text.replace(/^(?:WEBVTT|NOTE|STYLE|REGION)\b.*(?:\n.*\S.*)*/gm, "") : text;
  return blocks.replace(times, "");
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

/** Without fenced code, where there is anything else. */
function withoutCode(text: string): string {
  const parts = text.split(/^ {0,3}(?:`{3,}|~{3,})/m);
  const isCode = (part: string, index: number): boolean =>
    index % 2 === 1 && index < parts.length - 1 && !/^(?:te?xt|markdown|md)\b/i.test(part);
  const prose = parts.filter((part, index) => !isCode(part, index)).join("");
  return /\p{L}/u.test(prose) ? prose : text;
}

/** Without the commands of LaTeX, of which the text in braces stays, unless it is a name. */
function withoutLatex(text: string): string {
  if (!/\\(?:documentclass|begin|section|chapter)\*?[{[]/.test(text)) return text;
  return text
    .replace(/(?<!\\)%.*$/gm, "")
    .replace(
      /\\(?:begin|end|documentclass|usepackage|label|[a-z]{0,6}ref|cite[a-z]{0,10}|input|include[a-z]{0,10}|bibliography[a-z]{0,6})\*?(?:\[[^\]\n]{0,300}\])?(?:\{[^{}\n]{0,300}\})?/g,
      "",
    )
    .replace(/\$[^$\n]{1,300}\$|\\[a-zA-Z]+\*?/g, " ");
}

/** Without what begins a line of Org or reStructuredText for its program, and the names of roles. */
const withoutDirectives = (text: string): string =>
  text
    .replace(/^[ \t]*#\+(?:begin|end)_.*$|^[ \t]*#\+\w{1,40}:|^[ \t]*\.\. [\w-]{1,40}::|^[ \t]*:[\w-]{1,40}:(?=\s)/gim, "")
    .replace(/:[a-z-]{2,20}:(?=`)/g, "");

/** Without the targets of Markdown's links and images, of which the text stays. An image can be the text of a link. */
function withoutLinks(text: string): string {
  const links = ["!", ""].reduce(
    (prose, mark) =>
      prose
        .replace(new RegExp(String.raw`${mark}\[([^\][\n]{0,500})\]\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)`, "g"), "$1")
        .replace(new RegExp(String.raw`${mark}\[([^\][\n]{1,500})\]\[[^\][\n]{0,200}\]`, "g"), "$1"),
    text,
  );
  return links.replace(/^ {0,3}\[[^\][\n]{1,200}\]:[ \t]*\S+.*$/gm, "");
}
