/** A page's text layer, and facts to judge it by. */
export interface PageLayer {
  /** The characters as the file has them, lines ended by `\r\n`; U+00AD stands for a hyphen and the end of its line. */
  readonly characters: string;
  /** The number of them that have no meaning that the file or its fonts know. */
  readonly unknown: number;
  /** The part of the page that pictures cover, in sum; more than 1 where they overlap. */
  readonly pictured: number;
  /** Nothing at all stands on it. */
  readonly blank: boolean;
}

/** From this part of the text on, characters without a meaning make nonsense of the rest. */
const maxUnknown = 0.2;
/** A page that is a picture by this part may bear a stamp or a page number of so many letters and digits beside it. */
const minPictured = 0.25;
const minLetters = 50;

const letter = /[\p{L}\p{N}]/gu;
const meaningless = /[\ufffd\p{Co}\p{Cn}]/gu;

/** The number of letters and digits in a text. */
export const countLetters = (text: string): number => text.match(letter)?.length ?? 0;

/** True if the layer makes sense at all. */
export function makesSense({ characters, unknown }: PageLayer): boolean {
  const visible = characters.replace(/\s/gu, "");
  const unreadable = Math.max(unknown, visible.match(meaningless)?.length ?? 0);
  return unreadable <= maxUnknown * visible.length;
}

/** True if the layer is the page's text, so that nothing is left to be read off its picture. */
export function isWhole(layer: PageLayer): boolean {
  if (layer.blank) return true;
  const letters = countLetters(layer.characters);
  const enough = layer.pictured < minPictured ? 1 : minLetters;
  return letters >= enough && makesSense(layer);
}

/** Typographers' ligatures and Hebrew's and Arabic's letters in the shapes that they take within words. */
const presentationForms = /[\ufb00-\ufdff\ufe70-\ufefc]+/gu;

/** A layer's text as a reader would write it down: words undivided, lines ended by `\n`, without what is not seen. */
export function textOf({ characters }: PageLayer): string {
  return characters
    .toWellFormed()
    .replace(/(?<=\p{L})\u00ad(?=\p{Ll})/gu, "")
    .replaceAll("\u00ad", "-")
    .replace(/\r\n?|[\u2028\u2029\f\v]/gu, "\n")
    .replace(/(?![\n\t])[\p{Cc}\p{Cn}\ufeff]/gu, "")
    .replace(presentationForms, (forms) => forms.normalize("NFKC"))
    .replace(/[^\S\n]+$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}
