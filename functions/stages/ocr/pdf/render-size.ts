import { UnsupportedDocumentError } from "../stage.ts";

/** Dots an inch: print of 5 points is read at 200 as at 300, and a page takes memory with their square. */
const dotsPerInch = 240;
/** A page of A4 at 240 dots an inch has 5.6 million. */
const maxPixels = 10_000_000;
/** Pixels of all pages of a document together: 200 pages of A4. */
const maxDocumentPixels = 1_130_000_000;
const maxReadPages = 200;
/** Pixels of a look at a page: A4 at 110 dots an inch, at which letters of 6 points are still letters. */
const lookPixels = 1_170_000;
const lookDotsPerInch = 110;
const maxSide = 10_000;
/** Of a page as a whole at the resolution of a part: pdfium counts in 32 bits. */
const maxWholeSide = 2 ** 26;
const pointsPerInch = 72;

/** In points from the top left corner of the page as it is shown. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A part of a page in pixels, and the size of the whole page at the same resolution. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly pageWidth: number;
  readonly pageHeight: number;
  /** Pixels a point. */
  readonly scale: number;
  readonly dpi: number;
}

export interface Resolution {
  readonly maxDpi: number;
  readonly maxPixels: number;
}

/** The resolution of a page that is read, in a document of so many pages. */
export const readingOf = (pageCount: number): Resolution => ({
  maxDpi: dotsPerInch,
  maxPixels: Math.min(maxPixels, maxDocumentPixels / Math.min(pageCount, maxReadPages)),
});

export const look: Resolution = { maxDpi: lookDotsPerInch, maxPixels: lookPixels };

/**
 * The size in pixels at which a part of a page is drawn: at the wanted resolution, or at what the limits allow.
 *
 * @param page its width and height in points.
 * @throws {@link UnsupportedDocumentError} where the page is not a plane.
 */
export function partOf(page: Readonly<Record<"width" | "height", number>>, box: Box, resolution: Resolution): Part {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const scale = Math.min(
    resolution.maxDpi / pointsPerInch,
    Math.sqrt(resolution.maxPixels / (width * height)),
    maxSide / Math.max(width, height),
    maxWholeSide / Math.max(page.width, page.height),
  );
  if (!(width > 0 && height > 0 && scale > 0)) throw new UnsupportedDocumentError("A page of the document has no size.");
  const inPixels = (points: number): number => Math.max(1, Math.floor(points * scale));
  return {
    left: Math.floor(box.left * scale),
    top: Math.floor(box.top * scale),
    width: inPixels(width),
    height: inPixels(height),
    pageWidth: inPixels(page.width),
    pageHeight: inPixels(page.height),
    scale,
    dpi: Math.max(1, Math.round(scale * pointsPerInch)),
  };
}

export const wholeOf = ({ width, height }: Readonly<Record<"width" | "height", number>>): Box => ({
  left: 0,
  top: 0,
  right: width,
  bottom: height,
});
