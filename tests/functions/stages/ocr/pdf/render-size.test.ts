import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderSize } from "../../../../../functions/stages/ocr/pdf/render-size.ts";

test.each([
  ["A4", 595, 842, { width: 1983, height: 2806, dpi: 240 }],
  ["a receipt", 200, 2000, { width: 666, height: 6666, dpi: 240 }],
  ["A3, of 11 megapixels at 240 dots an inch", 842, 1191, { width: 2658, height: 3760, dpi: 227 }],
  ["a band, longer than a side may be", 14_400, 100, { width: 10_000, height: 69, dpi: 50 }],
  ["a plane of 350,000 km", 1e9, 1e9, { width: 3162, height: 3162, dpi: 1 }],
  ["a hair", 1e-3, 700, { width: 1, height: 2333, dpi: 240 }],
])("%s", (_, width, height, size) => {
  expect(renderSize(width, height)).toEqual(size);
});

test.each([
  [0, 700],
  [-1, 700],
  [Number.NaN, 700],
  [Number.POSITIVE_INFINITY, 700],
])("%d × %d is no plane", (width, height) => {
  expect(() => renderSize(width, height)).toThrow(expect.objectContaining({ name: "UnsupportedDocument" }));
});

test("no page is drawn larger than the limits", async () => {
  const points = fc.float({ min: Math.fround(1e-6), max: Math.fround(1e12), noNaN: true });

  await fc.assert(
    fc.property(points, points, (givenWidth, givenHeight) => {
      const { width, height } = renderSize(givenWidth, givenHeight);

      expect(width * height).toBeLessThanOrEqual(10_010_000);
      expect(Math.max(width, height)).toBeLessThanOrEqual(10_000);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
    }),
  );
});
