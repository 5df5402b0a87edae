import { expect, test } from "vitest";
import { probabilitiesOf, scoresOf } from "../../../../functions/stages/ml-inference/model.ts";

test("scores are weighted sums in the sentiment's scale, and a bias", () => {
  const model = { weights: Int8Array.of(1, 2, 3, 10, 20, 30), scale: [1, 0.5, 2], bias: [0.1, 0.2, 0.3], doubt: 0 } as const;

  const scores = scoresOf(model, { places: Uint32Array.of(0, 1), values: Float64Array.of(1, 0.5) });

  expect(scores).toEqual([expect.closeTo(6.1), expect.closeTo(6.2), expect.closeTo(36.3)]);
});

test.each([
  [
    [0, 0, 0],
    [1 / 3, 1 / 3, 1 / 3],
  ],
  [
    [Math.log(1), Math.log(2), Math.log(5)],
    [1 / 8, 2 / 8, 5 / 8],
  ],
  [
    [1000, 0, 1000],
    [0.5, 0, 0.5],
  ],
] as const)("probabilities are the softmax of scores: %j", (scores, expected) => {
  const probability = probabilitiesOf(scores);

  expect(probability).toEqual(expected.map((share) => expect.closeTo(share)));
});

test("doubt limits the probability of the highest score", () => {
  expect(probabilitiesOf([100, 0, 0], 0.06)).toEqual([0.96, 0.02, 0.02].map((share) => expect.closeTo(share)));
});
