import type { PageImage } from "../page-image.ts";

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
