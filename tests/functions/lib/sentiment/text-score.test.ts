import { expect, test } from "vitest";
import { textScore } from "../../../../functions/lib/sentiment/text-score.ts";

// VADER's lexicon rates "great" 3.1 and "terrible" -2.1; its score of a sum v is v / √(v² + 15).
const scoreOf = (sum: number) => sum / Math.sqrt(sum ** 2 + 15);

test.each([
  ["great", scoreOf(3.1)],
  ["terrible", scoreOf(-2.1)],
  ["not terrible", scoreOf(2.1 * 0.74)],
  ["The box.", 0],
  ["", 0],
])("one sentence has VADER's own score: %s", (text, expected) => {
  const score = textScore(text);

  expect(score).toBeCloseTo(expected, 3);
});

test.each([
  ["great. great.", scoreOf(6.2 / 2 ** 0.8)],
  ["great. The box.", scoreOf(3.1 / 2 ** 0.8)],
  ["great. terrible. The box. The cat.", scoreOf(1 / 4 ** 0.8)],
])("sentences are blended as sum^0.2 · mean^0.8: %s", (text, expected) => {
  const score = textScore(text);

  expect(score).toBeCloseTo(expected, 3);
});

test("one sentence counts no more than a score of 0.98 does", () => {
  const score = textScore("great ".repeat(59).concat("the"));

  expect(score).toBeCloseTo(0.98, 10);
});

test("a text in another language has no score, whatever words it shares with English", () => {
  const score = textScore("El servicio fue terrible, no lo recomiendo a nadie.");

  expect(score).toBe(0);
});
