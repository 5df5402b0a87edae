import { expect, test } from "vitest";
import { createRandom } from "../../evaluate/ocr/random.ts";
import { reportSentences } from "../../train/report-sentences.ts";

test("report sentences are neutral, filled, and equal for equal seeds", () => {
  const texts = reportSentences(200, createRandom(7));

  expect(texts).toEqual(reportSentences(200, createRandom(7)));
  expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(180);
  expect(texts.filter(({ text, target }) => /[{}]/.test(text) || target[1] !== 1)).toEqual([]);
});
