import { expect, test } from "vitest";
import { surveyOf } from "../../../../../functions/stages/ocr/clean-up/survey.ts";
import { Canvas } from "../../../../../packages/lab/evaluate/ocr/families/canvas.ts";
import type { FontName } from "../../../../../packages/lab/evaluate/ocr/fonts.ts";

const lines = ["Garden hose 24.90", "Watering can 15.75", "Nine seven zero", "xxxxxxxxxx", "Thank you"];
const letters = lines.join("").replace(/[^\p{L}\p{N}]/gu, "").length;

async function lettersOn(texts: readonly string[], font: FontName): Promise<number> {
  const canvas = await Canvas.open(300, 40 + 24 * texts.length, [font]);
  for (const [row, text] of texts.entries()) canvas.text(20, 40 + 24 * row, text, { font, size: 11 });
  return surveyOf((await canvas.drawn(200)).page).letters;
}

test.each<FontName>(["Courier", "Helvetica"])("the letters of words are counted in %s, and no dots", async (font) => {
  const count = await lettersOn(lines, font);

  expect(count).toBeGreaterThan(0.94 * letters); // two that touch are one
  expect(count).toBeLessThanOrEqual(letters);
});

test.each(["-", "*", ".", "=", "_ ", "- "])("a rule of the sign %s is no letters", async (sign) => {
  const rule = sign.repeat(24);

  expect(await lettersOn([rule, ...lines, rule], "Courier")).toBe(await lettersOn(lines, "Courier"));
});
