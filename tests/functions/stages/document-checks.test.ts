import * as fc from "fast-check";
import jpeg from "jpeg-js";
import { PDFDocument } from "pdf-lib";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { documentTypes } from "../../../functions/stages/document.ts";
import { checkImageSize, imageSizeOf, typeOf } from "../../../functions/stages/document-checks.ts";

const png = (width: number, height: number) => PNG.sync.write(new PNG({ width, height }));
const jpg = (width: number, height: number) => jpeg.encode({ width, height, data: Buffer.alloc(width * height * 4) }, 50).data;
const bytes = (text: string) => Buffer.from(text, "latin1");

/** The parts of a JPEG: a start of frame of 8 bits, one component. */
const frame = (marker: number, width: number, height: number) =>
  Buffer.from([0xff, marker, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
const segment = (marker: number, content: Uint8Array) =>
  Buffer.concat([Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255]), content]);
const jpegOf = (...parts: readonly Uint8Array[]) => Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts]);

describe("typeOf", () => {
  test("recognises what encoders write", async () => {
    const pdf = await PDFDocument.create();
    pdf.addPage();

    const types = [png(20, 20), jpg(20, 20), await pdf.save()].map(typeOf);

    expect(types).toEqual(["image/png", "image/jpeg", "application/pdf"]);
  });

  test.each([
    ["nothing", "", undefined],
    ["half a signature", "\x89PNG", undefined],
    ["a GIF", "GIF89a", undefined],
    ["a start of image alone", "\xff\xd8", undefined],
    ["a PDF after a byte order mark", "\xef\xbb\xbf%PDF-1.4", "application/pdf"],
    ["a PDF after 1,024 bytes", `${" ".repeat(1024)}%PDF-1.4`, "application/pdf"],
    ["a PDF after 1,025 bytes", `${" ".repeat(1025)}%PDF-1.4`, undefined],
    ["a TIFF in little endian", "II*\0", "image/tiff"],
    ["a TIFF in big endian", "MM\0*", "image/tiff"],
    ["a BigTIFF", "II+\0", "image/tiff"],
    ["a WebP", "RIFF\n\0\0\0WEBPVP8 ", "image/webp"],
    ["a sound in RIFF", "RIFF\n\0\0\0WAVEfmt ", undefined],
    ["a PNG that speaks of PDFs", "\x89PNG\r\n\x1a\n%PDF-1.4", "image/png"],
  ])("%s", (_, content, type) => {
    expect(typeOf(bytes(content))).toBe(type);
  });
});

describe("imageSizeOf", () => {
  test.each([
    [20, 30],
    [257, 16],
    [300, 1025],
  ])("reads %d × %d as encoders write it", (width, height) => {
    expect(imageSizeOf(png(width, height), "image/png")).toEqual({ width, height });
    expect(imageSizeOf(jpg(width, height), "image/jpeg")).toEqual({ width, height });
  });

  test("accepts the beginning of a file", () => {
    expect(imageSizeOf(png(1000, 700).subarray(0, 24), "image/png")).toEqual({ width: 1000, height: 700 });
    expect(imageSizeOf(png(1000, 700).subarray(0, 23), "image/png")).toBeUndefined();
    expect(imageSizeOf(jpegOf(frame(0xc0, 1000, 700)).subarray(0, 11), "image/jpeg")).toEqual({ width: 1000, height: 700 });
    expect(imageSizeOf(jpegOf(frame(0xc0, 1000, 700)).subarray(0, 10), "image/jpeg")).toBeUndefined();
  });

  test.each([
    ["a progressive one", jpegOf(frame(0xc2, 600, 400)), { width: 600, height: 400 }],
    ["a lossless arithmetic one", jpegOf(frame(0xcf, 600, 400)), { width: 600, height: 400 }],
    ["a thumbnail in a segment", jpegOf(segment(0xe1, jpegOf(frame(0xc0, 9, 9))), frame(0xc0, 600, 400)), { width: 600, height: 400 }],
    ["tables before the frame", jpegOf(segment(0xc4, bytes("\0")), frame(0xc1, 600, 400)), { width: 600, height: 400 }],
    ["fill bytes", jpegOf(Buffer.from([0xff, 0xff]), frame(0xc0, 600, 400)), { width: 600, height: 400 }],
    ["markers without a segment", jpegOf(Buffer.from([0xff, 0x01, 0xff, 0xd0]), frame(0xc0, 600, 400)), { width: 600, height: 400 }],
    ["a scan before its frame", jpegOf(segment(0xda, bytes("\0\0")), frame(0xc0, 600, 400)), undefined],
    ["an end before its frame", jpegOf(Buffer.from([0xff, 0xd9]), frame(0xc0, 600, 400)), undefined],
    ["bytes between segments", jpegOf(bytes("junk\xff\0"), frame(0xc0, 600, 400)), { width: 600, height: 400 }],
  ])("JPEG: %s", (_, file, size) => {
    expect(imageSizeOf(file, "image/jpeg")).toEqual(size);
  });

  test("a PNG whose first chunk is another has none", () => {
    const file = png(20, 20);
    file.write("IDAT", 12, "latin1");

    expect(imageSizeOf(file, "image/png")).toBeUndefined();
  });

  test("any bytes have a size that a header can state, or none", async () => {
    const starts = fc.constantFrom(bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), jpegOf(), jpegOf(segment(0xe0, bytes("JFIF"))), bytes(""));
    const files = fc.tuple(starts, fc.uint8Array({ maxLength: 300 })).map((parts) => new Uint8Array(Buffer.concat(parts)));

    await fc.assert(
      fc.property(files, fc.constantFrom(...documentTypes), (file, type) => {
        const size = imageSizeOf(file, type) ?? { width: 0, height: 0 };

        expect(size.width).toBeGreaterThanOrEqual(0);
        expect(size.width).toBeLessThan(2 ** 32);
        expect(size.height).toBeLessThan(2 ** 32);
      }),
      { numRuns: 2000 },
    );
  });

  test("segments of the minimum length take no more steps than there are bytes", () => {
    // A segment's length counts itself, so 0 would be a step of two: it must still end.
    const file = jpegOf(Buffer.alloc(4 * 1024 * 1024, Buffer.from([0xff, 0xe0, 0, 0])));

    expect(imageSizeOf(file, "image/jpeg")).toBeUndefined();
  });
});

describe("checkImageSize", () => {
  test.each([
    [16, 16],
    [16_000, 3_750],
    [10_000, 6_000],
  ])("%d × %d may pass", (width, height) => {
    expect(() => checkImageSize({ width, height })).not.toThrow();
  });

  test.each([
    [15, 400, "UnsupportedDocument", "The image has 15 × 400 pixels; each side must have at least 16."],
    [400, 0, "UnsupportedDocument", "The image has 400 × 0 pixels; each side must have at least 16."],
    [16_001, 16, "DocumentTooLarge", "The image has 16001 × 16 pixels; the limit is 16000 a side."],
    [16, 16_001, "DocumentTooLarge", "The image has 16 × 16001 pixels; the limit is 16000 a side."],
    [6_000, 10_001, "DocumentTooLarge", "The image has 6000 × 10001 pixels; the limit is 60000000 altogether (60 megapixels)."],
  ])("%d × %d may not", (width, height, name, message) => {
    expect(() => checkImageSize({ width, height })).toThrow(expect.objectContaining({ name, message }));
  });

  test("an image without a size is damaged", () => {
    expect(() => checkImageSize(undefined)).toThrow(expect.objectContaining({ name: "DocumentUnreadable" }));
  });
});
