import type { PageImage } from "../page-image.ts";

/** Turns a page clockwise by quarters of a full turn. */
export function turned(page: PageImage, quarters: number): PageImage {
  const quarter = quarters & 3;
  if (quarter === 0) return page;
  if (quarter === 2) return { ...page, grey: page.grey.toReversed() };
  const { width: height, height: width } = page;
  const grey = new Uint8Array(page.grey.length);
  for (let y = 0; y < height; y++) {
    const column = quarter === 1 ? y : height - 1 - y;
    for (let x = 0; x < width; x++) {
      const row = quarter === 1 ? width - 1 - x : x;
      grey[y * width + x] = page.grey[row * height + column] ?? 0;
    }
  }
  return { ...page, grey, width, height };
}

/** A part of a page in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function cutOut(page: PageImage, { left, top, width, height }: Rectangle): PageImage {
  const grey = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * page.width + left;
    grey.set(page.grey.subarray(from, from + width), row * width);
  }
  return { ...page, grey, width, height };
}
