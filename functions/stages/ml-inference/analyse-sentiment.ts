import { featuresOf } from "./features.ts";
import { isForeign, languageOf } from "./language.ts";
import { probabilitiesOf, type SentimentModel, scoresOf } from "./model.ts";
import { highest, type PerSentiment, type Sentiment, sentiments } from "./sentiment.ts";
import { shippedModel } from "./shipped-model.ts";
import { type Token, tokensOf } from "./tokens.ts";

export interface SentimentAnalysis {
  readonly sentiment: Sentiment;
  /** How often a text with such words is rated so by people: 0..1, two decimals. */
  readonly confidence: number;
  /** ISO 639-1, where it can be told. */
  readonly language?: string;
}

/** The part of a text that is looked at, in UTF-16 code units. */
const analysedLength = 200 * 1024;

/** Maximum of tokens in a sentence: a text without full stops is cut after that many. */
const longestSentence = 60;

/** A text that is not known to be one of the three is each of them with a third. */
const unsure = { sentiment: "NEUTRAL", confidence: 0.33 } as const;

/**
 * Tells whether an English text speaks well or ill of what it is about. A text in another language is NEUTRAL with a confidence below 0.5.
 *
 * @param text of any length; the first 200 Ki code units are analysed, in linear time.
 * @see docs/model-card.md for what the model learned from and how good it is.
 */
export async function analyseSentiment(text: string): Promise<SentimentAnalysis> {
  const analysed = text.slice(0, analysedLength);
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
 * How likely each sentiment is, by `model`: of the mean of the sentences' scores, times the square root of their number. Of the blends that were tried on whole
 * reviews and editorials, with a score of the text as a whole among them, the mean was right most often; the root makes many sentences as sure as they are right.
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
    if (token.kind !== "stop" && sentence.length < longestSentence) continue;
    yield sentence;
    sentence = [];
  }
  if (sentence.length > 0) yield sentence;
}
