import { bufferOf } from "../../document.ts";
import type { ImageSize } from "../../document-checks.ts";
import { DocumentUnreadableError } from "../stage.ts";

/** Each one goes over the whole image; encoders write about ten, and a hostile file thousands. */
const maxScans = 100;
/** Entropy-coded data has no other 0xff with this byte after it. */
const startOfScan = Buffer.from([0xff, 0xda]);

/**
 * Checks what a JPEG would cost before any of it is decoded.
 *
 * @throws {@link DocumentUnreadableError} with more than 100 scans, or less data than its size takes: a bit at least for each block of 8 × 8.
 */
export function checkJpeg(bytes: Uint8Array, { width, height }: ImageSize): void {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  if (8 * bytes.length < blocks || countScans(bufferOf(bytes)) > maxScans) throw new DocumentUnreadableError();
}

function countScans(file: Buffer): number {
  let count = 0;
  for (let at = file.indexOf(startOfScan); at >= 0 && count <= maxScans; at = file.indexOf(startOfScan, at + 2)) count++;
  return count;
}
