import fc from "fast-check";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import type { DocumentType } from "../../../../functions/stages/document.ts";
import { typeOf } from "../../../../functions/stages/document-checks.ts";
import { StageError } from "../../../../functions/stages/errors.ts";
import { decodeImage, openImage } from "../../../../functions/stages/ocr/decode-image.ts";
import { DocumentTooLargeError, DocumentUnreadableError, UnsupportedDocumentError } from "../../../../functions/stages/ocr/stage.ts";
import { TimeLimitError } from "../../../../functions/stages/ocr/time-limit.ts";
import { encoded, type Picture } from "../../../support/encoded-image.ts";
import { faxTiff, tiffFile } from "../../../support/tiff-file.ts";
import { jpegFile, jpegSegment, pngChunk, pngFile } from "./image-files.ts";

const side = 32;

/** Black in its upper left quarter, grey in its upper right one, white below. */
const quarters = Uint8Array.from({ length: side * side }, (_, index) => {
  const [x, y] = [index % side, Math.floor(index / side)];
  return y >= side / 2 ? 255 : x < side / 2 ? 0 : 128;
});

/** The grey values in the middle of the four quarters, row by row. */
function corners({ grey, width, height }: { grey: Uint8Array; width: number; height: number }): (number | undefined)[] {
  return [0.25, 0.75].flatMap((down) => [0.25, 0.75].map((across) => grey[Math.floor(down * height) * width + Math.floor(across * width)]));
}

const png = (bytes: Uint8Array) => decodeImage({ type: "image/png", bytes });
const tiff = (bytes: Uint8Array) => decodeImage({ type: "image/tiff", bytes });
const jpg = (bytes: Uint8Array) => decodeImage({ type: "image/jpeg", bytes });

test.each([
  { orientation: 1, seen: ["black", "grey", "white", "white"] },
  { orientation: 2, seen: ["grey", "black", "white", "white"] },
  { orientation: 3, seen: ["white", "white", "grey", "black"] },
  { orientation: 4, seen: ["white", "white", "black", "grey"] },
  { orientation: 5, seen: ["black", "white", "grey", "white"] },
  { orientation: 6, seen: ["white", "black", "white", "grey"] },
  { orientation: 7, seen: ["white", "grey", "white", "black"] },
  { orientation: 8, seen: ["grey", "white", "black", "white"] },
])("a photograph of Exif orientation $orientation is turned", async ({ orientation, seen }) => {
  const littleEndian = Buffer.from("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0X\0\0\0\0\0\0\0", "latin1");
  littleEndian[18] = orientation;
  const exif = jpegSegment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), littleEndian]));

  const page = await jpg(jpegFile(quarters, side, [exif]));

  const names = corners(page).map((value = 0) => (value < 40 ? "black" : value > 215 ? "white" : "grey"));
  expect(names).toEqual(seen);
});

test("big-endian Exif is read, a broken directory turns nothing", async () => {
  const bigEndian = Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0", "latin1");
  const cutOff = bigEndian.subarray(0, 18);

  const turned = await jpg(jpegFile(quarters, side, [jpegSegment(0xe1, bigEndian)]));
  const asItIs = await jpg(jpegFile(quarters, side, [jpegSegment(0xe1, cutOff)]));

  expect(corners(turned)[3]).toBeLessThan(40);
  expect(corners(asItIs)[0]).toBeLessThan(40);
});

test("colours are weighed, and stand over white where they are transparent", async () => {
  const image = new PNG({ width: 16, height: 16 });
  image.data.fill(
    Buffer.from([
      255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 128, 0, 0, 0, 0, 255, 255, 255, 255, 10, 10, 10, 255, 0, 0, 0, 255,
    ]),
  );

  const { grey } = await png(PNG.sync.write(image));

  expect([...grey.subarray(0, 8)]).toEqual([76, 149, 28, 127, 255, 255, 10, 0]);
});

