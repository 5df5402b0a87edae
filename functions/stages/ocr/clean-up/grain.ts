import type { PageImage } from "../page-image.ts";
import { weightedMedian } from "./median.ts";

/** A pixel that differs from all of its neighbours by more than this is dust or a drop-out. */
const speckContrast = 60;
/** Of the places that are looked at; less dust than this does not matter. */
const manySpecks = 0.002;
/** Pixels around a speck in which nothing else may be dark: a dot of small print has its letter beside it. */
const around = 2;

/** Takes single black and white pixels off a page. */
export function despeckled(page: PageImage): PageImage {
  const { width, height, grey } = page;
  const out = grey.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      // A cheap question first: most pixels are like the mean of their neighbours.
      const sides = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
      if (Math.abs(4 * (grey[at] ?? 0) - sides) <= 2 * speckContrast) continue;
      const median = medianAround(grey, at, width);
      if (Math.abs((grey[at] ?? 0) - median) > speckContrast) out[at] = median;
    }
  }
  return { ...page, grey: out };
}

/** Dust lies on all of a page; what stands alone in print is where print is. */
const tiles = 16;
const dustyTiles = 0.5;

/** True if single dark or light pixels lie all over a page, on its empty paper as well. */
export function hasSpecks({ grey, width, height }: PageImage): boolean {
  const dusty = new Uint8Array(tiles * tiles);
  let [specks, places] = [0, 0];
  for (let y = around; y < height - around; y += 3) {
    for (let x = around; x < width - around; x += 2, places++) {
      if (!isSpeck(grey, y * width + x, width)) continue;
      specks++;
      dusty[Math.floor((y * tiles) / height) * tiles + Math.floor((x * tiles) / width)] = 1;
    }
  }
  return specks > manySpecks * places && dusty.reduce((sum, tile) => sum + tile, 0) > dustyTiles * dusty.length;
}

function isSpeck(grey: Uint8Array, at: number, width: number): boolean {
  const value = grey[at] ?? 0;
  const darker = value < (grey[at - 1] ?? 0) - speckContrast;
  if (!darker && value <= (grey[at - 1] ?? 0) + speckContrast) return false;
  for (let row = -around; row <= around; row++) {
    for (let other = at + row * width - around, end = other + 2 * around; other <= end; other++) {
      const difference = (grey[other] ?? 0) - value;
      if (other !== at && (darker ? difference <= speckContrast : difference >= -speckContrast)) return false;
    }
  }
  return true;
}

/** Each pixel the middle one of its neighbourhood: specks go that a camera or a file has smeared, and the finest strokes with them. */
export function medianFiltered(page: PageImage): PageImage {
  const { width, height } = page;
  const grey = page.grey.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) grey[at] = medianAround(page.grey, at, width);
  }
  return { ...page, grey };
}

const minimumOf = (a: number, b: number, c: number): number => Math.min(a, b, c);
const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
const greatestOf = (a: number, b: number, c: number): number => Math.max(a, b, c);

/**
 * The middle one of nine, by the least, middle and greatest of each column.
 *
 * @see A. W. Paeth, Median finding on a 3 × 3 grid, 1990
 */
function medianAround(grey: Uint8Array, at: number, width: number): number {
  const [a, b, c] = [grey[at - width - 1] ?? 0, grey[at - 1] ?? 0, grey[at + width - 1] ?? 0];
  const [d, e, f] = [grey[at - width] ?? 0, grey[at] ?? 0, grey[at + width] ?? 0];
  const [g, h, i] = [grey[at - width + 1] ?? 0, grey[at + 1] ?? 0, grey[at + width + 1] ?? 0];
  return middleOf(
    greatestOf(minimumOf(a, b, c), minimumOf(d, e, f), minimumOf(g, h, i)),
    middleOf(middleOf(a, b, c), middleOf(d, e, f), middleOf(g, h, i)),
    minimumOf(greatestOf(a, b, c), greatestOf(d, e, f), greatestOf(g, h, i)),
  );
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

/** Grain, of the contrast of an evenly lit page, from which a page is softened, and from which it is softened twice. */
export const coarseGrain = 12;
const coarsestGrain = 30;

/** @param grain in grey values of a page of full contrast. */
export function withoutGrain(page: PageImage, grain: number): PageImage {
  const once = grain > coarseGrain ? softened(page) : page;
  return grain > coarsestGrain ? softened(once) : once;
}
