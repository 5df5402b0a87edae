import { expect, test } from "vitest";
import { evaluateKeywords, evaluateRelated } from "../../evaluate/search/evaluate-search.ts";
import { evaluateSentiment } from "../../evaluate/sentiment/evaluate-sentiment.ts";

const figures = (rows: readonly (readonly string[])[]) => rows.map(([, ...cells]) => cells.map(Number));

test("the model is more accurate on our texts than word lists and VADER, and better calibrated than VADER", () => {
  const [ours = [], vader = [], lists = []] = figures(evaluateSentiment());

  expect(ours[1]).toBeGreaterThan(lists[1] ?? 100);
  expect(ours[1]).toBeGreaterThan(vader[1] ?? 100);
  expect(ours[3]).toBeLessThan(vader[3] ?? 0);
});

test("keywords are more often those of a reader than the most frequent words are", () => {
  const [[ours = 0] = [], [frequent = 100] = []] = figures(evaluateKeywords());

  expect(ours).toBeGreaterThan(frequent);
});

test("documents that are listed as related are nearly always on the same topic", () => {
  const [[, ours = 0] = [], [, miniSearch = 100] = []] = figures(evaluateRelated());

  expect(ours).toBeGreaterThan(85);
  expect(ours).toBeGreaterThan(miniSearch);
});