test("a page in colours has a brightest and a darkest tint, turned as the page is, and a grey page has none", async () => {
  const colours = [255, 0, 0, 255, 0, 90, 255, 255, 120, 120, 120, 255, 0, 0, 0, 0];
  const image = new PNG({ width: 16, height: 16 });
  image.data.fill(Buffer.from(colours));
  const grey = new PNG({ width: 16, height: 16 });
  grey.data.fill(Buffer.from([90, 90, 90, 255]));

  const { tints = [] } = await png(PNG.sync.write(image));

  expect(tints.map((tint) => [...tint.grey.subarray(0, 4)])).toEqual([
    [255, 255, 120, 255],
    [0, 0, 120, 255],
  ]);
  expect(await png(PNG.sync.write(grey))).not.toHaveProperty("tints");
});

test("white print on a transparent ground stands out from it", async () => {
  const image = new PNG({ width: 16, height: 16 });
  for (let pixel = 0; pixel < 32; pixel++) image.data.fill(255, pixel * 4, pixel * 4 + 4);

  const { grey } = await decodeImage({ type: "image/png", bytes: PNG.sync.write(image) });

  expect([grey[0], grey[255]]).toEqual([255, 0]);
});

test("dark print beside white boxes on a transparent ground stands on white", async () => {
  const image = new PNG({ width: 60, height: 60 });
  const paint = (x: number, y: number, value: number) => image.data.set([value, value, value, 255], 4 * (60 * y + x));
  for (let y = 4; y < 24; y++) for (let x = 4; x < 44; x++) paint(x, y, 255);
  for (let y = 40; y < 52; y++) for (let x = 4; x < 56; x += 4) paint(x, y, 60);

  const { grey } = await decodeImage({ type: "image/png", bytes: PNG.sync.write(image) });

  expect([grey[0], grey[60 * 40 + 4], grey[60 * 40 + 5]]).toEqual([255, 60, 255]);
});

test("plain images are decoded as the library decodes them, whatever their rows are filtered by", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 4 * 20 * 17, maxLength: 4 * 20 * 17 }),
      fc.constantFrom(0, 2, 4, 6),
      fc.constantFrom(-1, 0, 1, 2, 3, 4),
      async (bytes, colorType, filterType) => {
        const image = new PNG({ width: 20, height: 17 });
        image.data = Buffer.from(bytes.map((value, index) => (index % 4 === 3 ? 255 : value)));
        const file = PNG.sync.write(image, { colorType: colorType as 0 | 2 | 4 | 6, filterType });

        const { grey } = await decodeImage({ type: "image/png", bytes: file });

        const { data } = PNG.sync.read(file);
        const expected = Uint8Array.from(
          grey,
          (_, at) => (77 * (data[4 * at] ?? 0) + 150 * (data[4 * at + 1] ?? 0) + 29 * (data[4 * at + 2] ?? 0)) >> 8,
        );
        expect(grey).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  );
});

test("16 bits a sample are read, and a palette with transparent colours", async () => {
  const deep = pngFile({
    side,
    colourType: 0,
    depth: 16,
    rows: rowsOf(
      Uint8Array.from({ length: 2 * side * side }, (_, index) => quarters[index >> 1] ?? 0),
      2,
    ),
  });
  const palette = [pngChunk("PLTE", Buffer.from([0, 0, 0, 128, 128, 128, 0, 0, 0])), pngChunk("tRNS", Buffer.from([255, 255, 0]))];
  const coloured = pngFile({
    side,
    colourType: 3,
    depth: 8,
    chunks: palette,
    rows: rowsOf(quarters.map((value) => ({ 0: 0, 128: 1 })[value] ?? 2)),
  });

  const pages = [corners(await png(deep)), corners(await png(coloured))];

  expect(pages).toEqual([
    [0, 128, 255, 255],
    [0, 128, 255, 255],
  ]);
});

