export interface TiffParts {
  readonly width: number;
  readonly height: number;
  /** Of the one sample of each pixel. */
  readonly bits?: number;
  /** As TIFF numbers them: 1 is none, 3 Group 3, 5 LZW, 32773 PackBits. */
  readonly compression?: number;
  /** The one strip; by default as many zeros as there have to be. */
  readonly strip?: Uint8Array;
  /** Across and down. */
  readonly dotsPerInch?: readonly [number, number];
  /** Further entries of the directory: tag, and value as a long. */
  readonly entries?: readonly (readonly [tag: number, value: number])[];
  /** Where the next directory is, from the beginning of the file; 8 is the only one itself. */
  readonly next?: number;
}

const [short, long, rational] = [3, 4, 5];

/** A TIFF of one directory and one strip, each part of which may be wrong. */
export function tiffFile(parts: TiffParts): Buffer {
  const { width, height, bits = 8, compression = 1, dotsPerInch = [72, 72], entries = [], next = 0 } = parts;
  const strip = parts.strip ?? Buffer.alloc((width * height * bits) / 8);
  const own = [
    [256, long, width],
    [257, long, height],
    [258, short, bits],
    [259, short, compression],
    [262, short, compression === 3 ? 0 : 1],
    [277, short, 1],
    [278, long, height],
    [279, long, strip.length],
    [296, short, 2],
  ] as const;
  const changed = [
    ...own.filter(([tag]) => !entries.some(([other]) => other === tag)),
    ...entries.map(([tag, value]) => [tag, long, value] as const),
  ];
  const count = changed.length + 3;
  const after = 8 + 2 + 12 * count + 4;
  const all = [...changed, [273, long, after + 16], [282, rational, after], [283, rational, after + 8]] as const;
  const directory = Buffer.alloc(after - 8 + 16);
  directory.writeUInt16LE(count, 0);
  for (const [index, [tag, type, value]] of [...all].sort(([one], [other]) => one - other).entries()) {
    directory.writeUInt16LE(tag, 2 + 12 * index);
    directory.writeUInt16LE(type, 4 + 12 * index);
    directory.writeUInt32LE(1, 6 + 12 * index);
    directory.writeUInt32LE(value, 10 + 12 * index);
  }
  directory.writeUInt32LE(next, 2 + 12 * count);
  for (const [index, value] of dotsPerInch.entries()) {
    directory.writeUInt32LE(value, after - 8 + 8 * index);
    directory.writeUInt32LE(1, after - 8 + 8 * index + 4);
  }
  return Buffer.concat([Buffer.from("II*\0\x08\0\0\0", "latin1"), directory, strip]);
}

interface Fax {
  readonly width: 64;
  readonly height: number;
  readonly twoDimensional: boolean;
  readonly dotsPerInch: readonly [number, number];
}

/**
 * A fax whose rows are 16 pixels of black and 48 of white.
 *
 * @see ITU-T T.4, tables 2 and 3: no white is 00110101, 16 of black 0000010111, 48 of white 00001011
 */
export function faxTiff({ width, height, twoDimensional, dotsPerInch }: Fax): Buffer {
  const endOfLine = "000000000001";
  // The tag bit says that the row that follows is coded by itself.
  const row = `${endOfLine}${twoDimensional ? "1" : ""}00110101000001011100001011`;
  const bits = row.repeat(height);
  const strip = Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  return tiffFile({ width, height, bits: 1, compression: 3, strip, dotsPerInch, entries: [[292, twoDimensional ? 1 : 0]] });
}
