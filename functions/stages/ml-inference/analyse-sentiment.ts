import { proseOf } from "../prose.ts";
import { featuresOf } from "./features.ts";
import { isForeign, languageOf } from "./language.ts";
import { probabilitiesOf, type SentimentModel, scoresOf } from "./model.ts";
import { highest, type PerSentiment, type Sentiment, sentiments } from "./sentiment.ts";
import { shippedModel } from "./shipped-model.ts";
import { type Token, tokensOf } from "./tokens.ts";

export interface SentimentAnalysis {
  readonly sentiment: Sentiment;
  /** The probability that people rate such a text this way: 0..1, two decimals. */
  readonly confidence: number;
  /** ISO 639-1, where it is detected. */
  readonly language?: string;
}

/** A text without full stops is divided after this many tokens. */
const maxSentenceTokens = 60;

/** Where the sentiment is not known, each of the three has a third. */
const unsure = { sentiment: "NEUTRAL", confidence: 0.33 } as const;

/**
 * Classifies the attitude of an English text to its subject. A text in another language is NEUTRAL with a confidence below 0.5.
 *
 * @param text of any length; the first 200 Ki code units of its prose are analysed, in linear time.
 * @see docs/model-card.md for the model's training texts and its quality.
 */
export async function analyseSentiment(text: string): Promise<SentimentAnalysis> {
  const analysed = await proseOf(text);
  const language = await languageOf(analysed);
  const judged = isForeign(language) ? unsure : judge(analysed);
  return { ...judged, ...(language !== undefined && { language }) };
}

function judge(text: string, model: SentimentModel = shippedModel): Omit<SentimentAnalysis, "language"> {
  const probability = sentimentOf(text, model);
  const place = highest(probability);
  return { sentiment: sentiments[place], confidence: Math.round(100 * probability[place]) / 100 };
}

/**
 * The probability of each sentiment by `model`: of the mean of the sentences' scores, times the square root of their number. Of the combinations that were tried on
 * whole reviews and editorials, a score of the text as a whole among them, the mean was right most often; the root calibrates the confidence of long texts.
 */
export function sentimentOf(text: string, model: SentimentModel): PerSentiment {
  const sentences = sentencesOf(tokensOf(text));
  let [negative, neutral, positive] = [0, 0, 0];
  let count = 0;
  for (const sentence of sentences) {
    const scores = scoresOf(model, featuresOf(sentence));
    [negative, neutral, positive] = [negative + scores[0], neutral + scores[1], positive + scores[2]];
    count++;
  }
  if (count === 0) return probabilitiesOf(scoresOf(model, featuresOf([])));
  const share = 1 / Math.sqrt(count);
  return probabilitiesOf([share * negative, share * neutral, share * positive]);
}

function* sentencesOf(tokens: Iterable<Token>): Generator<Token[]> {
  let sentence: Token[] = [];
  for (const token of tokens) {
    sentence.push(token);
    if (token.kind !== "stop" && sentence.length < maxSentenceTokens) continue;
    yield sentence;
    sentence = [];
  }
  if (sentence.length > 0) yield sentence;
}
