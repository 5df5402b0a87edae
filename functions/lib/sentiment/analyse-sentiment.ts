import { likeliest, probabilities, type Sentiment } from "./calibration.ts";
import { textScore } from "./text-score.ts";

export interface SentimentAnalysis {
  readonly sentiment: Sentiment;
  /** How often a text of this score is rated so by people: 0..1, two decimals. */
  readonly confidence: number;
}

/** The part of a text that is looked at, in UTF-16 code units. */
const analysedLength = 200 * 1024;

/**
 * Tells whether an English text speaks well or ill of what it is about.
 *
 * The words are rated by VADER's lexicon and rules (Hutto & Gilbert, ICWSM 2014). A text without any word of the lexicon,
 * and a text in another language (unless it is a few words only, some of them as in English), is NEUTRAL with a confidence below 0.5.
 *
 * @param text of any length; the first 200 Ki code units are analysed, in linear time.
 */
export function analyseSentiment(text: string): SentimentAnalysis {
  const probability = probabilities(textScore(text.slice(0, analysedLength)));
  const sentiment = likeliest(probability);
  return { sentiment, confidence: Math.round(probability[sentiment] * 100) / 100 };
}