test.each<{ name: string; type: DocumentType; bytes: Uint8Array }>([
  { name: "a PNG cut off", type: "image/png", bytes: pngFile({ side, colourType: 0, depth: 8, rows: rowsOf(quarters) }).subarray(0, 60) },
  {
    name: "a PNG with too few rows",
    type: "image/png",
    bytes: pngFile({ side, colourType: 0, depth: 8, rows: rowsOf(quarters).subarray(0, 200) }),
  },
  { name: "a JPEG cut off", type: "image/jpeg", bytes: jpegFile(quarters, side).subarray(0, 500) },
  { name: "a JPEG without an end", type: "image/jpeg", bytes: jpegFile(quarters, side).subarray(0, -2) },
  {
    name: "a JPEG of many scans",
    type: "image/jpeg",
    bytes: withScans(200),
  },
])("$name is unreadable", async ({ type, bytes }) => {
  await expect(decodeImage({ type, bytes })).rejects.toThrow(DocumentUnreadableError);
});

test("a JPEG with bytes between its segments is read", async () => {
  expect(corners(await jpg(jpegFile(quarters, side, [Buffer.from("junk")])))).toEqual(corners(await jpg(jpegFile(quarters, side))));
});

test("a JPEG whose data cannot be of its size is refused", async () => {
  const claimed = Buffer.from(jpegFile(quarters, side));
  const frame = claimed.indexOf(Buffer.from([0xff, 0xc0]));
  claimed.writeUInt16BE(4800, frame + 5);
  claimed.writeUInt16BE(4800, frame + 7);

  await expect(jpg(claimed)).rejects.toThrow(DocumentUnreadableError);
});

test("a few scans are read", async () => {
  const page = await jpg(withScans(10));

  expect(page.width).toBe(side);
});

test("size is judged by the header", async () => {
  const header = (width: number) => pngFile({ side: width, colourType: 0, depth: 8, rows: Buffer.alloc(0) });

  await expect(png(header(8000))).rejects.toThrow(DocumentTooLargeError);
  await expect(png(header(15))).rejects.toThrow(UnsupportedDocumentError);
  await expect(decodeImage({ type: "application/pdf", bytes: Buffer.from("%PDF-1.7") })).rejects.toThrow(UnsupportedDocumentError);
});

test("whatever is damaged is refused by name, or read", async () => {
  const files = [pngFile({ side, colourType: 0, depth: 8, rows: rowsOf(quarters) }), jpegFile(quarters, side)];
  const damage = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0, 1), damage, async (which, changes) => {
      const bytes = Buffer.from(files[which] ?? "");
      for (const [at, value] of changes) bytes[at % bytes.length] = value;

      const outcome = await outcomeOf(which === 0 ? png(bytes) : jpg(bytes));

      expect(outcome).toBe("as expected");
    }),
    { numRuns: 150 },
  );
});

async function outcomeOf(decoded: Promise<unknown>): Promise<string> {
  try {
    await decoded;
    return "as expected";
  } catch (error) {
    return error instanceof StageError ? "as expected" : String(error);
  }
}

/** The one scan that the image needs, and again. */
function withScans(scans: number): Buffer {
  const file = jpegFile(quarters, side);
  const scan = file.subarray(file.indexOf(Buffer.from([0xff, 0xda])), -2);
  return Buffer.concat([file.subarray(0, -2), ...Array.from({ length: scans - 1 }, () => scan), file.subarray(-2)]);
}

function rowsOf(samples: Uint8Array, bytesPerPixel = 1): Buffer {
  const length = side * bytesPerPixel;
  return Buffer.concat(
    Array.from({ length: side }, (_, row) => Buffer.concat([Buffer.of(0), samples.subarray(row * length, (row + 1) * length)])),
  );
}

