import type { Features } from "./features.ts";
import type { PerSentiment } from "./sentiment.ts";

/** Scores features: a softmax over a weighted sum for each sentiment. */
export interface SentimentModel {
  /** Three weights for each feature, in the order of the sentiments. */
  readonly weights: Int8Array | Float64Array;
  /** The value of a weight of 1, per sentiment. */
  readonly scale: PerSentiment;
  readonly bias: PerSentiment;
  /** The share of texts that do not mean what their words say, such as ironic ones. It limits the confidence in clear words. */
  readonly doubt: number;
}

/** The logarithms of each sentiment's odds, except for a common term. */
export function scoresOf({ weights, scale, bias }: SentimentModel, { places, values }: Features): PerSentiment {
  let [negative, neutral, positive] = [0, 0, 0];
  for (let index = 0; index < places.length; index++) {
    const at = 3 * (places[index] ?? 0);
    const value = values[index] ?? 0;
    negative += value * (weights[at] ?? 0);
    neutral += value * (weights[at + 1] ?? 0);
    positive += value * (weights[at + 2] ?? 0);
  }
  return [bias[0] + scale[0] * negative, bias[1] + scale[1] * neutral, bias[2] + scale[2] * positive];
}

/** The probability of each sentiment; they add up to 1. A share of `doubt` is divided among the three equally. */
export function probabilitiesOf([negative, neutral, positive]: PerSentiment, doubt = 0): PerSentiment {
  const max = Math.max(negative, neutral, positive);
  const odds = [Math.exp(negative - max), Math.exp(neutral - max), Math.exp(positive - max)] as const;
  const share = (1 - doubt) / (odds[0] + odds[1] + odds[2]);
  return [share * odds[0] + doubt / 3, share * odds[1] + doubt / 3, share * odds[2] + doubt / 3];
}
