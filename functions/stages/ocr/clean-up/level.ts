import type { PageImage } from "../page-image.ts";
import { type Bend, straight } from "./bend.ts";

/** What is outside of the page. */
const paper = 235;

export interface Levelling {
  /** By which the lines of print fall to the right. */
  readonly degrees: number;
  readonly bend?: Bend;
  /** By which the page is made larger or smaller in the same go. */
  readonly scale?: number;
}

/**
 * Brings the lines of print level; the page grows so that nothing is cut off. All is done in one go, since each time that the
 * pixels are mixed anew the print gets softer.
 */
export function levelled(page: PageImage, { degrees, bend = straight, scale = 1 }: Levelling): PageImage {
  const sin = Math.sin((degrees * Math.PI) / 180);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const levelWidth = page.width * Math.abs(cos) + page.height * Math.abs(sin);
  const levelHeight = page.width * Math.abs(sin) + page.height * Math.abs(cos);
  const width = Math.ceil(levelWidth * scale);
  const height = Math.ceil(levelHeight * scale);
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const down = (y + 0.5) / scale - levelHeight / 2;
    const downShare = (2 * down) / levelHeight;
    for (let x = 0; x < width; x++) {
      const across = (x + 0.5) / scale - levelWidth / 2;
      const acrossShare = (2 * across) / levelWidth;
      const lower = down + acrossShare * (bend.x + downShare * bend.xy + acrossShare * (bend.xx + downShare * bend.xxy));
      grey[y * width + x] = sampleAt(
        page,
        across * cos - lower * sin + page.width / 2 - 0.5,
        across * sin + lower * cos + page.height / 2 - 0.5,
      );
    }
  }
  return { grey, width, height, ...(page.dpi !== undefined && { dpi: page.dpi * scale }) };
}

function sampleAt({ grey, width, height }: PageImage, x: number, y: number): number {
  if (x < 0 || y < 0 || x > width - 1 || y > height - 1) return paper;
  const left = Math.min(width - 2, Math.floor(x));
  const top = Math.min(height - 2, Math.floor(y));
  const across = x - left;
  const down = y - top;
  const at = top * width + left;
  const upper = (grey[at] ?? 0) * (1 - across) + (grey[at + 1] ?? 0) * across;
  const lower = (grey[at + width] ?? 0) * (1 - across) + (grey[at + width + 1] ?? 0) * across;
  return upper * (1 - down) + lower * down + 0.5;
}
