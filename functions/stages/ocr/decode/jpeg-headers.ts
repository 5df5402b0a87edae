import { bufferOf } from "../../document.ts";

/** The facts in a JPEG's segments beside the image. */
export interface JpegHeaders {
  /** Dots an inch, of the JFIF segment. */
  readonly dpi?: number;
  /** 1..8, as Exif numbers them. */
  readonly orientation: number;
  readonly scans: number;
  /** True if the end of the image is in the file. */
  readonly ended: boolean;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;
const app0 = 0xe0;
const app1 = 0xe1;
const inchesPerCentimetre = 2.54;

/** @see ITU-T T.81, annex B; ITU-T T.871 (JFIF); CIPA DC-008 (Exif) */
export function jpegHeaders(bytes: Uint8Array): JpegHeaders {
  const file = bufferOf(bytes);
  let found: JpegHeaders = { orientation: 1, scans: 0, ended: false };
  for (const { marker, data } of segments(file)) {
    if (marker === app0) found = { ...found, ...density(data) };
    if (marker === app1) found = { ...found, orientation: orientationOf(data) ?? found.orientation };
    if (marker === startOfScan) found = { ...found, scans: found.scans + 1 };
    if (marker === endOfImage) found = { ...found, ended: true };
  }
  return found;
}

interface Segment {
  readonly marker: number;
  readonly data: Buffer;
}

/** Goes from marker to marker; the coded data after a scan's header holds no byte 0xff that begins another marker than RSTn. */
function* segments(file: Buffer): Generator<Segment> {
  let at = 2;
  while (at + 1 < file.length) {
    at = file.indexOf(0xff, at);
    const marker = at < 0 ? undefined : file[at + 1];
    if (marker === undefined) return;
    if (marker === 0xff) at += 1;
    else if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      const length = marker === endOfImage || at + 4 > file.length ? 0 : file.readUInt16BE(at + 2);
      yield { marker, data: file.subarray(at + 4, at + 2 + length) };
      if (marker === endOfImage) return;
      at += 2 + length;
    }
  }
}

function density(data: Buffer): { dpi?: number } {
  if (data.length < 12 || data.toString("latin1", 0, 5) !== "JFIF\0") return {};
  const perUnit = data.readUInt16BE(8);
  const dpi = { 1: perUnit, 2: Math.round(perUnit * inchesPerCentimetre) }[data.readUInt8(7)];
  return dpi ? { dpi } : {};
}

const orientationTag = 0x0112;

/** Reads the one entry of the first directory; a broken directory turns nothing. */
function orientationOf(data: Buffer): number | undefined {
  if (data.length < 18 || data.toString("latin1", 0, 6) !== "Exif\0\0") return undefined;
  const tiff = data.subarray(6);
  const littleEndian = tiff.toString("latin1", 0, 2) === "II";
  const short = (at: number) => (at + 2 > tiff.length ? 0 : littleEndian ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = littleEndian ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12;
    if (short(at) !== orientationTag) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
