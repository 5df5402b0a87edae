import { Parser } from "htmlparser2";

/** Elements whose content is not part of the text that a reader sees. */
const unread = new Set(
  "area audio base canvas datalist embed iframe link map meta noembed noframes noscript object param script select style svg template title video".split(
    " ",
  ),
);
/** Elements that begin on a new line; those of {@link paragraphs} have an empty line around them. */
const lines = new Set(
  "address article aside br caption center dd details dialog dir div dt fieldset figcaption footer form header hgroup hr legend li main menu nav option section summary tbody tfoot thead tr".split(
    " ",
  ),
);
const paragraphs = new Set("blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table ul".split(" "));

/** Browsers put elements at no greater depth than this either. The parser takes time in proportion to it. */
const maxDepth = 512;

/** The elements of a page are nested deeper than 512 levels. */
export class NestedTooDeeplyError extends Error {}

export interface HtmlReading {
  /** True where line ends and spaces are those of the source: it is a text with some markup in it. */
  readonly keepsSpace?: boolean;
  /** True where no element is one of HTML: each begins on a new line, and none is left out. */
  readonly isXml?: boolean;
}

/**
 * The text of a page as its reader sees it, without running its scripts: lines and paragraphs where blocks begin and end, cells of a table
 * divided by tabs. Hidden elements, scripts, styles, templates, drawings and the title are left out.
 *
 * @param html any text, in time in proportion to its length.
 * @throws {@link NestedTooDeeplyError}
 */
export function htmlText(html: string, { keepsSpace = false, isXml = false }: HtmlReading = {}): string {
  const text = textWriter();
  let [depth, skipped, preformatted] = [0, 0, 0];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > maxDepth) throw new NestedTooDeeplyError();
        if (skipped > 0 || (!isXml && isUnread(name, attributes))) skipped++;
        else {
          text.breakLine(isXml ? 1 : breaksAround(name));
          if (name === "pre" || name === "textarea") preformatted++;
        }
      },
      ontext(written) {
        if (skipped > 0) return;
        if (keepsSpace || preformatted > 0) text.writeAsIs(written);
        else text.write(written);
      },
      onclosetag(name) {
        depth--;
        if (skipped > 0) {
          skipped--;
          return;
        }
        if (name === "td" || name === "th") text.endCell();
        if (name !== "br") text.breakLine(isXml ? 1 : breaksAround(name));
        if (name === "pre" || name === "textarea") preformatted--;
      },
    },
    { xmlMode: isXml },
  );
  parser.end(html);
  return text.written();
}

function isUnread(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (unread.has(name) || Object.hasOwn(attributes, "hidden") || attributes["aria-hidden"] === "true") return true;
  return /display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden/i.test(attributes["style"] ?? "");
}

function breaksAround(name: string): 0 | 1 | 2 {
  if (paragraphs.has(name)) return 2;
  return lines.has(name) ? 1 : 0;
}

/** Joins pieces of text; space between them is written when the next piece comes. */
function textWriter() {
  const pieces: string[] = [];
  let [breaks, between] = [0, ""];
  const add = (piece: string): void => {
    if (pieces.length > 0) pieces.push(breaks > 0 ? "\n".repeat(breaks) : between);
    pieces.push(piece);
    [breaks, between] = [0, ""];
  };
  return {
    write(written: string): void {
      const words = written.replace(/\s+/g, " ");
      if (words.startsWith(" ") && between === "") between = " ";
      const trimmed = words.trim();
      if (trimmed === "") return;
      add(trimmed);
      if (words.endsWith(" ")) between = " ";
    },
    writeAsIs(written: string): void {
      if (written !== "") add(written);
    },
    endCell(): void {
      between = "\t";
    },
    breakLine(count: number): void {
      breaks = Math.max(breaks, count);
    },
    written: (): string => pieces.join(""),
  };
}
