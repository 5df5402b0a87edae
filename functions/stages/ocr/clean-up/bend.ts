import { type Ink, inkByRow } from "./ink.ts";
import { medianOf } from "./median.ts";

/**
 * The distance of lines of print from the level, over a page whose middle is the origin and whose half width and half height are 1:
 * `x`, `xx`, `xy`, … are the coefficients of the pixels by which the print lies too low at a place.
 */
export interface Bend {
  readonly x: number;
  readonly xx: number;
  readonly xy: number;
  readonly xxy: number;
}

export const straight: Bend = { x: 0, xx: 0, xy: 0, xxy: 0 };

/** The bend of the same page made larger by a factor. */
export function scaledBend(bend: Bend, factor: number): Bend {
  if (bend === straight) return straight;
  const { x, xx, xy, xxy } = bend;
  return { x: x * factor, xx: xx * factor, xy: xy * factor, xxy: xxy * factor };
}

const strips = 16;
const bands = 4;
/** Of a strip's height; the shift between neighbours is sought within it. */
const maxShift = 0.012;

/**
 * Finds what one rotation cannot level: lines that fan out on a photograph taken aslant, and lines that bow on a sheet that
 * does not lie flat. The page is cut into upright strips and each strip's rows of ink are laid against its neighbour's,
 * band by band; the shifts that fit best are the slopes to which the bend is fitted.
 *
 * @param ink level on the whole.
 */
export function bendOf(ink: Ink): Bend {
  const profiles = inkByRow(ink, strips).map(profileOf);
  const slopes: Slope[] = [];
  for (let band = 0; band < bands; band++) {
    for (let strip = 1; strip < strips; strip++) {
      const slope = shiftBetween(profiles[strip - 1] ?? empty, profiles[strip] ?? empty, band);
      if (slope !== undefined) slopes.push({ across: (2 * strip) / strips - 1, down: (2 * band + 1) / bands - 1, ...slope });
    }
  }
  return fitted(slopes);
}

const empty = new Float32Array(0);

interface Slope {
  /** The place, -1..1 each way. */
  readonly across: number;
  readonly down: number;
  /** Pixels by which the print falls from one strip to the next. */
  readonly shift: number;
  readonly weight: number;
}

/** The ink of each row within a strip, without the strip's own mean. */
function profileOf(rows: Uint32Array): Float32Array {
  const mean = rows.reduce((total, ink) => total + ink, 0) / rows.length;
  return Float32Array.from(rows, (ink) => ink - mean);
}

/** The shift at which two profiles agree best in a band, between whole pixels by a parabola; nothing where they do not agree. */
function shiftBetween(left: Float32Array, right: Float32Array, band: number): { shift: number; weight: number } | undefined {
  const most = Math.max(3, Math.round(left.length * maxShift));
  const from = Math.max(most, Math.floor((band * left.length) / bands));
  const to = Math.min(left.length - most, Math.floor(((band + 1) * left.length) / bands));
  const agreements = Array.from({ length: 2 * most + 1 }, (_, index) => agreement(left, right, from, to, index - most));
  const best = agreements.indexOf(Math.max(...agreements));
  const at = agreements[best] ?? 0;
  const scale = Math.sqrt(energy(left, from, to) * energy(right, from, to));
  if (best === 0 || best === 2 * most || scale === 0 || at / scale < 0.5) return undefined;
  const before = agreements[best - 1] ?? 0;
  const after = agreements[best + 1] ?? 0;
  return { shift: best - most + (before - after) / (2 * (before - 2 * at + after) || 1), weight: at };
}

function agreement(left: Float32Array, right: Float32Array, from: number, to: number, shift: number): number {
  let sum = 0;
  for (let y = from; y < to; y++) sum += (left[y] ?? 0) * (right[y + shift] ?? 0);
  return sum;
}

function energy(profile: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let y = from; y < to; y++) sum += (profile[y] ?? 0) ** 2;
  return sum;
}

/** Too few places that agree say nothing about the page. */
const minSlopes = 10;

/** Least squares over slope = x + 2·xx·across + xy·down + 2·xxy·across·down; what does not fit is left out the second time. */
function fitted(slopes: readonly Slope[]): Bend {
  let bend = straight;
  let used = slopes;
  for (let round = 0; round < 3; round++) {
    if (used.length < minSlopes) return straight;
    const [x = 0, xx = 0, xy = 0, xxy = 0] = solved(normalEquations(used));
    bend = { x, xx, xy, xxy };
    const current = bend;
    const errors = used.map((slope) => Math.abs(slope.shift - slopeAt(current, slope)));
    const tolerance = 2.5 * medianOf(errors) + 0.3;
    used = used.filter((slope) => Math.abs(slope.shift - slopeAt(current, slope)) <= tolerance);
  }
  // Slopes are of one strip's width each; half the page's width is the unit.
  const unit = strips / 2;
  return { x: bend.x * unit, xx: (bend.xx * unit) / 2, xy: bend.xy * unit, xxy: (bend.xxy * unit) / 2 };
}

function slopeAt({ x, xx, xy, xxy }: Bend, { across, down }: Slope): number {
  return x + xx * across + xy * down + xxy * across * down;
}

function normalEquations(slopes: readonly Slope[]): number[][] {
  const rows = Array.from({ length: 4 }, () => [0, 0, 0, 0, 0]);
  for (const { across, down, shift, weight } of slopes) {
    const terms = [1, across, down, across * down, shift];
    for (const [row, sums] of rows.entries())
      for (const [column, term] of terms.entries()) sums[column] = (sums[column] ?? 0) + weight * term * (terms[row] ?? 0);
  }
  return rows;
}

/** Gaussian elimination; the matrix is symmetric and positive, so that no pivot has to be sought. */
function solved(rows: number[][]): number[] {
  for (const [pivot, row] of rows.entries()) {
    for (const [index, other] of rows.entries()) {
      if (index === pivot) continue;
      const share = (other[pivot] ?? 0) / (row[pivot] || 1);
      for (const [column, value] of row.entries()) other[column] = (other[column] ?? 0) - share * value;
    }
  }
  return rows.map((row, index) => (row[4] ?? 0) / (row[index] || 1));
}

/** The same ink on a page that was bent and is flat now. */
export function inkFlattened(ink: Ink, { x, xx, xy, xxy }: Bend): Ink {
  const down = ink.down.map((value, point) => {
    const [across, share] = [(2 * (ink.across[point] ?? 0)) / ink.width, (2 * value) / ink.height];
    return value - across * (x + share * xy + across * (xx + share * xxy));
  });
  return { ...ink, down };
}
