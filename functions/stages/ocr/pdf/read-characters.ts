import { withMarks } from "./accents.ts";
import { type CodeRange, characterOf } from "./character-maps.ts";
import { type PageCharacters, type PageLayer, slanted } from "./page-layer.ts";
import type { PdfiumCalls } from "./pdfium.ts";

/** Characters that a page may have before the rest of them is let go: more than the text of a document may be long. */
const maxCharacters = 1024 * 1024;
const softHyphen = 0xad;
const space = 0x20;
const replacement = 0xfffd;
/** A page of which this part has no meaning that is known has fonts without names. */
const minUnnamed = 0.2;
/** Radians by which a line that is laid down by hand may lean. */
const maxLean = 0.2;
/** In sizes of the font: the room of a line, and the part of it that lies below the base line. */
const maxLineHeight = 1.5;
const belowBase = 0.3;

/** Of the addresses that pdfium writes to: a box of 4 floats, an origin of 2 doubles, a matrix of 6 floats. */
const scratchBytes = 64;

/**
 * Reads the characters of a page with their places; 10,000 of them take 5 ms.
 *
 * @param ranges of the file's fonts, for characters that pdfium does not know.
 */
export function readCharacters(calls: PdfiumCalls, page: number, ranges: readonly CodeRange[]): Pick<PageLayer, "characters" | "unknown"> {
  const text = calls._FPDFText_LoadPage(page);
  const count = Math.min(Math.max(0, calls._FPDFText_CountChars(text)), maxCharacters);
  const characters = {
    codes: new Uint32Array(count),
    boxes: new Float32Array(4 * count),
    origins: new Float32Array(2 * count),
    turns: new Uint8Array(count),
  };
  const place = placer(calls, page);
  const known = new Map<number, number | undefined>();
  const unknown = new Set<number>();
  for (let index = 0; index < count; index++) {
    // One by one: FPDFText_GetText leaves off the end of a text with ligatures in it.
    const code = codePointOf(calls._FPDFText_GetUnicode(text, index));
    // In place of a character that it does not know, pdfium has the code.
    const isUnknown = code === replacement || calls._FPDFText_HasUnicodeMapError(text, index) === 1;
    if (isUnknown && !known.has(code)) known.set(code, characterOf(code, ranges));
    const character = isUnknown ? known.get(code) : code;
    characters.codes[index] = calls._FPDFText_IsHyphen(text, index) === 1 ? softHyphen : (character ?? code);
    if (calls._FPDFText_IsGenerated(text, index) !== 1 && !place(text, index, characters)) characters.codes[index] = space;
    else if (character === undefined) unknown.add(index);
  }
  calls._FPDFText_ClosePage(text);
  if (unknown.size > minUnnamed * count) for (const index of unknown) characters.codes[index] = texLetterOf(characters.codes[index] ?? 0);
  return { characters: withMarks(characters), unknown: wordsOf(unknown, characters) };
}

/** Of the characters at these indices, divided by all others. */
function wordsOf(indices: ReadonlySet<number>, { codes }: PageCharacters): string {
  if (indices.size === 0) return "";
  const letters = Array.from(codes, (code, index) => (indices.has(index) ? String.fromCodePoint(code) : " "));
  return letters.join("").replace(/ +/g, " ").trim();
}

/** Of Cork's encoding: the letters from 0x80 on, where it differs from Latin-1, and others. */
const cork = "ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£";
const otherCork: Readonly<Record<number, string>> = { 215: "Œ", 247: "œ", 255: "ß" };

/** TeX's bitmap fonts have no names for their letters, but ASCII's codes, these for ff, fi, fl, ffi and ffl, and Cork's for letters with accents. */
function texLetterOf(code: number): number {
  const ligature = code & ~0x10;
  if (ligature >= 0x0b && ligature <= 0x0f) return 0xfb00 + ligature - 0x0b;
  return (cork[code - 0x80] ?? otherCork[code])?.codePointAt(0) ?? code;
}

