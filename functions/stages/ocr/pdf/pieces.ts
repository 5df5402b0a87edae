import { inDirection } from "./directions.ts";
import { type PageCharacters, slanted } from "./page-layer.ts";

/** A part of a line, as if the page were turned so that the line runs to the right; in points, downwards from the top. */
export interface Piece {
  readonly text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** The base line of its first character. */
  readonly base: number;
  /** The index of its first character. */
  readonly start: number;
}

/** Pieces whose lines have the same direction. */
export type PiecesByTurn = ReadonlyMap<number, readonly Piece[]>;

/** In heights of a line: a space between words, and what is wider than those, whether the file has a space there or not. */
const wordSpace = 0.1;
const wideSpace = { written: 0.75, unwritten: 0.55 } as const;
/** In heights of a line: the usual gap of letters that are spaced out; a word space is so many times as wide then. */
const minSpacing = 0.08;
const spacedOut = 1.6;
/** In heights of a line: base lines that are the same, and how far a character may stand back behind the one before it. */
const sameBase = 0.4;
const maxBack = 0.5;
/** In heights of a line: what may be between two letters that touch. */
const maxBeside = 0.02;
/** In heights of a line: how far an exponent is raised that is of this part of its base's size, or an index lowered. */
const maxRaised = { distance: 0.65, size: 0.85 } as const;
/** A page of more pieces is none that somebody reads. */
const maxPieces = 20_000;
/** The part of the characters that stand below the one before them in upright writing. */
const minDownward = 0.25;

/** A character's room and base line, as if its line ran to the right. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly base: number;
}

/**
 * Puts characters together that follow each other on a line with no more than the space between words. Where a line runs to
 * the left, or is slanted, pdfium's own order and spaces are taken.
 *
 * @returns nothing where pdfium's order is better altogether: lines that run downwards, or too many pieces.
 */
export function piecesOf(characters: PageCharacters): PiecesByTurn | undefined {
  const { codes, turns } = characters;
  const groups = new Map<number, OpenPiece[]>();
  let [count, downward, before] = [0, 0, nothing];
  let last: { piece: OpenPiece; place: Place; turn: number } | undefined;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    const turn = turns[index] ?? 0;
    const place = placeOf(characters, index, turn);
    if (isSpace(code)) {
      const isWritten = place.right > place.left;
      before |= code === 0x0a || code === 0x0d ? lineEnd : isWritten ? writtenSpace : space;
      // Spaces that fill a gap make one line of what is on both sides of it.
      if (isWritten && last?.turn === turn && gapAfter(last.piece, last.place, place, { code, before: nothing, turn }) !== undefined)
        last = { ...last, place: { ...last.place, left: place.left, right: place.right } };
      continue;
    }
    const gap = last?.turn === turn ? gapAfter(last.piece, last.place, place, { code, before, turn }) : undefined;
    if (last !== undefined && isBelow(last.place, place)) downward++;
    const piece = gap === undefined || last === undefined ? { letters: [], lefts: [], gaps: [], ...place, start: index } : last.piece;
    if (piece !== last?.piece) {
      groups.set(turn, groups.get(turn) ?? []);
      groups.get(turn)?.push(piece);
      if (++count > maxPieces) return undefined;
    }
    extend(piece, place, String.fromCodePoint(code), gap ?? 0);
    last = { piece, place, turn };
    before = nothing;
  }
  if (downward > minDownward * codes.length) return undefined;
  return new Map([...groups].map(([turn, pieces]) => [turn, pieces.map((piece) => ({ ...piece, text: textOf(piece) }))]));
}

/** A piece whose end has not been seen. */
interface OpenPiece extends Omit<Piece, "text"> {
  readonly letters: string[];
  readonly lefts: number[];
  /** Before each letter, in heights of the line; without end where the file has a space. */
  readonly gaps: number[];
}

/** White that stands between two characters in the file. */
const [nothing, space, lineEnd, writtenSpace] = [0, 1, 2, 4];

const isSpace = (code: number): boolean => code <= 0x20 || code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x3000;

/** True of Hebrew and Arabic letters. */
export const isRightToLeft = (code: number): boolean => (code >= 0x590 && code <= 0x8ff) || (code >= 0xfb1d && code <= 0xfefc);

