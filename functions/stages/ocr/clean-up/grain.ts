import type { PageImage } from "../page-image.ts";
import { weightedMedian } from "./weighted-median.ts";

/** A pixel that differs from all of its neighbours by more than this is dust or a drop-out. */
const speckContrast = 60;
/** Below this share they are left alone: the dots of small print would suffer. */
const manySpecks = 0.002;

/** Takes single black and white pixels off a page that has many of them. */
export function despeckled(page: PageImage): PageImage {
  return specksOf(page) > manySpecks ? withoutSpecks(page) : page;
}

/** The share of pixels that stand alone. */
function specksOf(page: PageImage): number {
  let specks = 0;
  let pixels = 0;
  for (let y = 1; y < page.height - 1; y += 3) {
    for (let x = 1; x < page.width - 1; x += 2, pixels++) if (isSpeck(page, y * page.width + x)) specks++;
  }
  return specks / Math.max(1, pixels);
}

function isSpeck({ grey, width }: PageImage, at: number): boolean {
  const value = grey[at] ?? 0;
  const [left, right, above, below] = [grey[at - 1] ?? 0, grey[at + 1] ?? 0, grey[at - width] ?? 0, grey[at + width] ?? 0];
  return value < Math.min(left, right, above, below) - speckContrast || value > Math.max(left, right, above, below) + speckContrast;
}

/** Each pixel the middle one of its neighbourhood: specks go that a camera or a file has smeared, and the finest strokes with them. */
export function medianFiltered(page: PageImage): PageImage {
  const { width, height } = page;
  const grey = page.grey.slice();
  const around = new Uint8Array(9);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) grey[y * width + x] = medianAround(page, y * width + x, around);
  }
  return { ...page, grey };
}

function withoutSpecks(page: PageImage): PageImage {
  const { width, height } = page;
  const grey = page.grey.slice();
  const around = new Uint8Array(9);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (!standsOut(page, at)) continue;
      const median = medianAround(page, at, around);
      if (Math.abs((page.grey[at] ?? 0) - median) > speckContrast) grey[at] = median;
    }
  }
  return { ...page, grey };
}

/** A cheap question first: most pixels are like the mean of their neighbours. */
function standsOut({ grey, width }: PageImage, at: number): boolean {
  const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
  return Math.abs(4 * (grey[at] ?? 0) - around) > 2 * speckContrast;
}

function medianAround({ grey, width }: PageImage, at: number, around: Uint8Array): number {
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) around[row * 3 + column] = grey[at + (row - 1) * width + column - 1] ?? 0;
  }
  return around.sort()[4] ?? 0;
}

/**
 * The standard deviation of a page's grain in grey values.
 *
 * @see J. Immerkær, Fast noise variance estimation, 1996; the median rather than the mean, since print is not grain
 */
export function grainOf({ grey, width, height }: PageImage): number {
  const histogram = new Uint32Array(512);
  for (let y = 1; y < height - 1; y += 3) {
    for (let x = 1; x < width - 1; x += 3) {
      const at = y * width + x;
      const corners = (grey[at - width - 1] ?? 0) + (grey[at - width + 1] ?? 0) + (grey[at + width - 1] ?? 0) + (grey[at + width + 1] ?? 0);
      const sides = (grey[at - width] ?? 0) + (grey[at + width] ?? 0) + (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0);
      const rough = Math.min(511, Math.abs(corners - 2 * sides + 4 * (grey[at] ?? 0)));
      histogram[rough] = (histogram[rough] ?? 0) + 1;
    }
  }
  const median = weightedMedian(Array.from(histogram, (weight, value) => ({ value, weight })));
  // The filter makes six times the deviation of it, and half of a normal distribution lies within 0.6745 deviations.
  return median / 6 / 0.6745;
}

/** Each pixel the weighted mean of its neighbourhood, 1-2-1 each way. */
export function softened(page: PageImage): PageImage {
  const { grey, width, height } = page;
  const out = grey.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const corners = (grey[at - width - 1] ?? 0) + (grey[at - width + 1] ?? 0) + (grey[at + width - 1] ?? 0) + (grey[at + width + 1] ?? 0);
      const sides = (grey[at - width] ?? 0) + (grey[at + width] ?? 0) + (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0);
      out[at] = (corners + 2 * sides + 4 * (grey[at] ?? 0) + 8) >> 4;
    }
  }
  return { ...page, grey: out };
}
