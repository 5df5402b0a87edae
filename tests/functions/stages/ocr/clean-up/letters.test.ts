import { expect, test } from "vitest";
import { asItCame, cleanPage } from "../../../../../functions/stages/ocr/clean-up/clean-page.ts";
import { inverted } from "../../../../../functions/stages/ocr/clean-up/contrast.ts";
import { softened } from "../../../../../functions/stages/ocr/clean-up/grain.ts";
import { acrossShare, inkedParts, lettersOf, neighboursIn, panelsOf } from "../../../../../functions/stages/ocr/clean-up/letters.ts";
import { surveyOf } from "../../../../../functions/stages/ocr/clean-up/survey.ts";
import { turned } from "../../../../../functions/stages/ocr/clean-up/turn.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { compressed } from "../../../../../packages/lab/evaluate/ocr/degrade/noise.ts";
import { blurred, faded } from "../../../../../packages/lab/evaluate/ocr/degrade/optics.ts";
import { mapGrey } from "../../../../../packages/lab/evaluate/ocr/degrade/resample.ts";
import { Canvas } from "../../../../../packages/lab/evaluate/ocr/families/canvas.ts";
import { createRandom } from "../../../../../packages/lab/evaluate/ocr/random.ts";
import { leaningSign } from "../leaning-sign.ts";

const look = { font: "Courier", size: 9 } as const;

/** Rows of a till receipt, and whatever else is drawn on it. */
async function receipt(more: (canvas: Canvas) => void = () => {}, dpi = 150): Promise<PageImage> {
  const canvas = await Canvas.open(210, 300, ["Courier"]);
  for (let row = 0; row < 16; row++)
    canvas.row(
      30 + row * 13,
      [
        [12, `${row} x Lantern oil`],
        [198, `${row * 7 + 3}.45`],
      ],
      look,
      [1],
    );
  more(canvas);
  return (await canvas.drawn(dpi)).page;
}

const barcode = (canvas: Canvas) => {
  const random = createRandom(5);
  for (let x = 20; x < 190; x += random.integer(2, 5)) canvas.box(x, 245, random.pick([0.8, 1.6]), 45, { fill: 0 });
};
const rules = (canvas: Canvas) => {
  for (let row = 0; row < 16; row++) canvas.line(8, 33 + row * 13, 202, 33 + row * 13, { dash: row % 2 === 0 ? [2, 2] : [1, 0] });
};
const grid = (canvas: Canvas) => {
  for (let row = 0; row < 17; row++) canvas.line(6, 20 + row * 13, 204, 20 + row * 13);
  for (const x of [6, 28, 120, 160, 204]) canvas.line(x, 20, x, 228);
};
const shadow = (canvas: Canvas) => canvas.box(200, 0, 10, 300, { fill: 0.25 });

test("print in black and white only is softened before it is scaled, grey print is not", async () => {
  const page = await receipt();
  const fax = mapGrey(page, (value) => (value < 140 ? 0 : 255));

  const needs = [page, fax, inverted(fax), compressed(fax, 85)].map((one) => surveyOf(one).needs);

  expect(needs.map(({ jagged }) => jagged)).toEqual([false, true, true, true]);
  const level = { ...asItCame(surveyOf(fax).needs, fax), scale: 1 };
  expect(cleanPage(fax, level).grey).toEqual(fax.grey);
  expect(cleanPage(fax, { ...level, jagged: true }).grey).toEqual(softened(fax).grey);
});

test.each([
  { name: "nothing", more: () => {} },
  { name: "a bar code", more: barcode },
  { name: "rules, dashed ones among them", more: rules },
  { name: "the grid of a table", more: grid },
  { name: "a shadow at the edge", more: shadow },
])("a level, upright page with $name is left as it came except for its scale", async ({ more }) => {
  const page = await receipt(more);

  const { needs } = surveyOf(page);

  // Which side is up is decided by reading.
  expect({ ...needs, quarters: needs.quarters & 1, scale: 0, xHeight: 0 }).toEqual({
    ...{ dark: false, panels: [], specks: false, jagged: false, evenLight: false, grain: 0, quarters: 0, degrees: 0, scale: 0, xHeight: 0 },
    bend: { x: 0, xx: 0, xy: 0, xxy: 0 },
  });
  // 9-point Courier has small letters of 8 pixels at 150 dots an inch; they are made larger, never smaller.
  expect(needs.scale).toBeGreaterThan(1.3);
  expect(needs.scale).toBeLessThan(2.6);
});

