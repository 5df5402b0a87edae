import { isSurelyLanguage } from "./language-likeness.ts";

/** The characters of a page in the file's order. Places are in points from the top left corner of the page as it is shown. */
export interface PageCharacters {
  /** Code points; pdfium's own spaces and line ends among them. */
  readonly codes: Uint32Array;
  /** Of each: left, top, right and bottom of the room that it takes in its line; all 0 where pdfium put it in. */
  readonly boxes: Float32Array;
  /** Of each: the point on its base line where it begins, x and y. */
  readonly origins: Float32Array;
  /** Quarter turns clockwise of its line against one that runs to the right; {@link slanted} for anything between. */
  readonly turns: Uint8Array;
}

/** A line that is neither level nor upright, as that of a watermark. */
export const slanted = 4;

/** A page's text layer, and facts to judge it by. */
export interface PageLayer {
  readonly characters: PageCharacters;
  /** Texts that somebody has typed onto the page, where drawing them is left to the viewer. */
  readonly notes: readonly string[];
  /** The codes of characters that have no meaning that the file or its fonts know, as if they were those of Unicode; words apart. */
  readonly unknown: string;
  /** Width and height of the page as it is shown, in points. */
  readonly width: number;
  readonly height: number;
  /** The page has, beside its characters, pictures and shapes that could be letters; rules at best; or next to nothing. */
  readonly drawings: "shapes" | "rules" | "none";
  /** Dots an inch of the finest picture; nothing where something other than pictures is on the page. */
  readonly pictureDpi: number | undefined;
}

/** From this part of the text on, characters without a meaning make nonsense of the rest. */
const maxUnknown = 0.2;

const letter = /[\p{L}\p{N}]/gu;
const meaningless = /[\ufffd\p{Cc}\p{Co}\p{Cn}]/gu;

/** The number of letters and digits in a text. */
export const countLetters = (text: string): number => text.match(letter)?.length ?? 0;

/** The characters as pdfium puts them in order. */
export function charactersOf({ characters: { codes } }: PageLayer): string {
  const parts: string[] = [];
  // An argument each: the stack holds some ten thousand.
  for (let start = 0; start < codes.length; start += 8192) parts.push(String.fromCodePoint(...codes.subarray(start, start + 8192)));
  return parts.join("");
}

/**
 * True if the file knows what its characters mean, or their codes are words of themselves: TeX's bitmap fonts have no names for their
 * letters, but ASCII's codes.
 */
export function hasMeaning(layer: PageLayer): boolean {
  const visible = charactersOf(layer).replace(/\s/gu, "");
  const isFew = (count: number): boolean => count <= maxUnknown * visible.length;
  return (
    isFew(visible.match(meaningless)?.length ?? 0) && (isFew(layer.unknown.replace(/\s/gu, "").length) || isSurelyLanguage(layer.unknown))
  );
}

/** Typographers' ligatures and Hebrew's and Arabic's letters in the shapes that they take within words. */
const presentationForms = /[\ufb00-\ufdff\ufe70-\ufefc]+/gu;
/** A hyphen between a letter and the rest of its word on the next line, which may be that of the next column. */
const lineEndHyphen = /(?<=\p{L})[-\u00ad\u2010]\n(?=\p{L})|(?<=\p{Ll})[-\u00ad\u2010]\n\n(?=\p{Ll})/gu;

/** Text as a reader would write it down: words undivided, lines ended by `\n`, without what is not seen. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\f\v]/gu, "\n")
    .replace(/[^\S\n]+$/gmu, "")
    .replace(lineEndHyphen, "\u00ad")
    .replace(/(?<=\p{L})\u00ad(?=\p{Ll})/gu, "")
    .replaceAll("\u00ad", "-")
    .replace(/(?![\n\t])[\p{Cc}\p{Cn}\ufeff]/gu, "")
    .replace(presentationForms, (forms) => forms.normalize("NFKC"))
    .normalize("NFC")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}
