import { featureCount } from "./features.ts";
import type { SentimentModel } from "./model.ts";
import type { PerSentiment } from "./sentiment.ts";
import stored from "./weights.generated.json" with { type: "json" };

/** A model as its file has it. */
export interface StoredModel {
  readonly scale: PerSentiment;
  readonly bias: PerSentiment;
  readonly doubt: number;
  /** One byte a weight, in base64. */
  readonly weights: string;
}

/** @throws RangeError where the file has another number of features than this code. */
export function modelFrom({ scale, bias, doubt, weights }: StoredModel): SentimentModel {
  const bytes = Buffer.from(weights, "base64");
  if (bytes.length !== 3 * featureCount) throw new RangeError(`The model has ${bytes.length / 3} features, not ${featureCount}.`);
  return { scale, bias, doubt, weights: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** The model that `npm run train` has written last; docs/model-card.md describes its training texts and its quality. */
export const shippedModel: SentimentModel = modelFrom(stored as unknown as StoredModel);
