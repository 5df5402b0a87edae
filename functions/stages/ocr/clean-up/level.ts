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
  const level = degrees === 0 && bend === straight ? scaled(page, scale) : resampled(page, degrees, bend, scale);
  return { ...level, ...(page.dpi !== undefined && { dpi: page.dpi * scale }) };
}

/** A level page at another scale: places across are the same in every row. */
function scaled({ grey: from, width: fromWidth, height: fromHeight }: PageImage, scale: number): PageImage {
  const [width, height] = [Math.ceil(fromWidth * scale), Math.ceil(fromHeight * scale)];
  const grey = new Uint8Array(width * height);
  const { before, share } = placesOf(width, fromWidth, scale);
  const rows = placesOf(height, fromHeight, scale);
  const row = new Float32Array(fromWidth);
  for (let y = 0, to = 0; y < height; y++) {
    const upper = (rows.before[y] ?? 0) * fromWidth;
    const lowerShare = rows.share[y] ?? 0;
    for (let x = 0, at = upper; x < fromWidth; x++, at++) {
      const value = from[at] ?? 0;
      row[x] = value + ((from[at + fromWidth] ?? 0) - value) * lowerShare;
    }
    for (let x = 0; x < width; x++, to++) {
      const left = before[x] ?? 0;
      const value = row[left] ?? 0;
      grey[to] = value + ((row[left + 1] ?? 0) - value) * (share[x] ?? 0) + 0.5;
    }
  }
  return { grey, width, height };
}

/** For each place of a scaled row or column the pixel before it, and how far it is on the way to the next one, 0..1. */
function placesOf(count: number, fromCount: number, scale: number): { before: Int32Array; share: Float32Array } {
  const [before, share] = [new Int32Array(count), new Float32Array(count)];
  for (let place = 0; place < count; place++) {
    const from = (place + 0.5) / scale - 0.5;
    before[place] = Math.max(0, Math.min(fromCount - 2, Math.floor(from)));
    share[place] = Math.max(0, Math.min(1, from - (before[place] ?? 0)));
  }
  return { before, share };
}

function resampled({ grey: from, width: fromWidth, height: fromHeight }: PageImage, degrees: number, bend: Bend, scale: number): PageImage {
  const sin = Math.sin((degrees * Math.PI) / 180);
  const cos = Math.cos((degrees * Math.PI) / 180);
  const levelWidth = fromWidth * Math.abs(cos) + fromHeight * Math.abs(sin);
  const levelHeight = fromWidth * Math.abs(sin) + fromHeight * Math.abs(cos);
  const width = Math.ceil(levelWidth * scale);
  const height = Math.ceil(levelHeight * scale);
  const grey = new Uint8Array(width * height).fill(medianOf(from));
  const acrosses = Float64Array.from({ length: width }, (_, x) => (x + 0.5) / scale - levelWidth / 2);
  for (let y = 0, to = 0; y < height; y++) {
    const down = (y + 0.5) / scale - levelHeight / 2;
    const downShare = (2 * down) / levelHeight;
    const [first, second] = [bend.x + downShare * bend.xy, bend.xx + downShare * bend.xxy];
    for (let x = 0; x < width; x++, to++) {
      const across = acrosses[x] ?? 0;
      const acrossShare = (2 / levelWidth) * across;
      const lower = down + acrossShare * (first + acrossShare * second);
      const fromX = across * cos - lower * sin + (fromWidth - 1) / 2;
      const fromY = across * sin + lower * cos + (fromHeight - 1) / 2;
      if (fromX < -0.5 || fromY < -0.5 || fromX > fromWidth - 0.5 || fromY > fromHeight - 0.5) continue;
      const left = Math.max(0, Math.min(fromWidth - 2, Math.trunc(fromX)));
      const top = Math.max(0, Math.min(fromHeight - 2, Math.trunc(fromY)));
      const share = Math.max(0, Math.min(1, fromX - left));
      const at = top * fromWidth + left;
      const [a, c] = [from[at] ?? 0, from[at + fromWidth] ?? 0];
      const upper = a + ((from[at + 1] ?? 0) - a) * share;
      grey[to] = upper + (c + ((from[at + fromWidth + 1] ?? 0) - c) * share - upper) * Math.max(0, Math.min(1, fromY - top)) + 0.5;
    }
  }
  return { grey, width, height };
}

/** Most of a page is paper, whatever its grey value. */
function medianOf(grey: Uint8Array): number {
  return Uint8Array.from({ length: 1000 }, (_, index) => grey[Math.floor((index * grey.length) / 1000)] ?? 0).sort()[500] ?? 0;
}
