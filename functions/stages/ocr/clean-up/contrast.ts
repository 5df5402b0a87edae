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

/**
 * The grey value below which a pixel is ink, for the whole page.
 *
 * @see N. Otsu, A threshold selection method from gray-level histograms, 1979
 */
export function thresholdOf({ grey }: PageImage): number {
  const histogram = new Float64Array(256);
  for (let at = 0; at < grey.length; at++) histogram[grey[at] ?? 0] = (histogram[grey[at] ?? 0] ?? 0) + 1;
  const sum = histogram.reduce((total, count, value) => total + count * value, 0);
  let [darker, darkerSum, best, bestAt] = [0, 0, -1, 128];
  for (let value = 0; value < 255; value++) {
    darker += histogram[value] ?? 0;
    darkerSum += value * (histogram[value] ?? 0);
    if (darker === 0 || darker === grey.length) continue;
    const difference = darkerSum / darker - (sum - darkerSum) / (grey.length - darker);
    const between = darker * (grey.length - darker) * difference ** 2;
    if (between > best) [best, bestAt] = [between, value + 1];
  }
  return bestAt;
}

/** The difference between the mean of the paper and the mean of the ink, at least 1. */
export function contrastOf({ grey }: PageImage, threshold: number): number {
  let [ink, inks, paper] = [0, 0, 0];
  for (let at = 0; at < grey.length; at++) {
    const value = grey[at] ?? 0;
    if (value >= threshold) paper += value;
    else [ink, inks] = [ink + value, inks + 1];
  }
  return Math.max(1, paper / Math.max(1, grey.length - inks) - ink / Math.max(1, inks));
}

/** The most frequent grey value. */
export function groundOf({ grey }: PageImage): number {
  const histogram = new Uint32Array(256);
  for (let at = 0; at < grey.length; at++) histogram[grey[at] ?? 0] = (histogram[grey[at] ?? 0] ?? 0) + 1;
  return histogram.indexOf(Math.max(...histogram));
}

/** The mean of the paper. */
export function paperOf({ grey }: PageImage, threshold: number): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < grey.length; at++) {
    const value = grey[at] ?? 0;
    if (value < threshold) continue;
    sum += value;
    count++;
  }
  return sum / Math.max(1, count);
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
