import type { PageImage } from "../page-image.ts";
import { reduced, reductionTo } from "./resize.ts";

/**
 * True if the print is lighter than its ground. Print covers the smaller part of its surroundings, so it is what stands
 * out from them: where that is to the light side on the whole, the page is dark. Shadows and frames do not count, since each
 * pixel is compared with its neighbourhood only.
 */
export function isDark(page: PageImage): boolean {
  const small = reduced(page, reductionTo(600, page));
  const means = boxMean(small, Math.max(4, Math.round(Math.max(small.width, small.height) / 60)));
  let third = 0;
  for (let at = 0; at < means.length; at++) {
    const difference = (small.grey[at] ?? 0) - (means[at] ?? 0);
    third += difference * difference * difference; // many times faster than a power
  }
  return third > 0;
}

export function inverted(page: PageImage): PageImage {
  const grey = new Uint8Array(page.grey.length);
  for (let at = 0; at < grey.length; at++) grey[at] = 255 - (page.grey[at] ?? 0);
  return { ...page, grey };
}

/** The grey values of a page by which its ink is told from its paper. */
export interface Tones {
  /** Below it a pixel is ink. */
  readonly threshold: number;
  /** The mean of the ink. */
  readonly ink: number;
  /** The mean of the paper. */
  readonly paper: number;
}

/** @see N. Otsu, A threshold selection method from gray-level histograms, 1979 */
export function tonesOf({ grey }: PageImage): Tones {
  const histogram = histogramOf(grey);
  const sum = histogram.reduce((total, count, value) => total + count * value, 0);
  const mean = sum / Math.max(1, grey.length);
  let tones: Tones = { threshold: mean, ink: mean, paper: mean }; // a page of one value has no ink
  let [inks, darkness, best] = [0, 0, 0];
  for (let value = 0; value < 255; value++) {
    inks += histogram[value] ?? 0;
    darkness += value * (histogram[value] ?? 0);
    if (inks === 0 || inks === grey.length) continue;
    const [ink, paper] = [darkness / inks, (sum - darkness) / (grey.length - inks)];
    const between = inks * (grey.length - inks) * (paper - ink) ** 2;
    if (between > best) [best, tones] = [between, { threshold: value + 1, ink, paper }];
  }
  return tones;
}

/** Grey values between ink and paper, at least 1. */
export const contrastOf = ({ ink, paper }: Tones): number => Math.max(1, paper - ink);

/** The most frequent grey value. */
export function groundOf({ grey }: PageImage): number {
  const histogram = histogramOf(grey);
  return histogram.indexOf(Math.max(...histogram));
}

/** Pixels in turn are counted in one half and in the other: a count waits for the one before where both are the same. */
function histogramOf(grey: Uint8Array): Uint32Array {
  const counts = new Uint32Array(512);
  for (let at = 0; at < grey.length; at++) {
    const place = ((at & 1) << 8) | (grey[at] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts.subarray(0, 256).map((count, value) => count + (counts[value + 256] ?? 0));
}

/** The mean grey value of the square around each pixel, `radius` pixels to each side, as far as it lies on the page. */
export function boxMean({ grey, width, height }: PageImage, radius: number): Float32Array {
  const across = new Float32Array(width * height);
  for (let y = 0; y < height; y++) slide(grey, across, y * width, 1, width, radius);
  const means = new Float32Array(width * height);
  for (let x = 0; x < width; x++) slide(across, means, x, width, height, radius);
  return means;
}

function slide(from: ArrayLike<number>, to: Float32Array, start: number, step: number, count: number, radius: number): void {
  let sum = 0;
  for (let ahead = 0; ahead < Math.min(radius, count); ahead++) sum += from[start + ahead * step] ?? 0;
  for (let at = 0; at < count; at++) {
    if (at + radius < count) sum += from[start + (at + radius) * step] ?? 0;
    if (at > radius) sum -= from[start + (at - radius - 1) * step] ?? 0;
    to[start + at * step] = sum / (Math.min(count - 1, at + radius) - Math.max(0, at - radius) + 1);
  }
}