test("the strokes of clean small print are no dust", async () => {
  const page = await receipt(rules, 72);

  const { needs } = surveyOf(page);

  expect(needs.specks).toBe(false);
});

test("what is no letter by its shape is taken off, letters are not", async () => {
  const plain = lettersOf(await receipt(), 128);

  const busy = lettersOf(
    await receipt((canvas) => {
      barcode(canvas);
      shadow(canvas);
    }),
    128,
  );

  expect(Math.abs(busy.letters.length - plain.letters.length)).toBeLessThan(0.1 * plain.letters.length);
});

test("letters are nearer to their neighbours along the line than across it, whichever way the page lies", async () => {
  const page = await receipt();

  const [upright, upended] = [page, turned(page, 1)].map((one) => acrossShare(neighboursIn(lettersOf(one, 128))));

  expect(upright).toBeGreaterThan(0.62);
  expect(upended).toBeLessThan(0.38);
});

test("a part of a page that is light on dark is found, and nothing else", async () => {
  const page = await receipt();
  const half = { ...page, grey: page.grey.slice(), height: page.height };
  half.grey.set(inverted(page).grey.subarray(page.grey.length / 2), page.grey.length / 2);

  const { panels } = surveyOf(half).needs;

  expect(panels).toHaveLength(1);
  expect(Math.abs((panels[0]?.top ?? 0) - page.height / 2)).toBeLessThan(8);
  expect(surveyOf(page).needs.panels).toEqual([]);
});

test("a word whose letters have run into each other is no panel", async () => {
  const canvas = await Canvas.open(330, 240, ["im-fell-english"]);
  for (let row = 0; row < 10; row++)
    canvas.text(20, 30 + row * 20, "an egg suggested eggs, baggage begged again, a giggle", { font: "im-fell-english", size: 13 });
  const { page } = await canvas.drawn(150);

  expect(surveyOf(faded(blurred(page, 1.4), 90, 190)).needs.panels).toEqual([]);
});

test("a letter is no panel, a dark box is", () => {
  const grey = new Uint8Array(100 * 100).fill(255);
  for (let y = 20; y < 50; y++) grey.fill(0, y * 100 + 10, y * 100 + 80);
  for (let y = 70; y < 80; y++) grey.fill(0, y * 100 + 10, y * 100 + 16);

  const panels = panelsOf(inkedParts({ grey, width: 100, height: 100 }, 128), 9);

  expect(panels).toEqual([{ left: 10, top: 20, right: 79, bottom: 49, ink: 70 * 30 }]);
});

test("the dark places of a wall behind a sign are no letters, and ask for no even light", async () => {
  const { letters, needs } = surveyOf(await leaningSign(["Harbour", "Lighthouse"], -4.5));

  expect(letters).toBeGreaterThan(15);
  expect(letters).toBeLessThan(20);
  expect(needs.evenLight).toBe(false);
  expect(Math.abs(needs.degrees + 4.5)).toBeLessThan(0.3);
});

test("two of many shapes that lie beside each other are no line of print", () => {
  const grey = new Uint8Array(800 * 800).fill(230);
  const shape = (left: number, top: number) => {
    for (let y = top; y < top + 8; y++) grey.fill(20, y * 800 + left, y * 800 + left + 7);
  };
  for (let y = 60; y < 760; y += 120) for (let x = 60; x < 760; x += 120) shape(x, y);
  shape(70, 60);

  const { direction, needs } = surveyOf({ grey, width: 800, height: 800 });

  expect(direction).toBeLessThan(0.08);
  expect(needs.scale).toBe(1);
});
