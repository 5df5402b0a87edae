import { probabilitiesOf, type SentimentModel } from "../../../functions/stages/ml-inference/model.ts";
import { highest, type PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { minimise } from "./minimise.ts";

/** The scores of a model for a text that it was not trained on, and the label. */
export interface Prediction {
  readonly scores: PerSentiment;
  readonly target: PerSentiment;
  readonly weight: number;
}

/**
 * The factor of scores with which confidence equals accuracy: the inverse of a temperature. Below 1 for an overconfident model.
 *
 * @see Guo et al., On Calibration of Modern Neural Networks, 2017
 */
export function sharpnessOf(predictions: readonly Prediction[]): number {
  const [sharpness = 1] = minimise(([at = 1], gradient) => lossAt(at, predictions, gradient), Float64Array.of(1), 100);
  return sharpness;
}

/** Cross-entropy of the most likely label of each text. */
function lossAt(sharpness: number, predictions: readonly Prediction[], gradient: Float64Array): number {
  let [loss, slope] = [0, 0];
  for (const { scores, target, weight } of predictions) {
    const probability = probabilitiesOf(sharpened(scores, sharpness));
    const right = highest(target);
    const expected = probability[0] * scores[0] + probability[1] * scores[1] + probability[2] * scores[2];
    loss -= weight * Math.log(Math.max(probability[right], Number.MIN_VALUE));
    slope += weight * (expected - scores[right]);
  }
  gradient[0] = slope;
  return loss;
}

export function sharpened([negative, neutral, positive]: PerSentiment, sharpness: number): PerSentiment {
  return [sharpness * negative, sharpness * neutral, sharpness * positive];
}

/** The model with the factor applied to its scores. */
export function sharpenedModel({ weights, scale, bias }: SentimentModel, sharpness: number): SentimentModel {
  return { weights, scale: sharpened(scale, sharpness), bias: sharpened(bias, sharpness) };
}