describe("kinds of files", () => {
  const page: Picture = { samples: quarters, width: side, height: side };
  const colours: Picture = { ...page, samples: Uint8Array.from({ length: 3 * side * side }, (_, at) => quarters[Math.floor(at / 3)] ?? 0) };
  /** Black ink alone. */
  const inks: Picture = {
    ...page,
    samples: Uint8Array.from({ length: 4 * side * side }, (_, at) => (at % 4 === 3 ? 255 - (quarters[at >> 2] ?? 0) : 0)),
  };
  const bilevel: Picture = { ...page, samples: quarters.map((value) => (value > 128 ? 255 : 0)) };
  const jpegs = ["off", "on", "auto"].flatMap((subsample_mode) => [false, true].map((interlace) => ({ subsample_mode, interlace })));

  test.each<{ what: string; picture: Picture; suffix: string; options?: object }>([
    ...jpegs.map((options) => ({
      what: `JPEG, ${options.interlace ? "progressive" : "sequential"}, subsampling ${options.subsample_mode}`,
      picture: colours,
      suffix: ".jpg",
      options: { ...options, Q: 95 },
    })),
    { what: "JPEG in CMYK", picture: inks, suffix: ".jpg", options: { Q: 95 } },
    ...["none", "lzw", "deflate", "packbits", "jpeg"].map((compression) => ({
      what: `TIFF, ${compression}`,
      picture: colours,
      suffix: ".tif",
      options: { compression },
    })),
    {
      what: "TIFF in tiles",
      picture: colours,
      suffix: ".tif",
      options: { tile: true, tile_width: 16, tile_height: 16, compression: "lzw" },
    },
    { what: "TIFF in CMYK", picture: inks, suffix: ".tif" },
    { what: "BigTIFF", picture: page, suffix: ".tif", options: { bigtiff: true } },
    { what: "WebP", picture: colours, suffix: ".webp", options: { Q: 95 } },
    { what: "WebP, lossless", picture: colours, suffix: ".webp", options: { lossless: true } },
    {
      what: "WebP, animated",
      picture: colours,
      suffix: ".webp",
      options: { lossless: true, frames: [{ ...colours, samples: new Uint8Array(3 * side * side) }] },
    },
    { what: "PNG, interlaced", picture: colours, suffix: ".png", options: { interlace: true } },
    { what: "PNG with a palette", picture: colours, suffix: ".png", options: { palette: true } },
  ])("$what is read", async ({ picture, suffix, options }) => {
    const { frames = [], ...saving } = (options ?? {}) as { frames?: readonly Picture[] };
    const bytes = await encoded([picture, ...frames], suffix, saving);

    const decoded = await decodeImage({ type: typeOf(bytes) ?? "image/png", bytes });

    expect([decoded.width, decoded.height]).toEqual([side, side]);
    for (const [at, value] of corners(decoded).entries()) expect(Math.abs((value ?? 0) - ([0, 128, 255, 255][at] ?? 0))).toBeLessThan(4);
  });

  test("a page of four inks has the tints of its colours", async () => {
    const [cyan, black] = [
      [255, 0, 0, 0],
      [0, 0, 0, 255],
    ] as const;
    const samples = Uint8Array.from({ length: 4 * side * side }, (_, at) => (at % 8 < 4 ? cyan : black)[at % 4] ?? 0);

    const { grey, tints = [] } = await tiff(await encoded([{ ...page, samples }], ".tif"));

    expect([...grey.subarray(0, 2)]).toEqual([178, 0]);
    expect(tints.map((tint) => [...tint.grey.subarray(0, 2)])).toEqual([
      [255, 0],
      [0, 0],
    ]);
  });

  test.each(["ccittfax4", "packbits", "none"])("TIFF of one bit, %s, is read", async (compression) => {
    const bytes = await encoded([bilevel], ".tif", { compression, bitdepth: 1 });

    expect(corners(await tiff(bytes))).toEqual([0, 0, 255, 255]);
  });

  test.each([
    { what: "Group 3, one-dimensional", options: 0 },
    { what: "Group 3, two-dimensional", options: 1 },
  ])("a fax of $what is read, its pixels made square", async ({ options }) => {
    const bytes = faxTiff({ width: 64, height: 32, twoDimensional: options === 1, dotsPerInch: [204, 98] });

    const { width, height, grey } = await tiff(bytes);

    expect([width, height]).toEqual([64, 67]);
    expect([grey[10 * 64 + 8], grey[10 * 64 + 40]]).toEqual([0, 255]);
  });

  test("each page of a TIFF is a page", async () => {
    const [white, black] = [255, 0].map((value) => ({ ...page, samples: new Uint8Array(side * side).fill(value) }));
    const bytes = await encoded([white ?? page, page, black ?? page], ".tif", { compression: "lzw" });
    const seen: (number | undefined)[][] = [];

    const source = await openImage({ type: "image/tiff", bytes }, { remainingMillis: () => 60_000 }, async (image) => {
      seen.push(corners(image));
      return { text: "", confidence: 0 };
    });
    for (const number of [0, 1, 2]) await source.readPage(number);

    expect(source.pageCount).toBe(3);
    expect(seen).toEqual([Array(4).fill(255), [0, 128, 255, 255], Array(4).fill(0)]);
    expect(await source.readLayer(0)).toBeUndefined();
  });

  test("bytes after the end of a PNG are ignored, and data beyond its rows", async () => {
    const whole = pngFile({ side, colourType: 0, depth: 8, rows: rowsOf(quarters) });
    const beyond = pngFile({ side, colourType: 0, depth: 8, rows: Buffer.concat([rowsOf(quarters), Buffer.alloc(5_000_000)]) });

    const pages = [await png(Buffer.concat([whole, Buffer.from("appended")])), await png(beyond)];

    expect(pages.map(corners)).toEqual(Array(2).fill([0, 128, 255, 255]));
  });

  test.each([
    { what: "a JPEG of 12 bits a sample", bytes: () => withFrame(0xc1, 12), kind: "JPEG" },
    { what: "a differential JPEG", bytes: () => withFrame(0xc5, 8), kind: "JPEG" },
    { what: "a TIFF of 12 bits a sample", bytes: () => tiffFile({ width: side, height: side, bits: 12 }), kind: "TIFF" },
    { what: "a TIFF of 32 bits a sample", bytes: () => tiffFile({ width: side, height: side, bits: 32 }), kind: "TIFF" },
  ])("$what is refused by name", async ({ bytes, kind }) => {
    const file = bytes();

    await expect(decodeImage({ type: typeOf(file) ?? "image/png", bytes: file })).rejects.toMatchObject({
      name: "UnsupportedDocument",
      message: `This kind of ${kind} is not read. Save it as a PNG of 8 bits a sample.`,
    });
  });
});

