import { crc32, deflateSync } from "node:zlib";
import { jpegOf } from "../../../../packages/lab/evaluate/ocr/degrade/noise.ts";

interface PngParts {
  readonly side: number;
  readonly colourType: number;
  readonly depth: number;
  /** As they are compressed, each row's filter byte before it. */
  readonly rows: Uint8Array;
  /** Before the image data. */
  readonly chunks?: readonly Buffer[];
  readonly interlaced?: boolean;
}

/** A square PNG, part by part, so that each may be wrong. */
export function pngFile({ side, colourType, depth, rows, chunks = [], interlaced = false }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([depth, colourType, 0, 0, Number(interlaced)], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    ...chunks,
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, "latin1"), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

/** A square JPEG with the given segments in place of the JFIF one. */
export function jpegFile(grey: Uint8Array, side: number, segments: readonly Buffer[] = []): Buffer {
  const file = jpegOf({ grey, width: side, height: side }, 95);
  return Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(4 + file.readUInt16BE(4))]);
}

export function jpegSegment(marker: number, data: Buffer): Buffer {
  const segment = Buffer.concat([Buffer.from([0xff, marker, 0, 0]), data]);
  segment.writeUInt16BE(data.length + 2, 2);
  return segment;
}
