import { fnv1a } from "../../../functions/stages/fnv-1a.ts";
import { textScores } from "../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { featuresOf } from "../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, type SentimentModel } from "../../../functions/stages/ml-inference/model.ts";
import { highest, type PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { type Token, tokensOf } from "../../../functions/stages/ml-inference/tokens.ts";
import { sharpened, sharpenedModel, sharpnessOf } from "./calibrate.ts";
import { type Example, fitModel } from "./fit.ts";
import type { LabelledText } from "./labelled-texts.ts";
import { type Answer, mostLikely } from "./quality.ts";
import { reportSource } from "./report-sentences.ts";

/** The answers for a text: of the model before, and of one that was trained on the other folds only. */
export interface Compared {
  readonly source: string;
  readonly before: Answer;
  readonly after: Answer;
}

export interface Learned {
  readonly model: SentimentModel;
  readonly compared: readonly Compared[];
}

/** Parts of the texts for cross-validation: each is tested on a model of the others. */
const folds = 5;

export interface LearnOptions {
  /** The model to begin with. */
  readonly start: SentimentModel;
  /**
   * True where each file is a domain of its own: a fold is then a whole file, and every file has the same weight, with its labels in the
   * shares of {@link expectedShares}, so that no file's share of neutral texts (5 % of film reviews, 46 % of editorials) is learned as that of all texts.
   */
  readonly byDomain: boolean;
  /** Called with the share that is done, 0..1. */
  readonly onProgress?: (done: number) => void;
}

/** The shares of the labels among texts of unknown origin. */
const expectedShares: PerSentiment = [0.33, 0.34, 0.33];
/** The maximum weight of a text of a rare kind. */
const maxWeight = 4;

/** Texts on which readers agree less are left out of the calibration. */
const minAgreement = 0.55;

/** Trains a model on all texts, and calibrates its confidence by cross-validation. */
export function learn(texts: readonly LabelledText[], { start, byDomain, onProgress = () => {} }: LearnOptions): Learned {
  const weights = byDomain ? domainWeights(texts) : texts.map(() => 1);
  const examples = texts.map(({ text, target }, index) => ({
    ...wordsOf(text),
    target,
    weight: weights[index] ?? 1,
    // Equal texts are in the same fold, so that none is tested on a model that was trained on it.
    fold: byDomain ? (texts[index]?.source ?? "") : String(fnv1a(text) % folds),
  }));
  const scores = crossScores(examples, start, onProgress);
  const sizes = Map.groupBy(examples, ({ fold }) => fold);
  const predictions = examples.map(({ target, fold }, index) => ({
    target,
    scores: scores[index] ?? unknown,
    weight: texts.length / (sizes.get(fold)?.length ?? 1),
  }));
  const sharpness = sharpnessOf(
    predictions.filter(({ target }, index) => Math.max(...target) >= minAgreement && texts[index]?.source !== reportSource),
  );
  const model = sharpenedModel(fitModel(examples, start), sharpness);
  onProgress(1);
  const compared = examples.map(({ tokens, target }, index) => ({
    source: texts[index]?.source ?? "",
    before: mostLikely(probabilitiesOf(textScores(tokens, start)), highest(target)),
    after: mostLikely(probabilitiesOf(sharpened(scores[index] ?? unknown, sharpness)), highest(target)),
  }));
  return { model, compared };
}

function wordsOf(text: string) {
  const tokens = [...tokensOf(text)];
  return { tokens, features: featuresOf(tokens) };
}

const unknown: PerSentiment = [0, 0, 0];

/** The scores of each example by a model of the other folds. */
function crossScores(
  examples: readonly (Example & { tokens: readonly Token[]; fold: string })[],
  start: SentimentModel,
  onProgress: (done: number) => void,
): readonly PerSentiment[] {
  const names = [...new Set(examples.map(({ fold }) => fold))];
  const models = new Map<string, SentimentModel>();
  for (const name of names) {
    const others = examples.filter(({ fold }) => fold !== name);
    models.set(name, fitModel(others, start));
    onProgress(models.size / (names.length + 1));
  }
  return examples.map(({ fold, tokens }) => textScores(tokens, models.get(fold) ?? start));
}

/** The share of all weight that report sentences have: enough to know them, too little to make other texts more neutral. */
const reportShare = 0.03;

function domainWeights(texts: readonly LabelledText[]): number[] {
  const reports = texts.filter(({ source }) => source === reportSource);
  const others = weightsByLabel(texts.filter(({ source }) => source !== reportSource));
  const weights = others.values();
  return texts.map(({ source }) =>
    source === reportSource ? (others.length * reportShare) / reports.length : (weights.next().value ?? 1),
  );
}

function weightsByLabel(texts: readonly LabelledText[]): number[] {
  const cellOf = ({ source, target }: LabelledText) => `${highest(target)} ${source}`;
  const cells = Map.groupBy(texts, cellOf);
  const domains = new Set(texts.map(({ source }) => source)).size;
  return texts.map((text) => {
    const members = cells.get(cellOf(text))?.length ?? 1;
    return Math.min((texts.length * expectedShares[highest(text.target)]) / (domains * members), maxWeight);
  });
}
