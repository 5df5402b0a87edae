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

/** A square of a page, or as much of it as there is. */
export function cutOut({ grey, width, height, dpi }: PageImage, left: number, top: number, side: number): PageImage {
  const [x, y] = [Math.max(0, Math.min(width - side, left)), Math.max(0, Math.min(height - side, top))];
  const part = { width: Math.min(side, width), height: Math.min(side, height), ...(dpi !== undefined && { dpi }) };
  const square = new Uint8Array(part.width * part.height);
  for (let row = 0; row < part.height; row++)
    square.set(grey.subarray((y + row) * width + x, (y + row) * width + x + part.width), row * part.width);
  return { ...part, grey: square };
}
