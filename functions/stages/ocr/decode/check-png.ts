import { bufferOf } from "../../document.ts";
import type { ImageSize } from "../../document-checks.ts";
import { DocumentTooLargeError } from "../stage.ts";

/** All samples of an interlaced PNG are held by the decoder, which loses rows where they leave it too little memory. */
const maxInterlacedBytes = 176 * 1024 * 1024;
/** Samples of a pixel by the colour type; a palette's colours are three and an opacity. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 4, 4: 2, 6: 4 };
/** Places in the file: the header is its first chunk. */
const [depthAt, colourTypeAt, interlaceAt] = [24, 25, 28];

/**
 * Checks what a PNG would take to be decoded.
 *
 * @throws {@link DocumentTooLargeError} where it is interlaced and its samples take more than 176 MiB: 60 megapixels with an opacity do.
 */
export function checkPng(bytes: Uint8Array, { width, height }: ImageSize): void {
  const file = bufferOf(bytes);
  if (file.length <= interlaceAt || file[interlaceAt] !== 1) return;
  const bytesPerSample = file[depthAt] === 16 ? 2 : 1;
  if (width * height * (samplesOf[file[colourTypeAt] ?? 0] ?? 4) * bytesPerSample > maxInterlacedBytes)
    throw new DocumentTooLargeError("An interlaced PNG of this size needs more memory than there is. Save it without interlacing.");
}
