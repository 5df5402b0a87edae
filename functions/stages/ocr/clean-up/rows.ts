import { heightOf, type Part, widthOf } from "./letters.ts";
import { medianOf } from "./median.ts";

/** Neighbours in a row of print: in heights, the white between them and how far they may differ. */
const maxGap = 1.2;
const maxRatio = 2.6;
/** The part of the lower one's height that they share. */
const minShared = 0.5;

/**
 * The next letter of the row that a part stands in.
 *
 * @param parts from left to right.
 * @param maxWhite pixels up to it.
 * @returns its index, if there is one.
 */
export function nextInRow(parts: readonly Part[], index: number, maxWhite?: number): number | undefined {
  const part = parts[index] as Part;
  const reach = part.right + (maxWhite ?? maxGap * heightOf(part));
  for (let at = index + 1; at < parts.length; at++) {
    const other = parts[at] as Part;
    if (other.left > reach) return undefined;
    if (other.left > (part.left + part.right) / 2 && isBeside(part, other)) return at;
  }
  return undefined;
}

function isBeside(one: Part, other: Part): boolean {
  const [height, otherHeight] = [heightOf(one), heightOf(other)];
  if (Math.max(height, otherHeight) > maxRatio * Math.min(height, otherHeight)) return false;
  const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) + 1;
  return shared >= minShared * Math.min(height, otherHeight) && widthOf(other) < 12 * otherHeight;
}

/** More is a texture, which is not looked through for rows: that takes time with the square of its parts where they are all in one column. */
export const maxLetters = 12_000;
/** Of the middle one of all sides: what is smaller is the dot of a letter, a full stop, or a piece of a broken letter. */
const dotSide = 0.35;
/** So many alike in a row are no word but a rule of dashes, dots or asterisks. */
const minAlike = 16;
/** White between them, in sides of theirs. */
const maxAlikeGap = 9;

/** Of all that has the shape of letters what the engine would read as letters and digits: no dots, and no rules that are made of signs. */
export function withoutSigns(letters: readonly Part[]): readonly Part[] {
  if (letters.length > maxLetters) return letters;
  const middle = medianOf(letters.map(sideOf));
  const parts = letters.filter((part) => sideOf(part) >= dotSide * middle).sort((one, other) => one.left - other.left);
  const rowOf = parts.map((_, index) => index); // of each part the first one of its row of parts that are alike
  const sizes = new Uint32Array(parts.length);
  for (const [index, part] of parts.entries()) {
    const row = rowOf[index] ?? index;
    sizes[row] = (sizes[row] ?? 0) + 1;
    const next = nextInRow(parts, index, maxAlikeGap * sideOf(part));
    if (next !== undefined && isAlike(part, parts[next] as Part)) rowOf[next] = row;
  }
  return parts.filter((_, index) => (sizes[rowOf[index] ?? index] ?? 0) < minAlike);
}

const sideOf = (part: Part): number => Math.max(widthOf(part), heightOf(part));

/** A pixel more or less is how the raster falls. */
const isAlike = (one: Part, other: Part): boolean =>
  isNear(widthOf(one), widthOf(other)) &&
  isNear(heightOf(one), heightOf(other)) &&
  Math.abs(one.top - other.top) <= nearness(heightOf(one));

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= nearness(one);
const nearness = (side: number): number => Math.max(1, 0.15 * side);
