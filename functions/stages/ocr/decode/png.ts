import { inflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { bufferOf } from "../../document.ts";
import type { PageImage } from "../page-image.ts";
import { greyOf } from "./grey.ts";

const metresPerInch = 0.0254;

/**
 * @param bytes a PNG whose size has been checked.
 * @throws Error where it is broken.
 */
export function decodePng(bytes: Uint8Array): PageImage {
  const file = bufferOf(bytes);
  const chunks = chunksOf(file);
  checkDataSize(chunks);
  const { data, width, height } = PNG.sync.read(file);
  const dpi = dotsPerInch(chunks.find(({ type }) => type === "pHYs")?.data);
  return { grey: greyOf(data, 4), width, height, ...(dpi !== undefined && { dpi }) };
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at)) {
    chunks.push({ type: file.toString("latin1", at + 4, at + 8), data: file.subarray(at + 8, at + 8 + file.readUInt32BE(at)) });
  }
  return chunks;
}

/** The decoder inflates an interlaced image to whatever size it has, and fills up what is missing from any. */
function checkDataSize(chunks: readonly Chunk[]): void {
  const header = chunks.find(({ type }) => type === "IHDR")?.data;
  if (header === undefined) throw new Error("The PNG has no header.");
  const size = dataSize(header);
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
  if (inflateSync(data, { maxOutputLength: size }).length !== size) throw new Error("The PNG has too little data.");
}

/** Samples of a pixel, by colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Of each pass of Adam7: first column and row, then the steps from one to the next. */
const interlacePasses = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of the image before compression: each row of each pass has a filter byte before it. */
function dataSize(header: Buffer): number {
  const [width, height, depth, colourType] = [header.readUInt32BE(0), header.readUInt32BE(4), header.readUInt8(8), header.readUInt8(9)];
  const passes = header.readUInt8(12) === 0 ? ([[0, 0, 1, 1]] as const) : interlacePasses;
  return passes.reduce((total, [left, top, across, down]) => {
    const columns = Math.ceil((width - left) / across);
    const rowBytes = Math.ceil((columns * (samples[colourType] ?? 4) * depth) / 8) + 1;
    return total + (columns > 0 ? rowBytes * Math.max(0, Math.ceil((height - top) / down)) : 0);
  }, 0);
}

/** @see https://www.w3.org/TR/png-3/#11pHYs: pixels a metre each way, if the unit is 1 */
function dotsPerInch(physical: Buffer | undefined): number | undefined {
  if (physical === undefined || physical.length < 9 || physical.readUInt8(8) !== 1) return undefined;
  return Math.round(physical.readUInt32BE(0) * metresPerInch) || undefined;
}
