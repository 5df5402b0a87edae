import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";

/**
 * A page like print: rows of "small letters" 10 pixels high every 30 pixels, some with a stem that stands above them and fewer
 * with one below; black on white.
 *
 * @param fall degrees by which the rows fall to the right.
 */
export function stripedPage({ width = 900, height = 700, fall = 0 } = {}): PageImage {
  const grey = new Uint8Array(width * height).fill(255);
  const slope = Math.tan((fall * Math.PI) / 180);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inMargin = Math.min(x, width - x) < 90 || Math.min(y, height - y) < 90;
      if (!inMargin && isInk(x, y - (x - width / 2) * slope)) grey[y * width + x] = 0;
    }
  }
  return { grey, width, height };
}

function isInk(x: number, y: number): boolean {
  const row = ((y % 30) + 30) % 30;
  const letter = Math.floor(x / 9);
  const stroke = x % 9 < 3;
  if (row >= 10 && row < 20) return stroke || (row >= 18 && x % 9 < 6);
  const stem = stroke && x % 9 < 2;
  return stem && ((row >= 4 && row < 10 && letter % 3 === 0) || (row >= 20 && row < 25 && letter % 11 === 0));
}
