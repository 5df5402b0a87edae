/** Limits of a search by words. OpenAPI states them, so that this file imports nothing. */
export const searchLimits = {
  /** In code points. */
  maxQueryCharacters: 1_000,
  /** Documents in an answer. */
  maxMatches: 10,
  /** Documents that are less similar share one word of a long query, and no topic. */
  minSimilarity: 0.15,
} as const;
