import fc from "fast-check";
import { expect, test } from "vitest";
import { inverted, isDark } from "../../../../../functions/stages/ocr/clean-up/contrast.ts";
import { isPale, levelsOf, evenlyLit as litBy } from "../../../../../functions/stages/ocr/clean-up/even-light.ts";
import { despeckled, grainOf, hasSpecks, medianFiltered, softened } from "../../../../../functions/stages/ocr/clean-up/grain.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { grainy, speckled } from "../../../../../packages/lab/evaluate/ocr/degrade/noise.ts";
import { faded, shaded } from "../../../../../packages/lab/evaluate/ocr/degrade/optics.ts";
import { laidOn } from "../../../../../packages/lab/evaluate/ocr/degrade/resample.ts";
import { createRandom } from "../../../../../packages/lab/evaluate/ocr/random.ts";
import { stripedPage } from "../striped-page.ts";

const page = stripedPage();
const evenlyLit = (uneven: PageImage) => litBy(uneven, levelsOf(uneven));
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test("a page is dark where its print is lighter than its paper, in any light", () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 0, max: 0.7, noNaN: true }), (seed, depth) => {
      const light = shaded(page, createRandom(seed), depth);

      const judged = [isDark(light), isDark(inverted(light))];

      expect(judged).toEqual([false, true]);
    }),
    { numRuns: 3 },
  );
});

test("print and paper are told apart by one grey value after shadows are gone", () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 0, max: 0.6, noNaN: true }), (seed, depth) => {
      const lit = evenlyLit(faded(shaded(page, createRandom(seed), depth), 60, 220));

      const wrong = lit.grey.filter((value, index) => value < 130 !== (page.grey[index] ?? 0) < 130);

      expect(wrong.length / page.grey.length).toBeLessThan(0.005);
    }),
    { numRuns: 3 },
  );
});

test("an empty sheet with grain stays an empty sheet", () => {
  const sheet = grainy({ grey: new Uint8Array(490_000).fill(200), width: 700, height: 700 }, createRandom(7), 1.5);

  const lit = evenlyLit(sheet);

  expect(lit.grey.filter((value) => value < 130).length / lit.grey.length).toBeLessThan(0.001);
});

test("black print on a small part of a sheet is not pale, and the rest stays empty", () => {
  const paper = { grey: new Uint8Array(900 * 1200).fill(240), width: 900, height: 1200 };
  const sheet = grainy(laidOn(paper, stripedPage({ width: 400, height: 360 }), 450, 40), createRandom(3), 8);

  const lower = evenlyLit(sheet).grey.subarray(600 * 900);

  expect(isPale(levelsOf(sheet))).toBe(false);
  expect(lower.filter((value) => value < 130)).toHaveLength(0);
});

test("specks go, print stays", () => {
  const dusty = speckled(page, createRandom(3), 0.03);

  const clean = despeckled(dusty);

  const wrong = clean.grey.filter((value, index) => Math.abs(value - (page.grey[index] ?? 0)) > 60);
  expect(wrong.length / page.grey.length).toBeLessThan(0.02);
});

test("the median takes what is smaller than half of its neighbourhood", () => {
  const block = {
    grey: Uint8Array.from({ length: 64 }, (_, index) => (index % 8 >= 4 || index === 9 || index === 10 ? 0 : 255)),
    width: 8,
    height: 8,
  };

  const clean = medianFiltered(block);

  expect([...clean.grey.subarray(24, 32)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
  expect([clean.grey[9], clean.grey[10]]).toEqual([255, 255]);
});

test.each([
  { name: "dust on all of a page", given: speckled(page, createRandom(3), 0.01), specks: true },
  { name: "clean print", given: page, specks: false },
])("$name: specks are found: $specks", ({ given, specks }) => {
  expect(hasSpecks(given)).toBe(specks);
});

test.each([0, 5, 20])("grain of %d grey values is measured, and softening takes most of it", (deviation) => {
  const sheet = grainy({ grey: new Uint8Array(250_000).fill(128), width: 500, height: 500 }, createRandom(11), deviation);

  const measured = [grainOf(sheet), grainOf(softened(sheet))];

  expect(Math.abs((measured[0] ?? 0) - deviation)).toBeLessThanOrEqual(0.1 * deviation);
  expect(measured[1]).toBeLessThanOrEqual(0.4 * deviation);
});
