import { UnsupportedDocumentError } from "../stage.ts";

/** Dots an inch: print of 5 points is read at 200 as at 300, and a page takes memory with their square. */
const dotsPerInch = 240;
/** A page of A4 at 240 dots an inch has 5.6 million. */
const maxPixels = 10_000_000;
const maxSide = 10_000;
const pointsPerInch = 72;

/**
 * The size in pixels at which a page is drawn: at 240 dots an inch, or as many fewer as the limits take.
 *
 * @param width of the page in points, as is `height`.
 * @throws {@link UnsupportedDocumentError} where the page is not a plane.
 */
export function renderSize(width: number, height: number): { width: number; height: number; dpi: number } {
  const scale = Math.min(dotsPerInch / pointsPerInch, Math.sqrt(maxPixels / (width * height)), maxSide / Math.max(width, height));
  if (!(width > 0 && height > 0 && scale > 0)) throw new UnsupportedDocumentError("A page of the document has no size.");
  const inPixels = (points: number): number => Math.max(1, Math.floor(points * scale));
  return { width: inPixels(width), height: inPixels(height), dpi: Math.max(1, Math.round(scale * pointsPerInch)) };
}
