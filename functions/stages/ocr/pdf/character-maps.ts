/** Character codes of a font that follow each other as their characters do: `character` is that of the code `first`. */
export interface CodeRange {
  readonly first: number;
  readonly last: number;
  readonly character: number;
}

const lastCodePoint = 0x10ffff;
/** Bytes of a map that are looked at: those of the largest fonts. */
const maxMapBytes = 256 * 1024;
const section = /(\d{0,6})\s{0,9}beginbf(char|range)/;
/** A code with its character; the first and the last of some codes, with that of the first or a list of all. */
const entries = {
  char: /<([\da-f]{2,8})>\s*<([\da-f]{4,64})>/gi,
  range: /<([\da-f]{2,8})>\s*<([\da-f]{2,8})>\s*(?:<([\da-f]{4,64})>|\[[^\]]{0,4096}\])/gi,
} as const;

const identity = { first: 0, last: 0xffff, character: 0 } as const;
const mapKey = "/ToUnicode";

/** The range of a font whose map is only named as the one that changes nothing, `/ToUnicode /Identity-H`: pdfium takes it for none. */
export function identityIn(content: Buffer): readonly CodeRange[] {
  for (let at = content.indexOf(mapKey); at !== -1; at = content.indexOf(mapKey, at + mapKey.length))
    if (/^\s*\/Identity-[HV]/.test(content.toString("latin1", at + mapKey.length, at + mapKey.length + 20))) return [identity];
  return [];
}

/**
 * The part of a ToUnicode map that pdfium leaves out although every viewer takes it: the end of a range whose first and last codes differ in
 * more than their last byte (TCPDF, tFPDF and mPDF write `<0000> <FFFF> <0000>` into every file), and sections that have more entries, or
 * fewer, than they say.
 */
export function leftOutOf(content: Buffer): readonly CodeRange[] {
  if (!content.includes("beginbf")) return []; // most parts of a file are no maps
  const parts = content.toString("latin1", 0, maxMapBytes).split(section);
  const found: CodeRange[] = [];
  for (let at = 1; at < parts.length; at += 3) {
    const [count = "", kind = "", rest = ""] = parts.slice(at, at + 3);
    const ranges = rangesIn(rest.split("endbf", 1)[0] ?? "", kind as keyof typeof entries);
    found.push(...(ranges.length === Number(count || -1) ? ranges.filter(({ first, last }) => first >> 8 !== last >> 8) : ranges));
  }
  return found.filter(({ character }) => !Number.isNaN(character));
}

/** The entries of a section; one of several characters, or of a list of them, has none. */
function rangesIn(text: string, kind: keyof typeof entries): CodeRange[] {
  return Array.from(text.matchAll(entries[kind]), ([, first = "", ...others]) => {
    const [last, character = ""] = kind === "char" ? [first, others[0]] : others;
    return {
      first: parseInt(first, 16),
      last: parseInt(last ?? "", 16),
      character: character.length === 4 ? parseInt(character, 16) : Number.NaN,
    };
  });
}

/** The character of a code that pdfium knows none for; nothing where no range has it, or fonts disagree about it. */
export function characterOf(code: number, ranges: readonly CodeRange[]): number | undefined {
  const found = ranges.filter(({ first, last }) => first <= code && code <= last);
  const [character, ...others] = new Set(found.map((range) => range.character + code - range.first));
  return others.length === 0 && (character ?? 0) <= lastCodePoint ? character : undefined;
}
