import { type PageCharacters, slanted } from "./page-layer.ts";

/** A part of a line, as if the page were turned so that the line runs to the right; in points, downwards from the top. */
export interface Piece {
  text: string;
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

/** In heights of a line: a space between words, and one that is wider than those. */
const wordSpace = 0.14;
const wideSpace = 0.9;
/** In heights of a line: base lines that are the same, and how far a character may stand back behind the one before it. */
const sameBase = 0.4;
const maxBack = 0.5;
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
  const groups = new Map<number, Piece[]>();
  let [count, downward, gapCodes] = [0, 0, 0];
  let last: { piece: Piece; place: Place; turn: number } | undefined;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (isSpace(code)) {
      gapCodes |= code === 0x0a || code === 0x0d ? lineEnd : space;
      continue;
    }
    const turn = turns[index] ?? 0;
    const place = placeOf(characters, index, turn);
    const joint = last?.turn === turn ? jointOf(last.piece, last.place, place, code, gapCodes, turn) : undefined;
    if (last !== undefined && isBelow(last.place, place)) downward++;
    const piece = joint === undefined ? { text: "", ...place, start: index } : (last?.piece as Piece);
    if (joint === undefined) {
      groups.set(turn, groups.get(turn) ?? []);
      groups.get(turn)?.push(piece);
      if (++count > maxPieces) return undefined;
    }
    extend(piece, place, `${joint ?? ""}${String.fromCodePoint(code)}`);
    last = { piece, place, turn };
    gapCodes = 0;
  }
  return downward > minDownward * codes.length ? undefined : groups;
}

const [space, lineEnd] = [1, 2];

const isSpace = (code: number): boolean => code <= 0x20 || code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x3000;

/** True of Hebrew and Arabic letters. */
export const isRightToLeft = (code: number): boolean => (code >= 0x590 && code <= 0x8ff) || (code >= 0xfb1d && code <= 0xfefc);

/** What stands between a character and the one before it on the same line; nothing where it begins another piece. */
function jointOf(piece: Piece, last: Place, place: Place, code: number, gapCodes: number, turn: number): "" | " " | undefined {
  const between = gapCodes === 0 ? "" : " ";
  if (turn === slanted || isRightToLeft(code) || isRightToLeft(piece.text.codePointAt(0) ?? 0))
    return gapCodes & lineEnd ? undefined : between;
  const size = Math.max(place.bottom - place.top, last.bottom - last.top, Number.EPSILON);
  // Letters of one ligature have one room.
  const gap = place.left === last.left && place.right === last.right ? 0 : (place.left - last.right) / size;
  if (Math.abs(place.base - last.base) > sameBase * size || gap < -maxBack || gap > wideSpace) return undefined;
  return gap > wordSpace ? " " : between;
}

function isBelow(last: Place, place: Place): boolean {
  const size = place.bottom - place.top;
  const fall = (place.base - last.base) / size;
  return Math.abs(place.left - last.left) < 0.3 * size && fall > 0.6 && fall < 1.6;
}

function extend(piece: Piece, { left, right, top, bottom }: Place, text: string): void {
  piece.text += text;
  piece.left = Math.min(piece.left, left);
  piece.right = Math.max(piece.right, right);
  piece.top = Math.min(piece.top, top);
  piece.bottom = Math.max(piece.bottom, bottom);
}

function placeOf({ boxes, origins }: PageCharacters, index: number, turn: number): Place {
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
