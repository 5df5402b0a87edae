import { bufferOf, type DocumentType, documentKindNames } from "./document.ts";
import { foreignKinds } from "./foreign-kinds.ts";
import { DocumentTooLargeError, DocumentUnreadableError, UnsupportedDocumentError } from "./ocr/stage.ts";

/** The size of an image, in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels that a side of an image must have and may have, and pixels that it may have altogether. */
const imageLimits = { minSide: 16, maxSide: 16_000, maxPixels: 60_000_000 } as const;

const pngSignature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** A JPEG's start of image, and the first byte of the marker that follows. */
const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);
/** TIFF and BigTIFF, in either order of bytes. */
const tiffStarts = ["II*\0", "MM\0*", "II+\0", "MM\0+"];
/** PDF readers accept the header anywhere within this many bytes: mail gateways and web servers put lines before it. */
const pdfHeaderWithin = 1024;

/** The type of a document by its first bytes, not by its declared type; the first 1,029 are enough. */
export function typeOf(bytes: Uint8Array): DocumentType | undefined {
  const head = bufferOf(bytes).subarray(0, pdfHeaderWithin + "%PDF-".length);
  if (head.subarray(0, pngSignature.length).equals(pngSignature)) return "image/png";
  if (head.subarray(0, jpegStart.length).equals(jpegStart)) return "image/jpeg";
  if (tiffStarts.includes(head.toString("latin1", 0, 4))) return "image/tiff";
  if (/^RIFF....WEBP/s.test(head.toString("latin1", 0, 12))) return "image/webp";
  return head.includes("%PDF-", 0, "latin1") ? "application/pdf" : undefined;
}

/** A kind that is known, but not read, and what is, for sentences; nothing where a document's first bytes are of no such kind. */
export function foreignKindOf(bytes: Uint8Array): string | undefined {
  const head = bufferOf(bytes).toString("hex", 0, 16);
  const found = Object.keys(foreignKinds).find((kind) => foreignKinds[kind]?.test(head));
  return found && `${found}, which is not read. Send ${documentKindNames}`;
}

/**
 * The size that an image's header states, read without decoding it.
 *
 * @param bytes the file, or as much of its beginning as holds the header.
 * @returns nothing for a PDF and for a TIFF, whose pages have each a size, and where the header is not there or is broken.
 * @see https://www.w3.org/TR/png-3/#11IHDR, ITU-T T.81, annex B, and RFC 9649
 */
export function imageSizeOf(bytes: Uint8Array, type: DocumentType): ImageSize | undefined {
  const file = bufferOf(bytes);
  if (type === "image/png") return pngSize(file);
  if (type === "image/jpeg") return jpegSize(file);
  return type === "image/webp" ? webpSize(file) : undefined;
}

/**
 * Accepts an image that is large enough to have text in it and small enough to be decoded.
 *
 * @throws {@link DocumentUnreadableError} where there is no size.
 * @throws {@link UnsupportedDocumentError} with a side under 16 pixels.
 * @throws {@link DocumentTooLargeError} with a side over 16,000 pixels, or more than 60 megapixels.
 */
export function checkImageSize(size: ImageSize | undefined): asserts size is ImageSize {
  if (size === undefined) throw new DocumentUnreadableError();
  const { width, height } = size;
  const received = `The image has ${width} × ${height} pixels`;
  const { minSide, maxSide, maxPixels } = imageLimits;
  if (Math.min(width, height) < minSide) throw new UnsupportedDocumentError(`${received}; each side must have at least ${minSide}.`);
  if (Math.max(width, height) > maxSide) throw new DocumentTooLargeError(`${received}; the limit is ${maxSide} a side.`);
  if (width * height > maxPixels) throw new DocumentTooLargeError(`${received}; the limit is ${maxPixels} altogether (60 megapixels).`);
}

function pngSize(file: Buffer): ImageSize | undefined {
  // The signature, a chunk's length and its type: IHDR has to be the first one.
  if (file.length < 24 || file.toString("latin1", 12, 16) !== "IHDR") return undefined;
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

function webpSize(file: Buffer): ImageSize | undefined {
  if (file.length < 30) return undefined;
  const chunk = file.toString("latin1", 12, 16);
  if (chunk === "VP8X") return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
  if (chunk === "VP8 ") return { width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
  if (chunk !== "VP8L") return undefined;
  const sides = file.readUInt32LE(21);
  return { width: (sides & 0x3fff) + 1, height: ((sides >>> 14) & 0x3fff) + 1 };
}

function jpegSize(file: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 <= file.length) {
    // Some programs leave bytes between segments; decoders skip them.
    const marker = file[at] === 0xff ? (file[at + 1] ?? 0) : noMarker;
    if (isStartOfFrame(marker)) return { width: file.readUInt16BE(at + 7), height: file.readUInt16BE(at + 5) };
    if (marker === startOfScan || marker === endOfImage) return undefined;
    at += stepPast(marker, file.readUInt16BE(at + 2));
  }
  return undefined;
}

const noMarker = 0xff;
const startOfScan = 0xda;
const endOfImage = 0xd9;

/** SOF0 to SOF15, except for DHT, JPG and DAC, whose numbers are among them. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Bytes from one marker to the next. A byte 0xff before a marker fills up, as 0x00 after one does; TEM and RSTn have no segment. */
function stepPast(marker: number, segmentLength: number): number {
  if (marker === noMarker || marker === 0x00) return 1;
  const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
  return 2 + (standsAlone ? 0 : segmentLength);
}
