import { inflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { bufferOf } from "../../document.ts";
import type { PageImage } from "../page-image.ts";
import { type Channels, greyOf } from "./grey.ts";

const metresPerInch = 0.0254;

/**
 * @param bytes a PNG whose size has been checked.
 * @throws Error where it is broken.
 */
export function decodePng(bytes: Uint8Array): PageImage {
  const file = bufferOf(bytes);
  const chunks = chunksOf(file);
  const rows = inflatedRows(chunks);
  const dpi = dotsPerInch(chunks.find(({ type }) => type === "pHYs")?.data);
  return { ...(plainImage(chunks, rows) ?? anyImage(file)), ...(dpi !== undefined && { dpi }) };
}

function anyImage(file: Buffer): PageImage {
  const { data, width, height } = PNG.sync.read(file);
  return { grey: greyOf(data, 4), width, height };
}

/**
 * An image with a byte a sample and neither a palette, a transparent colour nor interlacing, as nearly all are: its rows are
 * unfiltered where they lie, without a copy in four colours.
 *
 * @see https://www.w3.org/TR/png-3/#9Filters
 */
function plainImage(chunks: readonly Chunk[], rows: Buffer): PageImage | undefined {
  const header = headerOf(chunks);
  const [width, height, depth, colourType] = [header.readUInt32BE(0), header.readUInt32BE(4), header.readUInt8(8), header.readUInt8(9)];
  if (depth !== 8 || colourType === 3 || header.readUInt8(12) !== 0 || chunks.some(({ type }) => type === "tRNS")) return undefined;
  const channels = samples[colourType] ?? 4;
  const rowBytes = width * channels;
  let above: Uint8Array = new Uint8Array(rowBytes);
  const pixels = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1);
    const row = pixels.subarray(y * rowBytes, (y + 1) * rowBytes);
    row.set(rows.subarray(start + 1, start + 1 + rowBytes));
    unfilter(rows[start] ?? 0, row, above, channels);
    above = row;
  }
  return { grey: channels === 1 ? pixels : greyOf(pixels, channels), width, height };
}

function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter > 4) throw new Error("The PNG has a filter that does not exist.");
  if (filter === 0) return;
  for (let at = 0; at < row.length; at++) {
    const left = at < step ? 0 : (row[at - step] ?? 0);
    const up = above[at] ?? 0;
    const corner = at < step ? 0 : (above[at - step] ?? 0);
    row[at] = (row[at] ?? 0) + (filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner));
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
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
function inflatedRows(chunks: readonly Chunk[]): Buffer {
  const size = dataSize(headerOf(chunks));
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
  const rows = inflateSync(data, { maxOutputLength: size });
  if (rows.length !== size) throw new Error("The PNG has too little data.");
  return rows;
}

function headerOf(chunks: readonly Chunk[]): Buffer {
  const header = chunks.find(({ type }) => type === "IHDR")?.data;
  if (header === undefined) throw new Error("The PNG has no header.");
  return header;
}

/** Samples of a pixel, by colour type. */
const samples: Readonly<Record<number, Channels>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
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