describe("large images", () => {
  const large = { width: 6016, height: 4000 };

  test.each([
    { suffix: ".jpg", options: {} },
    { suffix: ".png", options: {} },
    { suffix: ".png", options: { compression: 0 } },
    { suffix: ".tif", options: { compression: "ccittfax4", bitdepth: 1 } },
    { suffix: ".tif", options: { compression: "none" } },
  ])("$suffix of more than 24 megapixels, $options, is halved", async ({ suffix, options }) => {
    const samples = new Uint8Array(large.width * large.height).fill(255);
    samples.fill(0, 0, samples.length / 4);
    const bytes = await encoded([{ samples, ...large }], suffix, options);

    const { width, height, grey } = await decodeImage({ type: typeOf(bytes) ?? "image/png", bytes });

    expect([width, height]).toEqual([3008, 2000]);
    expect([grey[400 * width + 1500], grey[1500 * width + 1500]]).toEqual([0, 255]);
  });

  test.each([
    { depth: 8, colourType: 6, megapixels: 48 },
    { depth: 16, colourType: 2, megapixels: 36 },
  ])("an interlaced PNG of $megapixels megapixels, $depth bits and colour type $colourType is refused by its header", async (image) => {
    const header = pngFile({ side: Math.round(Math.sqrt(image.megapixels * 1e6)), ...image, interlaced: true, rows: Buffer.alloc(0) });

    const interlaced = png(header);

    await expect(interlaced).rejects.toThrow("Save it without interlacing.");
  });

  test("a progressive JPEG is refused whose coefficients take more memory than there is", async () => {
    const colours = { samples: new Uint8Array(3 * side * side), width: side, height: side };
    const file = Buffer.from(await encoded([colours], ".jpg", { interlace: true, subsample_mode: "off" }));
    const frame = file.indexOf(Buffer.from([0xff, 0xc2]));
    file.writeUInt16BE(6000, frame + 5);
    file.writeUInt16BE(9000, frame + 7);

    const decoded = decodeImage({ type: "image/jpeg", bytes: Buffer.concat([file, Buffer.alloc(200_000)]) });

    await expect(decoded).rejects.toThrow(DocumentTooLargeError);
  });

  test("a page in colours of more than 10 megapixels has tints of half its size", async () => {
    const [width, height] = [4001, 2601];
    const samples = new Uint8Array(3 * width * height).fill(255);
    const [red, blue] = [3 * width * 1000, 3 * width * 2400];
    for (let at = red; at < blue; at += 3) samples.fill(0, at + 1, at + 3);
    for (let at = blue; at < samples.length; at += 3) samples.fill(0, at, at + 2);
    const bytes = await encoded([{ samples, width, height }], ".png", { compression: 1 });

    const { grey, tints = [], ...size } = await png(bytes);

    const greyAt = [0, 999, 1000, 2399, 2400, 2600].map((row) => grey[row * width + 7]);
    const tintsAt = tints.map((tint) => [499, 500, 1199, 1200, 1300].map((row) => tint.grey[row * tint.width + 2000]));
    expect([size, ...tints.map((tint) => ({ width: tint.width, height: tint.height }))]).toEqual([
      { width, height },
      { width: 2001, height: 1301 },
      { width: 2001, height: 1301 },
    ]);
    expect(greyAt).toEqual([255, 255, 76, 76, 28, 28]);
    expect(tintsAt).toEqual([
      [255, 255, 255, 255, 255],
      [255, 0, 0, 0, 0],
    ]);
  });

  test("a large page with little colour has no tints", async () => {
    const [width, height] = [4000, 2600];
    const samples = new Uint8Array(3 * width * height).fill(200);
    for (let at = 0; at < 0.0049 * samples.length; at += 3) samples[at] = 0;

    const page = await png(await encoded([{ samples, width, height }], ".png", { compression: 1 }));

    expect(page).not.toHaveProperty("tints");
  });

  test("a WebP is made smaller, so that it has 8 megapixels", async () => {
    const bytes = await encoded([{ samples: new Uint8Array(4000 * 4000).fill(255), width: 4000, height: 4000 }], ".webp");

    const { width, height } = await decodeImage({ type: "image/webp", bytes });

    expect(width * height).toBeGreaterThan(7_900_000);
    expect(width * height).toBeLessThan(8_100_000);
  });
});

