import { bufferOf, type DocumentType } from "./document.ts";
import { DocumentTooLargeError, DocumentUnreadableError, UnsupportedDocumentError } from "./ocr/stage.ts";

/** The size of an image, in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels that a side of an image must have and may have, and pixels that it may have altogether. */
const imageLimits = { minSide: 16, maxSide: 10_000, maxPixels: 24_000_000 } as const;

const pngSignature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** A JPEG's start of image, and the first byte of the marker that follows. */
const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);
/** PDF readers accept the header anywhere within this many bytes: mail gateways and web servers put lines before it. */
const pdfHeaderWithin = 1024;

/** The type of a document by its first bytes, not by its declared type; the first 1,029 are enough. */
export function typeOf(bytes: Uint8Array): DocumentType | undefined {
  const head = bufferOf(bytes).subarray(0, pdfHeaderWithin + "%PDF-".length);
  if (head.subarray(0, pngSignature.length).equals(pngSignature)) return "image/png";
  if (head.subarray(0, jpegStart.length).equals(jpegStart)) return "image/jpeg";
  return head.includes("%PDF-", 0, "latin1") ? "application/pdf" : undefined;
}

/**
 * The size that an image's header states, read without decoding it.
 *
 * @param bytes the file, or as much of its beginning as holds the header.
 * @returns nothing for a PDF, and where the header is not there or is broken.
 * @see https://www.w3.org/TR/png-3/#11IHDR and ITU-T T.81, annex B
 */
export function imageSizeOf(bytes: Uint8Array, type: DocumentType): ImageSize | undefined {
  if (type === "image/png") return pngSize(bufferOf(bytes));
  return type === "image/jpeg" ? jpegSize(bufferOf(bytes)) : undefined;
}

/**
 * Accepts an image that is large enough to have text in it and small enough to be decoded.
 *
 * @throws {@link DocumentUnreadableError} where there is no size.
 * @throws {@link UnsupportedDocumentError} with a side under 16 pixels.
 * @throws {@link DocumentTooLargeError} with a side over 10,000 pixels, or more than 24 megapixels.
 */
export function checkImageSize(size: ImageSize | undefined): void {
  if (size === undefined) throw new DocumentUnreadableError();
  const { width, height } = size;
  const received = `The image has ${width} × ${height} pixels`;
  const { minSide, maxSide, maxPixels } = imageLimits;
  if (Math.min(width, height) < minSide) throw new UnsupportedDocumentError(`${received}; each side must have at least ${minSide}.`);
  if (Math.max(width, height) > maxSide) throw new DocumentTooLargeError(`${received}; the limit is ${maxSide} a side.`);
  if (width * height > maxPixels) throw new DocumentTooLargeError(`${received}; the limit is ${maxPixels} altogether (24 megapixels).`);
}

function pngSize(file: Buffer): ImageSize | undefined {
  // The signature, a chunk's length and its type: IHDR has to be the first one.
  if (file.length < 24 || file.toString("latin1", 12, 16) !== "IHDR") return undefined;
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

function jpegSize(file: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1] ?? 0;
    if (isStartOfFrame(marker)) return { width: file.readUInt16BE(at + 7), height: file.readUInt16BE(at + 5) };
    if (marker === startOfScan || marker === endOfImage) return undefined;
    at += stepPast(marker, file.readUInt16BE(at + 2));
  }
  return undefined;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

/** SOF0 to SOF15, except for DHT, JPG and DAC, whose numbers are among them. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Bytes from one marker to the next. A byte 0xff before a marker fills up; TEM and RSTn have no segment. */
function stepPast(marker: number, segmentLength: number): number {
  if (marker === 0xff) return 1;
  const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
  return 2 + (standsAlone ? 0 : segmentLength);
}
