import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partOf, readingOf, wholeOf } from "../../../../../functions/stages/ocr/pdf/render-size.ts";

const sizeOf = (width: number, height: number) => partOf({ width, height }, wholeOf({ width, height }), readingOf(1));

describe("a whole page", () => {
  test.each([
    ["A4", 595, 842, { width: 1983, height: 2806, dpi: 240 }],
    ["a receipt", 200, 2000, { width: 666, height: 6666, dpi: 240 }],
    ["A3, of 11 megapixels at 240 dots an inch", 842, 1191, { width: 2658, height: 3760, dpi: 227 }],
    ["a band, longer than a side may be", 14_400, 100, { width: 10_000, height: 69, dpi: 50 }],
    ["a plane of 350,000 km", 1e9, 1e9, { width: 3162, height: 3162, dpi: 1 }],
    ["a hair", 1e-3, 700, { width: 1, height: 2333, dpi: 240 }],
  ])("%s", (_, width, height, size) => {
    expect(sizeOf(width, height)).toMatchObject(size);
  });

  test.each([
    [0, 700],
    [-1, 700],
    [Number.NaN, 700],
    [Number.POSITIVE_INFINITY, 700],
  ])("%d × %d is no plane", (width, height) => {
    expect(() => sizeOf(width, height)).toThrow(expect.objectContaining({ name: "UnsupportedDocument" }));
  });
});

test("a part of a large page is drawn as finely as a small page", () => {
  const part = partOf({ width: 14_400, height: 14_400 }, { left: 7200, top: 720, right: 7500, bottom: 1020 }, readingOf(1));

  expect(part).toMatchObject({ left: 24_000, top: 2400, width: 1000, height: 1000, pageWidth: 48_000, dpi: 240 });
});

test("all pages of a document together have no more pixels than 200 of A4", () => {
  for (const pages of [1, 20, 113, 200, 3000]) {
    const { width, height } = partOf({ width: 1e4, height: 1e4 }, wholeOf({ width: 1e4, height: 1e4 }), readingOf(pages));

    expect(width * height * Math.min(pages, 200)).toBeLessThanOrEqual(1_130_000_000);
  }
  expect(partOf({ width: 595, height: 842 }, wholeOf({ width: 595, height: 842 }), readingOf(200))).toMatchObject({ dpi: 240 });
});

test("no part is drawn larger than the limits, and none lies outside its page", async () => {
  const points = fc.float({ min: Math.fround(1e-6), max: Math.fround(1e12), noNaN: true });
  const share = fc.double({ min: 0, max: 0.99, noNaN: true });

  await fc.assert(
    fc.property(points, points, share, share, (pageWidth, pageHeight, left, top) => {
      const box = { left: left * pageWidth, top: top * pageHeight, right: pageWidth, bottom: pageHeight };
      const part = partOf({ width: pageWidth, height: pageHeight }, box, readingOf(1));

      expect(part.width * part.height).toBeLessThanOrEqual(10_010_000);
      expect(Math.max(part.width, part.height)).toBeLessThanOrEqual(10_000);
      expect(Math.min(part.width, part.height)).toBeGreaterThanOrEqual(1);
      expect(Math.max(part.pageWidth, part.pageHeight)).toBeLessThan(2 ** 31);
    }),
  );
});