test("an image is decoded whatever memory others have left to the decoder", async () => {
  const [width, height] = [1667, 2646];
  const bytes = await encoded([{ samples: new Uint8Array(3 * width * height).fill(200), width, height }], ".webp");

  for (let count = 0; count < 3; count++) expect(await decodeImage({ type: "image/webp", bytes })).toMatchObject({ width, height });
});

test("decoding is ended when its time is up, and the next image is decoded", async () => {
  const samples = new Uint8Array(6000 * 9000).fill(200);
  const bytes = await encoded([{ samples, width: 6000, height: 9000 }], ".png", { interlace: true, compression: 1 });
  let millis = 40;

  const ended = decodeImage({ type: "image/png", bytes }, 0, { remainingMillis: () => millis });

  await expect(ended).rejects.toThrow(TimeLimitError);
  millis = 60_000;
  expect(corners(await png(pngFile({ side, colourType: 0, depth: 8, rows: rowsOf(quarters) })))).toEqual([0, 128, 255, 255]);
  await expect(png(bytes).then(({ width }) => width)).resolves.toBe(3000);
});

/** The JPEG with another kind of frame, which says that its samples have so many bits. */
function withFrame(marker: number, bits: number): Buffer {
  const file = Buffer.from(jpegFile(quarters, side));
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
  file[frame + 1] = marker;
  file[frame + 4] = bits;
  return file;
}
