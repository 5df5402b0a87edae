import { expect, test } from "vitest";
import { evaluateKeywords, evaluateRelated } from "../../evaluate/search/evaluate-search.ts";
import { evaluateSentiment } from "../../evaluate/sentiment/evaluate-sentiment.ts";

const figures = (rows: readonly (readonly string[])[]) => rows.map(([, ...cells]) => cells.map(Number));

test("the model reads the sentiment of our texts better than word lists, and is surer than VADER of what it is right about", () => {
  const [ours = [], vader = [], lists = []] = figures(evaluateSentiment());

  expect(ours[1]).toBeGreaterThan(lists[1] ?? 100);
  expect(ours[1]).toBeGreaterThan(vader[1] ?? 100);
  expect(ours[3]).toBeLessThan(vader[3] ?? 0);
});

test("keywords are oftener those of a reader than the commonest words are", () => {
  const [[ours = 0] = [], [commonest = 100] = []] = figures(evaluateKeywords());

  expect(ours).toBeGreaterThan(commonest);
});

test("what is listed as related is on the same topic nearly always", () => {
  const [[, ours = 0] = [], [, miniSearch = 100] = []] = figures(evaluateRelated());

  expect(ours).toBeGreaterThan(85);
  expect(ours).toBeGreaterThan(miniSearch);
});
