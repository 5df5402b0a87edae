export const sentiments = ["NEGATIVE", "NEUTRAL", "POSITIVE"] as const;
export type Sentiment = (typeof sentiments)[number];

/** A weight for [1, score, |score|], per sentiment. */
export type Calibration = Readonly<Record<Sentiment, readonly [number, number, number]>>;

/**
 * What `node scripts/calibrate-sentiment.ts` fitted on the sentences of Hutto & Gilbert (ICWSM 2014): product reviews, film reviews, editorials and tweets,
 * each rated by about 20 people. It prints the figures for the third of the documents that it did not fit on.
 */
const fitted: Calibration = {
  NEGATIVE: [-0.382, -2.055, 1.283],
  NEUTRAL: [0, 0, 0],
  POSITIVE: [-0.784, 1.221, 1.448],
};

/** How likely each sentiment is for a text of this score (-1..1): a softmax, so that they add up to 1. */
export function probabilities(score: number, calibration: Calibration = fitted): Record<Sentiment, number> {
  const odds = (sentiment: Sentiment) => {
    const [base, slope, strength] = calibration[sentiment];
    return Math.exp(base + slope * score + strength * Math.abs(score));
  };
  const [negative, neutral, positive] = [odds("NEGATIVE"), odds("NEUTRAL"), odds("POSITIVE")];
  const total = negative + neutral + positive;
  return { NEGATIVE: negative / total, NEUTRAL: neutral / total, POSITIVE: positive / total };
}

/** The likeliest sentiment. */
export function likeliest(probability: Readonly<Record<Sentiment, number>>): Sentiment {
  return sentiments.reduce((best, sentiment) => (probability[sentiment] > probability[best] ? sentiment : best));
}
