import type { PageImage } from "../page-image.ts";

/** The grey value of paper afterwards: a little below white, so that its grain is not cut off. */
const paperWhite = 235;
const inkBlack = 15;
/** A place is stretched as if its ink had at least this share of the page's contrast, so that grain on empty paper stays grain. */
const minContrast = 0.65;

/** Grey values between ink and paper; with less, what looks like print is grain. */
const faintestPrint = 24;

/** The levels of paper and ink over a page. */
export interface Levels {
  readonly paper: Grid;
  readonly ink: Grid;
}

interface Grid {
  readonly cells: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
}

/** Of the brightest paper; the darkest that does not count as a shadow. */
const evenPaper = 0.87;
/** Of the brightest paper: less contrast than this is pale print. */
const paleContrast = 0.4;
/** True if the paper is not equally bright everywhere. */
export function isShaded({ paper }: Levels): boolean {
  return quantileOf(paper.cells, 0.05) < evenPaper * quantileOf(paper.cells, 0.95);
}

/** True if the page is hardly darker where there is print. */
export function isPale({ paper, ink }: Levels): boolean {
  return contrastOfPrint(paper, ink) < paleContrast;
}

/**
 * Takes shadows and the fall of light off a page and stretches what is left: paper becomes one light grey everywhere and
 * the ink nearly black, also where the print is pale. The paper is what most pixels around a place are at least as dark as;
 * the ink is the darkest of them, read off a grid of cells of about half a line of print.
 */
export function evenlyLit(page: PageImage, { paper, ink }: Levels): PageImage {
  const overall = contrastOfPrint(paper, ink);
  const { grey, width, height } = page;
  const out = new Uint8Array(grey.length);
  const across = placesIn(width, paper);
  const [papers, inks] = [new Float32Array(width), new Float32Array(width)];
  for (let y = 0, at = 0; y < height; y++) {
    interpolateRow(paper, y, across, papers);
    interpolateRow(ink, y, across, inks);
    for (let x = 0; x < width; x++, at++) {
      const white = papers[x] ?? 255;
      const contrast = Math.max(white - (inks[x] ?? 0), minContrast * overall * white, faintestPrint);
      const value = paperWhite - ((white - (grey[at] ?? 0)) * (paperWhite - inkBlack)) / contrast;
      out[at] = value <= 0 ? 0 : value >= 255 ? 255 : value + 0.5;
    }
  }
  return { ...page, grey: out };
}

export function levelsOf(page: PageImage): Levels {
  const cell = Math.max(8, Math.round(Math.max(page.width, page.height) / 96));
  const columns = Math.ceil(page.width / cell);
  const rows = Math.ceil(page.height / cell);
  const paper = new Float32Array(columns * rows);
  const ink = new Float32Array(columns * rows);
  const histogram = new Uint32Array(256);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const count = countAround(page, column, row, cell, histogram);
      paper[row * columns + column] = quantile(histogram, count * 0.7);
      ink[row * columns + column] = quantile(histogram, count * 0.05);
    }
  }
  return { paper: smoothed({ cells: paper, columns, rows, cell }), ink: smoothed({ cells: ink, columns, rows, cell }) };
}

/** Fills the histogram of a cell and its neighbours, every second pixel of every second row. */
function countAround({ grey, width, height }: PageImage, column: number, row: number, cell: number, histogram: Uint32Array): number {
  histogram.fill(0);
  const left = Math.max(0, (column - 1) * cell);
  const right = Math.min(width, (column + 2) * cell);
  const bottom = Math.min(height, (row + 2) * cell);
  let count = 0;
  for (let y = Math.max(0, (row - 1) * cell); y < bottom; y += 2) {
    for (let x = left; x < right; x += 2) {
      const value = grey[y * width + x] ?? 0;
      histogram[value] = (histogram[value] ?? 0) + 1;
      count++;
    }
  }
  return count;
}

function quantile(histogram: Uint32Array, rank: number): number {
  let seen = 0;
  for (let value = 0; value < 256; value++) {
    seen += histogram[value] ?? 0;
    if (seen > rank) return value;
  }
  return 255;
}

/** The mean of each cell and its neighbours, so that no cell's edge shows. */
function smoothed({ cells, columns, rows, cell }: Grid): Grid {
  const means = new Float32Array(cells.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let count = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++, count++) sum += cells[y * columns + x] ?? 0;
      }
      means[row * columns + column] = sum / count;
    }
  }
  return { cells: means, columns, rows, cell };
}

/** For each pixel of a row the columns of cells on both sides of it, and how far it is on the way from the one to the other. */
function placesIn(width: number, { columns, cell }: Grid) {
  const [left, right, share] = [new Int32Array(width), new Int32Array(width), new Float32Array(width)];
  for (let x = 0; x < width; x++) {
    const across = Math.min(columns - 1, Math.max(0, (x + 0.5) / cell - 0.5));
    left[x] = across;
    right[x] = Math.min(columns - 1, Math.floor(across) + 1);
    share[x] = across % 1;
  }
  return { left, right, share };
}

function interpolateRow({ cells, columns, rows, cell }: Grid, y: number, across: ReturnType<typeof placesIn>, values: Float32Array): void {
  const down = Math.min(rows - 1, Math.max(0, (y + 0.5) / cell - 0.5));
  const upper = Math.floor(down) * columns;
  const lower = Math.min(rows - 1, Math.floor(down) + 1) * columns;
  const lowerShare = down % 1;
  const row = new Float32Array(columns);
  for (let column = 0; column < columns; column++)
    row[column] = (cells[upper + column] ?? 0) * (1 - lowerShare) + (cells[lower + column] ?? 0) * lowerShare;
  const { left, right, share } = across;
  for (let x = 0; x < values.length; x++) {
    const before = row[left[x] ?? 0] ?? 0;
    values[x] = before + ((row[right[x] ?? 0] ?? 0) - before) * (share[x] ?? 0);
  }
}

/** Of places that may be empty: with less contrast, or with no more than grain has, they are. */
const emptyContrast = { min: 0.05, max: 0.15, ofMedian: 2 } as const;

/** The contrast of the print where there is any, which may be on a small part of the page. */
function contrastOfPrint(paper: Grid, ink: Grid): number {
  const all = contrasts(paper, ink);
  const { min, max, ofMedian } = emptyContrast;
  const empty = Math.max(min, Math.min(max, ofMedian * quantileOf(all, 0.5)));
  const printed = all.filter((contrast) => contrast > empty);
  return quantileOf(printed.length > 0 ? printed : all, 0.9);
}

/** Of the light that falls on each place, the share that its ink takes away. */
function contrasts(paper: Grid, ink: Grid): Float32Array {
  return paper.cells.map((value, index) => 1 - (ink.cells[index] ?? 0) / Math.max(1, value));
}

function quantileOf(values: Float32Array, share: number): number {
  return values.slice().sort()[Math.floor(values.length * share)] ?? 0;
}
