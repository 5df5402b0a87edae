import type { PageImage } from "../page-image.ts";
import { type Bend, straight } from "./bend.ts";

export interface Levelling {
  /** By which the lines of print fall to the right. */
  readonly degrees: number;
  readonly bend?: Bend;
  /** By which the page is made larger or smaller in the same go. */
  readonly scale?: number;
}

/**
 * Brings the lines of print level; the page grows so that nothing is cut off. All is done in one go, since each time that the
 * pixels are resampled the print gets softer.
 */
export function levelled(page: PageImage, { degrees, bend = straight, scale = 1 }: Levelling): PageImage {
  if (degrees === 0 && bend === straight && scale === 1) return page;
  const { grey: from, width: fromWidth, height: fromHeight } = page;
  const sin = Math.sin((degrees * Math.PI) / 180);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const levelWidth = fromWidth * Math.abs(cos) + fromHeight * Math.abs(sin);
  const levelHeight = fromWidth * Math.abs(sin) + fromHeight * Math.abs(cos);
  const width = Math.ceil(levelWidth * scale);
  const height = Math.ceil(levelHeight * scale);
  const grey = new Uint8Array(width * height);
  const outside = medianOf(from);
  for (let y = 0, to = 0; y < height; y++) {
    const down = (y + 0.5) / scale - levelHeight / 2;
    const downShare = (2 * down) / levelHeight;
    const [first, second] = [bend.x + downShare * bend.xy, bend.xx + downShare * bend.xxy];
    for (let x = 0; x < width; x++, to++) {
      const across = (x + 0.5) / scale - levelWidth / 2;
      const acrossShare = (2 * across) / levelWidth;
      const lower = down + acrossShare * (first + acrossShare * second);
      const fromX = across * cos - lower * sin + fromWidth / 2 - 0.5;
      const fromY = across * sin + lower * cos + fromHeight / 2 - 0.5;
      if (fromX < -0.5 || fromY < -0.5 || fromX > fromWidth - 0.5 || fromY > fromHeight - 0.5) {
        grey[to] = outside;
        continue;
      }
      const left = Math.max(0, Math.min(fromWidth - 2, Math.floor(fromX)));
      const top = Math.max(0, Math.min(fromHeight - 2, Math.floor(fromY)));
      const share = Math.max(0, Math.min(1, fromX - left));
      const at = top * fromWidth + left;
      const [a, b, c, d] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + fromWidth] ?? 0, from[at + fromWidth + 1] ?? 0];
      const upper = a + (b - a) * share;
      grey[to] = upper + (c + (d - c) * share - upper) * Math.max(0, Math.min(1, fromY - top)) + 0.5;
    }
  }
  return { grey, width, height, ...(page.dpi !== undefined && { dpi: page.dpi * scale }) };
}

/** Most of a page is paper, whatever its grey value. */
function medianOf(grey: Uint8Array): number {
  return Uint8Array.from({ length: 1000 }, (_, index) => grey[Math.floor((index * grey.length) / 1000)] ?? 0).sort()[500] ?? 0;
}
