import jpeg from "jpeg-js";
import { imageSizeOf } from "../../document-checks.ts";
import type { PageImage } from "../page-image.ts";
import { greyOf } from "./grey.ts";
import { jpegHeaders } from "./jpeg-headers.ts";
import { upright } from "./orientation.ts";

/** Each pass goes over the whole image; encoders make about ten, and a hostile file hundreds of thousands. */
const maxScans = 100;
const maxMegabytes = 600;

/**
 * @param bytes a JPEG whose size has been checked.
 * @throws Error where it is broken.
 */
export function decodeJpeg(bytes: Uint8Array): PageImage {
  const { dpi, orientation, scans, ended } = jpegHeaders(bytes);
  if (scans === 0 || scans > maxScans || !ended) throw new Error("The JPEG is cut off, or has too many scans.");
  checkDataSize(bytes);
  const { data, width, height } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: 24,
    maxMemoryUsageInMB: maxMegabytes,
  });
  return upright({ grey: greyOf(data, 3), width, height, ...(dpi !== undefined && { dpi }) }, orientation);
}

/** Every block of 8 × 8 pixels takes a bit at least; the decoder reserves its memory before it misses them. */
function checkDataSize(bytes: Uint8Array): void {
  const { width = 0, height = 0 } = imageSizeOf(bytes, "image/jpeg") ?? {};
  if (bytes.length < (Math.ceil(width / 8) * Math.ceil(height / 8)) / 8) throw new Error("The JPEG has too little data.");
}
