import type { SentimentModel } from "../../../functions/stages/ml-inference/model.ts";
import type { PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import type { StoredModel } from "../../../functions/stages/ml-inference/shipped-model.ts";

const largest = 127;

/** Each weight as one byte, in 127ths of the largest of its sentiment. */
export function quantise({ weights, scale, bias, doubt }: SentimentModel): StoredModel {
  const most = [0, 0, 0];
  weights.forEach((weight, index) => {
    most[index % 3] = Math.max(most[index % 3] ?? 0, Math.abs(weight));
  });
  const steps = most.map((weight) => weight / largest || 1);
  const bytes = Int8Array.from(weights, (weight, index) => Math.round(weight / (steps[index % 3] ?? 1)));
  const stepScale: PerSentiment = [scale[0] * (steps[0] ?? 1), scale[1] * (steps[1] ?? 1), scale[2] * (steps[2] ?? 1)];
  return { scale: stepScale, bias, doubt, weights: Buffer.from(bytes.buffer).toString("base64") };
}
