import fc from "fast-check";
import { expect, test } from "vitest";
import { bendOf, inkFlattened } from "../../../../../functions/stages/ocr/clean-up/bend.ts";
import { inkOf } from "../../../../../functions/stages/ocr/clean-up/ink.ts";
import { levelled } from "../../../../../functions/stages/ocr/clean-up/level.ts";
import { skewOf } from "../../../../../functions/stages/ocr/clean-up/skew.ts";
import { curled } from "../../../../../packages/lab/evaluate/ocr/degrade/geometry.ts";
import { stripedPage } from "../striped-page.ts";

test("lines are level afterwards, and nothing is cut off", () => {
  fc.assert(
    fc.property(fc.double({ min: -14, max: 14, noNaN: true }), (fall) => {
      const page = stripedPage({ fall });

      const level = levelled(page, { degrees: fall });

      expect(Math.abs(skewOf(inkOf(level), 1).degrees)).toBeLessThan(0.2);
      expect(level.width).toBeGreaterThanOrEqual(page.width);
      expect(inkIn(level.grey) / inkIn(page.grey)).toBeCloseTo(1, 1);
    }),
    { numRuns: 3 },
  );
});

test("a page that needs nothing stays as it is", () => {
  const page = stripedPage();

  const level = levelled(page, { degrees: 0 });

  expect(level).toBe(page);
});

test("a scale makes the page and its resolution larger", () => {
  const page = { ...stripedPage({ width: 400, height: 300 }), dpi: 100 };

  const { width, height, dpi } = levelled(page, { degrees: 0, scale: 2 });

  expect({ width, height, dpi }).toEqual({ width: 800, height: 600, dpi: 200 });
});

test("lines that bow are straight afterwards", () => {
  const page = curled(stripedPage(), 0.02, 255);
  const before = bendOf(inkOf(page));

  const after = bendOf(inkOf(levelled(page, { degrees: 0, bend: before })));
  const ofInk = bendOf(inkFlattened(inkOf(page), before));

  // The middle lies lowest on the page: 0.02 × 700 pixels.
  expect(before.xx).toBeCloseTo(-14, -0.5);
  expect(Math.abs(after.xx)).toBeLessThan(2);
  expect(Math.abs(ofInk.xx)).toBeLessThan(2);
});

function inkIn(grey: Uint8Array): number {
  return grey.reduce((sum, value) => sum + Number(value < 128), 0);
}
