import { expect, test } from "vitest";
import { probabilitiesOf, scoresOf } from "../../../../functions/stages/ml-inference/model.ts";
import { blankModel, fitModel } from "../../train/fit.ts";

test("a weight moves until the gradients of regularisation and loss are equal", () => {
  const features = { places: Uint32Array.of(7), values: Float64Array.of(0.5) };
  const examples = [
    { features, target: [1, 0, 0], weight: 2 },
    { features: { places: Uint32Array.of(9), values: Float64Array.of(0.5) }, target: [0, 0.5, 0.5], weight: 2 },
  ] as const;
  const start = { ...blankModel, weights: blankModel.weights.with(3 * 7, 0.25) };

  const model = fitModel(examples, start);

  // The loss is flat there: 1.4 · moved = weight · (target - probability) · value.
  const [negative] = probabilitiesOf(scoresOf(model, features));
  expect(1.4 * ((model.weights[3 * 7] ?? 0) - 0.25)).toBeCloseTo(2 * (1 - negative) * 0.5, 2);
  expect(model.weights[3 * 8]).toBe(0);
});
