/** A text's attitude to its subject; the order is that of a model's weights. */
export const sentiments = ["NEGATIVE", "NEUTRAL", "POSITIVE"] as const;
export type Sentiment = (typeof sentiments)[number];

/** A figure for each of {@link sentiments}, in that order. */
export type PerSentiment = readonly [negative: number, neutral: number, positive: number];

/** The place of the highest figure; the earliest where they tie. */
export function highest([negative, neutral, positive]: PerSentiment): 0 | 1 | 2 {
  if (negative >= neutral && negative >= positive) return 0;
  return neutral >= positive ? 1 : 2;
}