/** The gap between a character and the one before it on the same line; nothing where it begins another piece. */
function gapAfter(
  piece: OpenPiece,
  last: Place,
  place: Place,
  { code, before, turn }: Readonly<Record<"code" | "before" | "turn", number>>,
): number | undefined {
  if (turn === slanted || isRightToLeft(code) || isRightToLeft(piece.letters[0]?.codePointAt(0) ?? 0))
    return before & lineEnd ? undefined : before === nothing ? 0 : Number.POSITIVE_INFINITY;
  const size = Math.max(place.bottom - place.top, last.bottom - last.top, Number.EPSILON);
  const hasSpace = (before & writtenSpace) !== 0;
  // A letter that is moved back over a space, to where the last letter ends, takes its place: typesetters' programs leave such within words.
  const isOverSpace = hasSpace && Math.abs(place.left - piece.right) < maxBeside * size && place.left < (last.left + last.right) / 2;
  // Letters of one ligature have one room.
  const gap = place.left === last.left && place.right === last.right ? 0 : (place.left - (isOverSpace ? piece.right : last.right)) / size;
  const widest = hasSpace ? wideSpace.written : wideSpace.unwritten;
  if (Math.abs(place.base - last.base) > (isRaised(place, last) ? maxRaised.distance : sameBase) * size || gap < -maxBack || gap > widest)
    return undefined;
  return hasSpace && !isOverSpace ? Number.POSITIVE_INFINITY : gap;
}

/** True of an exponent or an index beside the letter before it, and of what follows it. */
function isRaised(place: Place, last: Place): boolean {
  const [size, lastSize] = [place.bottom - place.top, last.bottom - last.top];
  return Math.min(size, lastSize) < maxRaised.size * Math.max(size, lastSize);
}

/** The letters, with a space where the gap is wider than between the letters of a word, which may be spaced out. */
function textOf({ letters, lefts, gaps }: OpenPiece): string {
  const isLetter = (at: number): boolean => /[\p{L}\p{M}\p{N}]/u.test(letters[at] ?? "");
  // Dots that lead to a page number say nothing of the words before them.
  const between = gaps
    .filter((gap, at) => at > 0 && Number.isFinite(gap) && isLetter(at) && isLetter(at - 1))
    .sort((one, other) => one - other);
  const usual = between[Math.floor(between.length / 2)] ?? 0;
  const spaced = usual > minSpacing ? spacedOut * usual : 0;
  const isAfterSpace = (at: number): boolean => (gaps[at] ?? 0) > Math.max(wordSpace, spaced);
  if (letters.some((letter) => isRightToLeft(letter.codePointAt(0) ?? 0))) {
    const placed = letters.map((text, at) => ({ text, left: lefts[at] ?? 0 }));
    return inDirection(placed.flatMap((letter, at) => (isAfterSpace(at) ? [{ text: " ", left: letter.left }, letter] : [letter])));
  }
  return letters.map((letter, at) => (isAfterSpace(at) ? ` ${letter}` : letter)).join("");
}

function isBelow(last: Place, place: Place): boolean {
  const size = place.bottom - place.top;
  const fall = (place.base - last.base) / size;
  return Math.abs(place.left - last.left) < 0.3 * size && fall > 0.6 && fall < 1.6;
}

function extend(piece: OpenPiece, { left, right, top, bottom }: Place, letter: string, gap: number): void {
  piece.letters.push(letter);
  piece.lefts.push(left);
  piece.gaps.push(gap);
  piece.left = Math.min(piece.left, left);
  piece.right = Math.max(piece.right, right);
  piece.top = Math.min(piece.top, top);
  piece.bottom = Math.max(piece.bottom, bottom);
}

/** Of one character, whose line has this turn. */
export function placeOf({ boxes, origins }: PageCharacters, index: number, turn: number): Place {
  const [left, top, right, bottom] = [
    boxes[4 * index] ?? 0,
    boxes[4 * index + 1] ?? 0,
    boxes[4 * index + 2] ?? 0,
    boxes[4 * index + 3] ?? 0,
  ];
  const [x, y] = [origins[2 * index] ?? 0, origins[2 * index + 1] ?? 0];
  if (turn === 1) return { left: top, top: -right, right: bottom, bottom: -left, base: -x };
  if (turn === 2) return { left: -right, top: -bottom, right: -left, bottom: -top, base: -y };
  if (turn === 3) return { left: -bottom, top: left, right: -top, bottom: right, base: x };
  return { left, top, right, bottom, base: y };
}
