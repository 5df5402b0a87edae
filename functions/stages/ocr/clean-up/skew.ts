import { type Ink, inkByRow, inkInStrips, inkTurned, sampleOf } from "./ink.ts";
import { weightedMedian } from "./median.ts";

export interface Skew {
  /** By which the lines of print fall to the right, -15..15. */
  readonly degrees: number;
  /** True if the lines run down the page rather than across it, apart from the skew. */
  readonly sideways: boolean;
}

const maxDegrees = 15.5;
const coarseStep = 0.5;
const fineStep = 0.05;
/** Fewer dark pixels than this are no print to go by. */
const minPoints = 300;
const maxPoints = 50_000;
const strips = 6;

/** A page whose letters are this much nearer to their neighbours on one side lies that way, whatever its rows look like. */
const clearShare = 0.62;
/** A rotation is believed where rows of ink stand out more sharply after it by this factor, and by more the larger it is. */
const minGain = 1.05;
const minGainPerDegree = 0.03;
/** An angle below this is not worth resampling the page for. */
const minDegrees = 0.15;

/**
 * Finds the direction of the lines of print. Where the page is looked at along its lines, ink and gaps alternate most sharply: the angle is
 * sought at which the ink, summed along lines, differs most from each line of pixels to the next. On a sheet that does not lie
 * flat every strip has an angle of its own.
 *
 * @param all the ink of letters only.
 * @param across the share of letters whose nearest neighbour is beside them rather than below.
 * @see W. Postl, Detection of linear oblique structures and skew scan in digitized documents, 1986
 */
export function skewOf(all: Ink, across: number): Skew {
  const ink = sampleOf(all, maxPoints);
  if (ink.across.length < minPoints) return { degrees: 0, sideways: false };
  const turned = inkTurned(ink);
  const clear = Math.abs(across - 0.5) > clearShare - 0.5;
  const [level, upended] = [linesIn(ink), clear && across > 0.5 ? undefined : linesIn(turned)];
  const sideways = upended !== undefined && (clear ? across < 0.5 : upended.evidence > level.evidence);
  return { degrees: believed(sideways ? turned : ink, refined(sideways ? turned : ink, (sideways ? upended : level).degrees)), sideways };
}

function believed(ink: Ink, degrees: number): number {
  if (Math.abs(degrees) < minDegrees) return 0;
  const gain = minGain + minGainPerDegree * Math.abs(degrees);
  return alternationOf(profileAt(ink, degrees)) > gain * alternationOf(profileAt(ink, 0)) ? degrees : 0;
}

interface Lines {
  readonly degrees: number;
  /** The strength with which ink alternates with gaps when the page is looked at along the lines. */
  readonly evidence: number;
}

function linesIn(ink: Ink): Lines {
  const angles = inkInStrips(ink, strips).map((strip) => {
    const degrees = sharpestWithin(strip, -maxDegrees, maxDegrees, coarseStep);
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
    const sharpness = alternationOf(profileAt(ink, degrees));
    if (sharpness > best.sharpness) best = { degrees, sharpness };
  }
  return best.degrees;
}

/** More than a line of print, and less than a column. */
const neighbourhood = 40;

/** Kept from one angle to the next; as long as the diagonal of the largest page so far. */
let rowsOfProfile = new Uint32Array(0);

function profileAt({ across, down, width, height }: Ink, degrees: number): Uint32Array {
  const sin = Math.sin((degrees * Math.PI) / 180);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const middle = Math.ceil(Math.hypot(width, height) / 2) + neighbourhood;
  if (rowsOfProfile.length < 2 * middle) rowsOfProfile = new Uint32Array(2 * middle);
  const profile = rowsOfProfile.subarray(0, 2 * middle).fill(0);
  for (let point = 0; point < across.length; point++) {
    const row = Math.trunc((down[point] ?? 0) * cos - (across[point] ?? 0) * sin + middle + 0.5);
    profile[row] = (profile[row] ?? 0) + 1;
  }
  return profile;
}

function alternationOf(rows: Uint32Array): number {
  let sharpness = 0;
  for (let row = 1; row < rows.length; row++) sharpness += ((rows[row] ?? 0) - (rows[row - 1] ?? 0)) ** 2;
  return sharpness;
}

/** The difference of rows from their neighbourhood: lines have gaps between them from end to end, letters and columns do not. */
function alternation(rows: Uint32Array): number {
  let around = 0;
  let sum = 0;
  for (let row = -neighbourhood; row < rows.length; row++) {
    around += (rows[row + neighbourhood] ?? 0) - (rows[row - neighbourhood - 1] ?? 0);
    sum += ((rows[row] ?? 0) - around / (2 * neighbourhood + 1)) ** 2;
  }
  return sum;
}

/** The sharpness with which rows of ink alternate with gaps over the whole width. */
export function sharpnessOf(ink: Ink): number {
  return alternationOf(inkByRow(ink, 1)[0] ?? new Uint32Array(0));
}
