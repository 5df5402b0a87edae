import { expect, test } from "vitest";
import { Pace } from "../../../../functions/stages/ocr/pace.ts";
import { openPdf } from "../../../../functions/stages/ocr/pdf/pdf-pages.ts";
import { createRandom } from "../../evaluate/ocr/random.ts";
import { pdfFamilies } from "../../evaluate/pdf/pdf-families.ts";
import { wordOrderError } from "../../evaluate/pdf/word-order-error.ts";

const families = ["text and a photograph", "stamped scan", "outlines and a page number"];

test.each(families)("a page of the family %j is believed only if it is digital", async (family) => {
  const { isDigital = false, make } = pdfFamilies[family] ?? {};
  const { pdf } = (await make?.(createRandom(1))) ?? { pdf: new Uint8Array() };

  const source = await openPdf(pdf, new Pace(() => 600_000), () => Promise.reject(new Error("Nobody reads here.")));

  expect((await source.readLayer(0)) !== undefined).toBe(isDigital);
});

test.each([
  ["one two three four", "one, two. Three four", 0.25],
  ["one two three four", "three four one two", 1],
  ["one two", "one", 0.5],
  ["", "", 0],
])("the word order error of %j as %j is %d", (truth, text, error) => {
  expect(wordOrderError(truth, text)).toBe(error);
});
