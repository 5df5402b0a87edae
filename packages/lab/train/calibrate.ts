import { probabilitiesOf, type SentimentModel } from "../../../functions/stages/ml-inference/model.ts";
import { highest, type PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { minimise, type Objective } from "./minimise.ts";

/** The scores of a model for a text that it was not trained on, and the label. */
export interface Prediction {
  readonly scores: PerSentiment;
  readonly target: PerSentiment;
  readonly weight: number;
}

/** Two figures with which confidence equals accuracy. */
export interface Calibration {
  /** The factor of scores, the inverse of a temperature: below 1 for an overconfident model. */
  readonly sharpness: number;
  /** The share of texts that do not mean what their words say; 0..1. */
  readonly doubt: number;
}

/**
 * The calibration that makes the most likely label of each text most likely. A sharpness alone makes the confidence in weak words too low,
 * for the sake of a few texts with strong ones that are wrong.
 *
 * @param doubt where it is known: too few texts do not tell it.
 * @see Guo et al., On Calibration of Modern Neural Networks, 2017
 */
export function calibrationOf(predictions: readonly Prediction[], doubt?: number): Calibration {
  const [logarithm = 0, logit = 0] = minimise(lossOf(predictions, doubt), Float64Array.of(0, usualDoubt), 100);
  return { sharpness: Math.exp(logarithm), doubt: doubt ?? logistic(logit) };
}

const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit));
/** The logit of 0.05. */
const usualDoubt = -3;

/** Cross-entropy of the most likely label of each text, by the logarithm of the sharpness and the logit of the doubt. */
function lossOf(predictions: readonly Prediction[], known: number | undefined): Objective {
  return ([logarithm = 0, logit = 0], gradient) => {
    const sharpness = Math.exp(logarithm);
    const doubt = known ?? logistic(logit);
    let loss = 0;
    gradient.fill(0);
    for (const { scores, target, weight } of predictions) {
      const right = highest(target);
      const plain = probabilitiesOf(sharpened(scores, sharpness));
      const probability = Math.max((1 - doubt) * plain[right] + doubt / 3, Number.MIN_VALUE);
      const expected = plain[0] * scores[0] + plain[1] * scores[1] + plain[2] * scores[2];
      const share = weight / probability;
      loss -= weight * Math.log(probability);
      gradient[0] = (gradient[0] ?? 0) + share * sharpness * (1 - doubt) * plain[right] * (expected - scores[right]);
      if (known === undefined) gradient[1] = (gradient[1] ?? 0) + share * doubt * (1 - doubt) * (plain[right] - 1 / 3);
    }
    return loss;
  };
}

function sharpened([negative, neutral, positive]: PerSentiment, sharpness: number): PerSentiment {
  return [sharpness * negative, sharpness * neutral, sharpness * positive];
}

/** The probabilities of calibrated scores. */
export const calibrated = (scores: PerSentiment, { sharpness, doubt }: Calibration): PerSentiment =>
  probabilitiesOf(sharpened(scores, sharpness), doubt);

/** The model with calibrated scores. */
export function calibratedModel({ weights, scale, bias }: SentimentModel, { sharpness, doubt }: Calibration): SentimentModel {
  return { weights, scale: sharpened(scale, sharpness), bias: sharpened(bias, sharpness), doubt };
}
