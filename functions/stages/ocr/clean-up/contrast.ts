import type { PageImage } from "../page-image.ts";

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
