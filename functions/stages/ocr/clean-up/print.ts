import { type Ink, inkByRow } from "./ink.ts";
import { weightedMedian } from "./median.ts";

/** Size and side of the print on a level page. */
export interface Print {
  /** Height of the small letters in pixels; nothing where no lines were found. */
  readonly xHeight?: number;
  /**
   * Ink above the small letters as a share of all that is above and below them. Capitals, digits and most of the letters that
   * are not small stand above: 0.5 to 1 on an upright page.
   */
  readonly above: number;
}

const strips = 10;
/** Of a strip's fullest rows: rows with more ink than this run through small letters. */
const fullRow = 0.4;
/** Between lines, in pixels of a survey. */
const maxPitch = 160;

interface Band {
  readonly height: number;
  readonly ink: number;
  readonly inkAbove: number;
  readonly inkBelow: number;
}

/** Looks for the bands of rows in which the small letters stand, in narrow strips, so that columns and bows do not matter. */
export function printOf(ink: Ink): Print {
  const rows = inkByRow(ink, strips);
  // Letters are fuller at their heads and feet than between: without blurring, a line of print is two bands.
  const blur = Math.max(1, Math.round(pitchOf(rows) / 12));
  const bands = rows.flatMap((strip) => bandsOf(strip, blurredRows(strip, blur)));
  const tall = bands.filter(({ height }) => height >= 3);
  if (tall.length < 3) return { above: 0.5 };
  const above = tall.reduce((sum, { inkAbove }) => sum + inkAbove, 0);
  return {
    xHeight: weightedMedian(tall.map(({ height, ink }) => ({ value: height, weight: ink }))),
    above: above / Math.max(1, above + tall.reduce((sum, { inkBelow }) => sum + inkBelow, 0)),
  };
}

/**
 * Rows from one line of print to the next: the first distance, beyond that at which print lies on gaps, at which the rows are
 * nearly as like each other as at any.
 */
function pitchOf(strips: readonly Uint32Array[]): number {
  const max = Math.min(maxPitch, Math.floor((strips[0]?.length ?? 0) / 2));
  const centred = strips.map((rows) => {
    const mean = rows.reduce((total, ink) => total + ink, 0) / rows.length;
    return Float32Array.from(rows, (ink) => ink - mean);
  });
  const likeness = Array.from({ length: max }, (_, lag) => likenessAt(centred, lag));
  const gap = likeness.findIndex((value) => value < 0);
  if (gap < 0) return 0;
  const min = 0.6 * Math.max(...likeness.slice(gap));
  return likeness.findIndex((value, lag) => lag > gap && value >= min && value > (likeness[lag + 1] ?? 0));
}

function likenessAt(strips: readonly Float32Array[], lag: number): number {
  let sum = 0;
  for (const rows of strips) {
    for (let row = lag; row < rows.length; row++) sum += (rows[row] ?? 0) * (rows[row - lag] ?? 0);
  }
  return sum;
}

function blurredRows(rows: Uint32Array, radius: number): Uint32Array {
  return rows.map((_, row) => sumOf(rows, row - radius, row + radius + 1) / (2 * radius + 1));
}

function bandsOf(ink: Uint32Array, rows: Uint32Array): Band[] {
  const inked = rows.filter((row) => row > 0).sort();
  const threshold = fullRow * (inked[Math.floor(inked.length * 0.9)] ?? 0);
  const bands: Band[] = [];
  let top = -1;
  for (let row = 0; row <= rows.length; row++) {
    const full = row < rows.length && (rows[row] ?? 0) > threshold;
    if (full && top < 0) top = row;
    if (full || top < 0) continue;
    bands.push(bandBetween(ink, top, row));
    top = -1;
  }
  return bands;
}

function bandBetween(rows: Uint32Array, top: number, bottom: number): Band {
  const reach = Math.max(2, Math.round((bottom - top) * 0.5));
  return {
    height: bottom - top,
    ink: sumOf(rows, top, bottom),
    inkAbove: sumOf(rows, top - reach, top),
    inkBelow: sumOf(rows, bottom, bottom + reach),
  };
}

function sumOf(rows: Uint32Array, from: number, to: number): number {
  return rows.subarray(Math.max(0, from), Math.max(0, to)).reduce((sum, ink) => sum + ink, 0);
}
