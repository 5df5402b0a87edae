/** Character codes of a font that follow each other as their characters do: `character` is that of the code `first`. */
export interface CodeRange {
  readonly first: number;
  readonly last: number;
  readonly character: number;
}

const lastCodePoint = 0x10ffff;
/** Bytes of a map that are looked at; those of whole ranges are short. */
const maxMapBytes = 64 * 1024;
const entry = /<([\da-f]{2,8})>\s*<([\da-f]{2,8})>\s*(?:<([\da-f]{4})>|\[[^\]]{0,4096}\])/gi;

/**
 * The ranges of a ToUnicode map whose first and last codes differ in more than their last byte. They are against the rules, and usual:
 * TCPDF, tFPDF and mPDF write `<0000> <FFFF> <0000>` into every file. pdfium takes a range only to the end of its first 256 codes.
 */
export function wideRangesIn(content: Buffer): readonly CodeRange[] {
  const [, ...blocks] = content.toString("latin1", 0, maxMapBytes).split("beginbfrange");
  return blocks.flatMap((block) => entriesOf(block.split("endbfrange", 1)[0] ?? "")).filter(({ first, last }) => first >> 8 !== last >> 8);
}

function entriesOf(block: string): readonly CodeRange[] {
  return Array.from(block.matchAll(entry)).flatMap(([, first = "", last = "", character]) =>
    character === undefined ? [] : { first: parseInt(first, 16), last: parseInt(last, 16), character: parseInt(character, 16) },
  );
}

/** The character of a code that pdfium knows none for; nothing where no range has it, or fonts disagree about it. */
export function characterOf(code: number, ranges: readonly CodeRange[]): number | undefined {
  const found = ranges.filter(({ first, last }) => first <= code && code <= last);
  const [character, ...others] = new Set(found.map((range) => range.character + code - range.first));
  return others.length === 0 && (character ?? 0) <= lastCodePoint ? character : undefined;
}
