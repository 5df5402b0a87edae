import type { PageImage } from "../page-image.ts";
import { inverted, isDark, tonesOf } from "./contrast.ts";
import { type Box, heightOf, inkedParts, type Part, panelsOf, widthOf } from "./letters.ts";
import { medianOf } from "./median.ts";
import { maxLetters, nextInRow } from "./rows.ts";
import { paleLettersOn, signlessLetters } from "./survey.ts";
import { cutOut } from "./turn.ts";

/** Dark print on light paper: a page, or a dark part of it that begins at `left` and `top` and was made light. */
export interface Ground {
  readonly image: PageImage;
  readonly paper: number;
  readonly left: number;
  readonly top: number;
  readonly kind: "page" | "panel";
}

/** Letters beside each other, in pixels of their ground. */
export interface Row extends Box {
  readonly ground: Ground;
  readonly letters: number;
}

export interface OpenRows {
  readonly rows: readonly Row[];
  /** On the page, in words or not. */
  readonly letters: readonly Box[];
}

/** More dark parts are the dots of a picture. */
const maxPanels = 200;

/**
 * The rows of letters that are in none of some words, on the page and on its dark parts.
 *
 * @param page made ready for the engine.
 * @param hasPalePrint where paler letters are to be looked for as well.
 */
export function openRows(page: PageImage, words: readonly Box[], hasPalePrint: boolean): OpenRows {
  const tones = tonesOf(page);
  const inked = inkedParts(page, tones.threshold);
  const letters = signlessLetters(inked, tones);
  const isRead = coverOf(page, words);
  const ground: Ground = { image: withoutWords(page, words, tones.paper), paper: tones.paper, left: 0, top: 0, kind: "page" };
  const panels = panelsOf(inked, medianOf(letters.map(heightOf))).filter((panel) => !isRead(panel));
  const isDarkLetter = hasPalePrint ? coverOf(page, letters) : () => true;
  const pale = hasPalePrint ? paleLettersOn(page, tones).filter((letter) => !isRead(letter) && !isDarkLetter(letter)) : [];
  const open = letters.filter((letter) => !isRead(letter));
  return { rows: [...rowsOf(open, ground), ...rowsOf(pale, ground), ...rowsOnPanels(ground.image, panels, letters)], letters };
}

function rowsOnPanels(page: PageImage, panels: readonly Part[], letters: readonly Box[]): Row[] {
  if (panels.length > maxPanels) return [];
  // A frame around letters of the page is a dark part of it as well.
  const isOwn = (row: Row): boolean => letters.filter((letter) => isOn(row, letter, row.ground)).length < row.letters;
  return panels.flatMap((panel) => rowsOnPanel(page, panel)).filter(isOwn);
}

function rowsOnPanel(page: PageImage, panel: Part): Row[] {
  const cut = cutOut(page, { left: panel.left, top: panel.top, width: widthOf(panel), height: heightOf(panel) });
  const image = isDark(cut) ? inverted(cut) : cut;
  const tones = tonesOf(image);
  const letters = signlessLetters(inkedParts(image, tones.threshold), tones);
  return rowsOf(letters, { image, paper: tones.paper, left: panel.left, top: panel.top, kind: "panel" });
}

/** True where the middle of another box is in a box of an image that begins at `origin`. */
export function isOn(box: Box, { left, top, right, bottom }: Box, origin = { left: 0, top: 0 }): boolean {
  const [x, y] = [(left + right) / 2 - origin.left, (top + bottom) / 2 - origin.top];
  return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
}

/** In heights of a letter: the white between words. */
const maxGap = 2;
/** In heights: a single part that is wider is a word whose letters touch. */
const minWidth = 1.5;
/** In pixels, where usual letters are 15 to 30 high: what is higher is a picture. */
const maxRowHeight = 120;

function rowsOf(letters: readonly Part[], ground: Ground): Row[] {
  if (letters.length > maxLetters) return [];
  const parts = letters.toSorted((one, other) => one.left - other.left);
  const rows = parts.map((part) => [part]);
  for (const [index, part] of parts.entries()) {
    const next = nextInRow(parts, index, maxGap * heightOf(part));
    if (next === undefined) continue;
    rows[next]?.push(...(rows[index] ?? []));
    rows[index] = [];
  }
  return rows
    .filter(([first, second]) => first !== undefined && (second !== undefined || widthOf(first) >= minWidth * heightOf(first)))
    .map((row) => ({ ...boxAround(row), ground, letters: row.length }))
    .filter((row) => heightOf(row) <= maxRowHeight);
}

/** The smallest box that holds some others, one at least. */
export function boxAround(boxes: readonly Box[]): Box {
  let { left, top, right, bottom } = boxes[0] as Box;
  for (const box of boxes) {
    left = Math.min(left, box.left);
    top = Math.min(top, box.top);
    right = Math.max(right, box.right);
    bottom = Math.max(bottom, box.bottom);
  }
  return { left, top, right, bottom };
}

/** Side of the cells in which is noted what is covered, in pixels as a power of 2. */
const cell = 2;

/** Tells whether the middle of a box is in any of some others. */
function coverOf({ width, height }: PageImage, boxes: readonly Box[]): (box: Box) => boolean {
  const columns = (width >> cell) + 1;
  const cells = new Uint8Array(columns * ((height >> cell) + 1));
  for (const { left, top, right, bottom } of boxes)
    for (let y = top >> cell; y <= bottom >> cell; y++) cells.fill(1, y * columns + (left >> cell), y * columns + (right >> cell) + 1);
  return ({ left, top, right, bottom }) => cells[((top + bottom) >> (cell + 1)) * columns + ((left + right) >> (cell + 1))] === 1;
}

function withoutWords(page: PageImage, words: readonly Box[], paper: number): PageImage {
  if (words.length === 0) return page;
  const grey = page.grey.slice();
  for (const { left, top, right, bottom } of words)
    for (let y = top; y <= bottom; y++) grey.fill(paper, y * page.width + left, y * page.width + right + 1);
  return { ...page, grey };
}
