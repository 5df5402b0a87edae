import type { PageImage } from "../page-image.ts";
import { type Ink, inkInStrips, inkOf, inkTurned } from "./ink.ts";
import { reduced, reductionTo } from "./resize.ts";
import { weightedMedian } from "./weighted-median.ts";

export interface Skew {
  /** By which the lines of print fall to the right, -15..15. */
  readonly degrees: number;
  /** Whether the lines run down the page rather than across it, apart from the skew. */
  readonly sideways: boolean;
}

const mostDegrees = 15.5;
const coarseStep = 0.5;
const fineStep = 0.05;
/** Fewer dark pixels than this are no print to go by. */
const leastPoints = 300;
const strips = 6;

/**
 * How the lines of print lie. Where the page is looked at along its lines, ink and gaps alternate most sharply: the angle is
 * sought at which the ink, summed along lines, differs most from each line of pixels to the next. On a sheet that does not lie
 * flat every strip has an angle of its own.
 *
 * @param page dark on light, evenly lit.
 * @see W. Postl, Detection of linear oblique structures and skew scan in digitized documents, 1986
 */
export function skewOf(page: PageImage): Skew {
  const ink = inkOf(reduced(page, reductionTo(900, page)));
  if (ink.across.length < leastPoints) return { degrees: 0, sideways: false };
  const turned = inkTurned(ink);
  const across = linesIn(ink);
  const down = linesIn(turned);
  const sideways = down.evidence > across.evidence;
  return { degrees: refined(sideways ? turned : ink, (sideways ? down : across).degrees), sideways };
}

interface Lines {
  readonly degrees: number;
  /** How much ink alternates with gaps when the page is looked at along the lines. */
  readonly evidence: number;
}

function linesIn(ink: Ink): Lines {
  const angles = inkInStrips(ink, strips).map((strip) => {
    const degrees = sharpestWithin(strip, -mostDegrees, mostDegrees, coarseStep);
    return { value: degrees, weight: strip.across.length, evidence: alternation(profileAt(strip, degrees)) };
  });
  return { degrees: weightedMedian(angles), evidence: angles.reduce((sum, { evidence }) => sum + evidence, 0) };
}

function refined(ink: Ink, degrees: number): number {
  return sharpestWithin(ink, degrees - 1.2 * coarseStep, degrees + 1.2 * coarseStep, fineStep);
}

function sharpestWithin(ink: Ink, from: number, to: number, step: number): number {
  let best = { degrees: 0, sharpness: -1 };
  for (let index = 0; index <= Math.round((to - from) / step); index++) {
    const degrees = from + index * step;
    const sharpness = sharpnessOf(profileAt(ink, degrees));
    if (sharpness > best.sharpness) best = { degrees, sharpness };
  }
  return best.degrees;
}

/** Half of the diagonal of a page of 2000 pixels a side, which is more than one that has been made smaller has. */
const reach = 1500;
const profile = new Uint32Array(2 * reach);

function profileAt({ across, down }: Ink, degrees: number): Uint32Array {
  const sin = Math.sin((degrees * Math.PI) / 180);
  const cos = Math.cos((degrees * Math.PI) / 180);
  profile.fill(0);
  for (let point = 0; point < across.length; point++) {
    const row = Math.round((down[point] ?? 0) * cos - (across[point] ?? 0) * sin) + reach;
    profile[row] = (profile[row] ?? 0) + 1;
  }
  return profile;
}

function sharpnessOf(rows: Uint32Array): number {
  let sharpness = 0;
  for (let row = 1; row < rows.length; row++) sharpness += ((rows[row] ?? 0) - (rows[row - 1] ?? 0)) ** 2;
  return sharpness;
}

/** More than a line of print, and less than a column. */
const neighbourhood = 40;

/** How far rows differ from their neighbourhood: lines have gaps between them from end to end, letters and columns do not. */
function alternation(rows: Uint32Array): number {
  let around = 0;
  let sum = 0;
  for (let row = -neighbourhood; row < rows.length; row++) {
    around += (rows[row + neighbourhood] ?? 0) - (rows[row - neighbourhood - 1] ?? 0);
    sum += ((rows[row] ?? 0) - around / (2 * neighbourhood + 1)) ** 2;
  }
  return sum;
}
