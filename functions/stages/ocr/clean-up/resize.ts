import type { PageImage } from "../page-image.ts";

/** Makes a page smaller by a whole number: each pixel is the mean of a square of `factor` × `factor`. */
export function reduced(page: PageImage, factor: number): PageImage {
  if (factor === 1) return page;
  const width = Math.floor(page.width / factor);
  const height = Math.floor(page.height / factor);
  const sums = new Uint32Array(width);
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let row = y * factor; row < (y + 1) * factor; row++) addRow(sums, page, row, factor);
    for (let x = 0; x < width; x++) grey[y * width + x] = (sums[x] ?? 0) / (factor * factor);
  }
  return { grey, width, height, ...(page.dpi !== undefined && { dpi: page.dpi / factor }) };
}

function addRow(sums: Uint32Array, { grey, width }: PageImage, row: number, factor: number): void {
  let at = row * width;
  for (let x = 0; x < sums.length; x++, at += factor) {
    let sum = grey[at] ?? 0;
    for (let next = 1; next < factor; next++) sum += grey[at + next] ?? 0;
    sums[x] = (sums[x] ?? 0) + sum;
  }
}

/** The whole number by which a page is made smaller so that its longer side has about `side` pixels; 1 where it is small already. */
export function reductionTo(side: number, { width, height }: PageImage): number {
  return Math.max(1, Math.round(Math.max(width, height) / side));
}
