import { isImage, type ScannedDocument, type ScannedImage } from "../document.ts";
import { checkImageSize, type ImageSize, imageSizeOf } from "../document-checks.ts";
import { checkJpeg } from "./decode/check-jpeg.ts";
import { checkPng } from "./decode/check-png.ts";
import { readHeader, readPixels } from "./decode/decoder.ts";
import { upright } from "./decode/orientation.ts";
import type { PageText, ScannedPage } from "./page-image.ts";
import type { PageSource } from "./page-source.ts";
import { UnsupportedDocumentError } from "./stage.ts";

/** The time that there is for a document. */
interface DecodingTime {
  remainingMillis(): number;
}

const unhurried: DecodingTime = { remainingMillis: () => Number.POSITIVE_INFINITY };

/** An image of more pixels is decoded at half its width and height: A4 at 600 dots an inch has 35 million, at 300 it has 9. */
const maxPixels = 24_000_000;
/** libvips holds all of a WebP, in 15 bytes a pixel, but can make it smaller by any factor before: to A4 at 290 dots an inch. */
const maxWebpPixels = 8_000_000;

/**
 * Opens an image, which is one page, or a TIFF, which may be many. A page is decoded when it is read.
 *
 * @throws as {@link decodeImage}; the pages of a TIFF are checked when they are read.
 */
export async function openImage(
  document: ScannedImage,
  time: DecodingTime,
  readImage: (image: ScannedPage) => Promise<PageText>,
): Promise<PageSource> {
  const opened = document.type === "image/tiff" ? { ...document, bytes: shared(document.bytes) } : document;
  const { pageCount } = await headerOf(opened, 0, time);
  return {
    pageCount,
    readLayer: async () => undefined,
    readPage: async (page) => readImage(await decodeImage(opened, page, time)),
  };
}

/**
 * Decodes an image to a grey page over white, turned as its camera says. What is larger than
 * 24 megapixels (WebP: 8) is made smaller while it is decoded.
 *
 * @param page of a TIFF, counted from 0.
 * @throws {@link DocumentUnreadableError} where it is cut off or damaged.
 * @throws {@link UnsupportedDocumentError} with a side under 16 pixels, with samples that are not read, or where it is no image.
 * @throws {@link DocumentTooLargeError} with a side over 16,000 pixels, more than 60 megapixels, or where it takes too much memory, as an interlaced PNG may.
 * @throws {@link TimeLimitError} where the time is up.
 */
export async function decodeImage(document: ScannedDocument, page = 0, time = unhurried): Promise<ScannedPage> {
  if (!isImage(document)) throw new UnsupportedDocumentError("A PDF is not an image.");
  const size = await headerOf(document, page, time);
  checkImageSize(size);
  const { image, tinted } = await readPixels(document, page, reductionOf(document, size), () => time.remainingMillis());
  const lying = ({ width, height }: ImageSize, grey: Uint8Array) => upright({ grey, width, height }, image.orientation);
  const tints = tinted.tints.map((tint) => lying(tinted, tint));
  return { ...lying(image, image.grey), ...(tints.length > 0 && { tints }) };
}

function reductionOf({ type }: ScannedImage, { width, height }: ImageSize): number {
  if (type === "image/webp") return Math.max(1, Math.sqrt((width * height) / maxWebpPixels));
  return width * height > maxPixels ? 2 : 1;
}

async function headerOf(document: ScannedImage, page: number, time: DecodingTime) {
  if (document.type === "image/tiff") return await readHeader(document, page, time.remainingMillis());
  const size = imageSizeOf(document.bytes, document.type);
  checkImageSize(size);
  if (document.type === "image/jpeg") checkJpeg(document.bytes, size);
  if (document.type === "image/png") checkPng(document.bytes, size);
  return { pageCount: 1, ...size };
}

/** Bytes that the decoding thread reads where they are; others are copied for each page, and freed after it. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}
