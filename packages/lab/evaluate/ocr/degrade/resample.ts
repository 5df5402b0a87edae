import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";

/** The grey value between the pixels; `paper` outside of the page. */
function sampleAt({ grey, width, height }: PageImage, x: number, y: number, paper: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height ? paper : (grey[row * width + column] ?? paper);
  const across = x - left;
  const down = y - top;
  const upper = at(left, top) * (1 - across) + at(left + 1, top) * across;
  const lower = at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across;
  return upper * (1 - down) + lower * down;
}

/** A page of the given size in which each pixel is looked up in the old one. */
export function remap(
  page: PageImage,
  width: number,
  height: number,
  paper: number,
  from: (x: number, y: number) => readonly [number, number],
): PageImage {
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = from(x, y);
      grey[y * width + x] = Math.round(sampleAt(page, fromX, fromY, paper));
    }
  }
  return { ...page, grey, width, height };
}

/** Changes every grey value by itself; the result is cut off at 0 and 255. */
export function mapGrey(page: PageImage, change: (value: number, x: number, y: number) => number): PageImage {
  const grey = new Uint8Array(page.grey.length);
  for (let index = 0; index < grey.length; index++) {
    const value = change(page.grey[index] ?? 0, index % page.width, Math.floor(index / page.width));
    grey[index] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { ...page, grey };
}

/** A page with another one laid on it, as far as it does not stick out. */
export function laidOn(page: PageImage, upper: PageImage, left: number, top: number): PageImage {
  const grey = page.grey.slice();
  const width = Math.min(upper.width, page.width - left);
  for (let row = 0; row < Math.min(upper.height, page.height - top); row++) {
    if (width > 0) grey.set(upper.grey.subarray(row * upper.width, row * upper.width + width), (top + row) * page.width + left);
  }
  return { ...page, grey };
}