/** A file may say of a character that it is none. */
const codePointOf = (code: number): number => (code < 0 || code > 0x10ffff ? replacement : code);

/**
 * Gives the function that notes the place of a character, for a page that may be turned and have its origin anywhere; it does nothing, and
 * says so, where the character is beyond the edge of the page as it is shown.
 */
function placer(calls: PdfiumCalls, page: number): (text: number, index: number, to: PageCharacters) => boolean {
  const scratch = calls.wasmExports.malloc(scratchBytes);
  const { toX, toY, quarters, width, height } = displayOf(calls, page, scratch);
  return (text, index, { boxes, origins, turns }) => {
    // pdfium's memory may have grown, and moved, since the last call.
    calls._FPDFText_GetLooseCharBox(text, index, scratch);
    calls._FPDFText_GetCharOrigin(text, index, scratch + 16, scratch + 24);
    calls._FPDFText_GetMatrix(text, index, scratch + 32);
    const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(calls.HEAPU8.buffer, scratch, 4);
    const [x = 0, y = 0] = new Float64Array(calls.HEAPU8.buffer, scratch + 16, 2);
    const [a = 1, b = 0, c = 0, d = 1] = new Float32Array(calls.HEAPU8.buffer, scratch + 32, 4);
    const size = calls._FPDFText_GetFontSize(text, index);
    const [xs, ys] = [
      [toX(left, bottom), toX(right, top)],
      [toY(left, bottom), toY(right, top)],
    ] as const;
    const origin = [toX(x, y), toY(x, y)] as const;
    const turn = turnOf(Math.atan2(-b, a) + (size < 0 ? Math.PI : 0), quarters);
    const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    if (box[2] < 0 || box[3] < 0 || box[0] > width || box[1] > height) return false;
    boxes.set(turn === slanted ? box : withinLine(box, origin, turn, Math.abs(size) * Math.hypot(c, d)), 4 * index);
    origins.set(origin, 2 * index);
    turns[index] = turn;
    return true;
  };
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A box as high as a line, where the font claims far more: its ascent and descent are then those of its largest symbol. */
function withinLine(box: Box, [x, y]: readonly [number, number], turn: number, em: number): Box {
  const [left, top, right, bottom] = box;
  const [height, width] = turn % 2 === 0 ? [bottom - top, right - left] : [right - left, bottom - top];
  // The size of a Type 3 font says nothing of its letters.
  if (height <= maxLineHeight * em || width > em) return box;
  const [before, after] = turn === 0 || turn === 3 ? [em, belowBase * em] : [belowBase * em, em];
  return turn % 2 === 0
    ? [left, Math.max(top, y - before), right, Math.min(bottom, y + after)]
    : [Math.max(left, x - before), top, Math.min(right, x + after), bottom];
}

/** @param lean of the base line on the page, in radians clockwise. */
function turnOf(lean: number, quarters: number): number {
  const turn = Math.round(lean / (Math.PI / 2));
  return Math.abs(lean - (turn * Math.PI) / 2) > maxLean ? slanted : (turn + quarters + 8) % 4;
}

/** Leads from the page's coordinates to those of the page as it is shown. */
function displayOf(calls: PdfiumCalls, page: number, scratch: number) {
  calls._FPDF_GetPageBoundingBox(page, scratch);
  const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(calls.HEAPU8.buffer, scratch, 4);
  const quarters = calls._FPDFPage_GetRotation(page);
  const toX = (x: number, y: number): number => [x - left, y - bottom, right - x, top - y][quarters] ?? 0;
  const toY = (x: number, y: number): number => [top - y, x - left, y - bottom, right - x][quarters] ?? 0;
  const [width, height] = quarters % 2 === 0 ? [right - left, top - bottom] : [top - bottom, right - left];
  return { toX, toY, quarters, width, height };
}
