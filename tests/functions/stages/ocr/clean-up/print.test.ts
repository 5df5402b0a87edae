import { expect, test } from "vitest";
import { cleanPage, isCleanedBy } from "../../../../../functions/stages/ocr/clean-up/clean-page.ts";
import { boxMean } from "../../../../../functions/stages/ocr/clean-up/contrast.ts";
import { inkOf } from "../../../../../functions/stages/ocr/clean-up/ink.ts";
import { weightedMedian } from "../../../../../functions/stages/ocr/clean-up/median.ts";
import { printOf } from "../../../../../functions/stages/ocr/clean-up/print.ts";
import { reduced } from "../../../../../functions/stages/ocr/clean-up/resize.ts";
import { lettersStandingOut, surveyOf } from "../../../../../functions/stages/ocr/clean-up/survey.ts";
import { turned } from "../../../../../functions/stages/ocr/clean-up/turn.ts";
import { stripedPage } from "../striped-page.ts";

test("measures small letters, and which side is up", () => {
  const page = stripedPage();

  const upright = printOf(inkOf(page));
  const upsideDown = printOf(inkOf(turned(page, 2)));

  expect(Math.abs((upright.xHeight ?? 0) - 10)).toBeLessThanOrEqual(3);
  expect(upright.above).toBeGreaterThan(0.65);
  expect(upsideDown.above).toBeLessThan(0.35);
});

test("there is no print on an empty page", () => {
  const print = printOf(inkOf({ grey: new Uint8Array(10_000).fill(235), width: 100, height: 100 }));

  expect(print).toEqual({ above: 0.5 });
});

test.each([0, 1, 2, 3])("a page that was turned by %d quarters comes out upright, its print large enough", (quarters) => {
  const given = turned(stripedPage({ fall: 3 }), quarters);

  const page = cleanPage(given, surveyOf(given).needs);

  const print = printOf(inkOf(page));

  expect(print.above).toBeGreaterThan(0.6);
  expect(print.xHeight).toBeGreaterThanOrEqual(16);
  expect(page.width).toBeGreaterThan(page.height);
});

test("the mean of a square is taken as far as it lies on the page", () => {
  const means = boxMean({ grey: Uint8Array.of(0, 3, 6, 9, 12, 15, 18, 21, 24), width: 3, height: 3 }, 1);

  expect(means).toEqual(Float32Array.of(6, 7.5, 9, 10.5, 12, 13.5, 15, 16.5, 18));
});

test("making smaller takes the mean of squares, and halves the resolution", () => {
  const half = reduced({ grey: Uint8Array.of(0, 10, 100, 100, 20, 30, 100, 100), width: 4, height: 2, dpi: 200 }, 2);

  expect(half).toEqual({ grey: Uint8Array.of(15, 100), width: 2, height: 1, dpi: 100 });
});

test.each([
  { values: [], median: 0 },
  { values: [{ value: 7, weight: 1 }], median: 7 },
  {
    values: [
      { value: 9, weight: 1 },
      { value: 2, weight: 5 },
      { value: 4, weight: 1 },
    ],
    median: 2,
  },
])("the weighted median of $values is $median", ({ values, median }) => {
  const found = weightedMedian(values);

  expect(found).toBe(median);
});

test("a page that needs nothing is not resampled", () => {
  const page = stripedPage();
  const { needs } = surveyOf(page);
  const asNeeded = { ...needs, jagged: false, scale: 1 };

  const clean = cleanPage(page, asNeeded);

  expect(clean.grey).toBe(page.grey);
  expect(isCleanedBy(asNeeded)).toBe(false);
});

test("letters are counted as the survey counts them", () => {
  const page = stripedPage();

  expect(lettersStandingOut(page)).toBe(surveyOf(page).letters);
});
