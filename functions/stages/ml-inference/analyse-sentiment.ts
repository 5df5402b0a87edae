import { proseOf } from "../prose.ts";
import { featuresOf } from "./features.ts";
import { languageOf } from "./language.ts";
import { isMixed } from "./lexicon.ts";
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
 * Classifies the attitude of an English text to its subject. A text in another language is NEUTRAL with a confidence below 0.5,
 * and so are one without words, and code, logs and tables.
 *
 * @param text of any length; the first 200 Ki code units of its prose are analysed, in linear time.
 * @see docs/model-card.md for the model's training texts and its quality.
 */
export async function analyseSentiment(text: string): Promise<SentimentAnalysis> {
  const analysed = await proseOf(text);
  const { language, isEnglish } = await languageOf(analysed);
  const judged = !isEnglish || !tokensOf(analysed).some(isTelling) ? unsure : judge(analysed);
  return { ...judged, ...(language !== undefined && { language }) };
}

/** False of marks, which are all that is left of a mail without a text. */
const isTelling = ({ kind }: Token): boolean => kind === "word" || kind === "emoticon";

function judge(text: string, model: SentimentModel = shippedModel): Omit<SentimentAnalysis, "language"> {
  const probability = sentimentOf(text, model);
  const place = highest(probability);
  return { sentiment: sentiments[place], confidence: Math.round(100 * probability[place]) / 100 };
}

/** The probability of each sentiment by `model`. */
export const sentimentOf = (text: string, model: SentimentModel): PerSentiment =>
  probabilitiesOf(textScores([...tokensOf(text)], model), model.doubt);

/**
 * The scores of a text: half those of the text as a whole, half the mean of its sentences' times the square root of their number. Of the
 * combinations that were tried on whole reviews and editorials it was right most often. The scores of sentences that tell more than others
 * count more, so that the confidence of short texts, of long sentences and of mixed ones is that of readers.
 */
export function textScores(tokens: readonly Token[], model: SentimentModel): PerSentiment {
  const sentences = [...sentencesOf(tokens)];
  if (sentences.length === 0) return scoresOf(model, featuresOf([]));
  const weights = sentences.map(certaintyOf);
  const scored = sentences.map((sentence, index) => scaled(scoresOf(model, featuresOf(sentence)), weights[index] ?? 1));
  const whole = scaled(scoresOf(model, featuresOf(tokens)), sum(weights) / sentences.length);
  const share = 1 / Math.sqrt(sentences.length);
  const [negative, neutral, positive] = ([0, 1, 2] as const).map(
    (place) => (whole[place] + share * sum(scored.map((scores) => scores[place]))) / 2,
  );
  return [negative ?? 0, neutral ?? 0, positive ?? 0];
}

/** The words of a sentence of usual length, and the fewest that it is told from. */
const [usualWords, minWords] = [18, 4];
/** The share of its scores that a sentence with both praise and blame deserves. */
const mixedShare = 0.8;

/** Readers agree more on a short sentence, and less on one with words of both kinds, than its scores say. */
function certaintyOf(sentence: readonly Token[]): number {
  const words = sentence.filter(isTelling).length;
  return Math.sqrt(usualWords / Math.max(words, minWords)) * (isMixed(sentence) ? mixedShare : 1);
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);

const scaled = ([negative, neutral, positive]: PerSentiment, by: number): PerSentiment => [by * negative, by * neutral, by * positive];

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
