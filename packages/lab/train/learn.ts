import { fnv1a } from "../../../functions/stages/fnv-1a.ts";
import { featuresOf } from "../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, type SentimentModel, scoresOf } from "../../../functions/stages/ml-inference/model.ts";
import { highest, type PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { tokensOf } from "../../../functions/stages/ml-inference/tokens.ts";
import { sharpened, sharpenedModel, sharpnessOf } from "./calibrate.ts";
import { type Example, fitModel } from "./fit.ts";
import type { LabelledText } from "./labelled-texts.ts";
import { type Answer, mostLikely } from "./quality.ts";

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
const expectedShares: PerSentiment = [0.3, 0.4, 0.3];
/** The maximum weight of a text of a rare kind. */
const maxWeight = 4;

/** Texts on which readers agree less are left out of the calibration. */
const minAgreement = 0.55;

/** Trains a model on all texts, and calibrates its confidence by cross-validation. */
export function learn(texts: readonly LabelledText[], { start, byDomain, onProgress = () => {} }: LearnOptions): Learned {
  const weights = byDomain ? domainWeights(texts) : texts.map(() => 1);
  const examples = texts.map(({ text, target }, index) => ({
    features: featuresOf([...tokensOf(text)]),
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
  const sharpness = sharpnessOf(predictions.filter(({ target }) => Math.max(...target) >= minAgreement));
  const model = sharpenedModel(fitModel(examples, start), sharpness);
  onProgress(1);
  const compared = examples.map(({ features, target }, index) => ({
    source: texts[index]?.source ?? "",
    before: mostLikely(probabilitiesOf(scoresOf(start, features)), highest(target)),
    after: mostLikely(probabilitiesOf(sharpened(scores[index] ?? unknown, sharpness)), highest(target)),
  }));
  return { model, compared };
}

const unknown: PerSentiment = [0, 0, 0];

/** The scores of each example by a model of the other folds. */
function crossScores(
  examples: readonly (Example & { fold: string })[],
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
  return examples.map(({ fold, features }) => scoresOf(models.get(fold) ?? start, features));
}

function domainWeights(texts: readonly LabelledText[]): number[] {
  const cellOf = ({ source, target }: LabelledText) => `${highest(target)} ${source}`;
  const cells = Map.groupBy(texts, cellOf);
  const domains = new Set(texts.map(({ source }) => source)).size;
  return texts.map((text) => {
    const members = cells.get(cellOf(text))?.length ?? 1;
    return Math.min((texts.length * expectedShares[highest(text.target)]) / (domains * members), maxWeight);
  });
}
