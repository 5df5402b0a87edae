import { fnv1a } from "../../../functions/stages/fnv-1a.ts";
import { textScores } from "../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { featuresOf } from "../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, type SentimentModel } from "../../../functions/stages/ml-inference/model.ts";
import { highest, type PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { type Token, tokensOf } from "../../../functions/stages/ml-inference/tokens.ts";
import { calibrated, calibratedModel, calibrationOf, type Prediction } from "./calibrate.ts";
import { type Example, fitModel } from "./fit.ts";
import type { LabelledText } from "./labelled-texts.ts";
import { type Answer, mostLikely } from "./quality.ts";
import { reportSource } from "./report-sentences.ts";

/** The answers for a text. */
export interface Compared {
  readonly source: string;
  readonly isWhole: boolean;
  /** Of the model to begin with. */
  readonly before: Answer;
  /** Of a model that was trained without a fifth of the texts, this one among them. */
  readonly after: Answer;
  /** Of a model that was trained on the other files only, where each is a domain. */
  readonly unseen?: Answer;
}

export interface Learned {
  readonly model: SentimentModel;
  readonly compared: readonly Compared[];
}

/** Parts of the texts for cross-validation: each is tested on a model of the others. */
const foldCount = 5;

export interface LearnOptions {
  /** The model to begin with. */
  readonly start: SentimentModel;
  /**
   * True where each file is a domain of its own: every file then has the same weight, with its labels in the shares of
   * {@link expectedShares}, so that no file's share of neutral texts (5 % of film reviews, 46 % of editorials) is learned as that of all texts.
   * The confidence is then calibrated half on texts of domains that a model has not seen, half on those of domains that it has.
   */
  readonly byDomain: boolean;
  /** Called with the share that is done, 0..1. */
  readonly onProgress?: (done: number) => void;
}

/** The shares of the labels among texts of unknown origin. */
const expectedShares: PerSentiment = [0.33, 0.34, 0.33];
/** The maximum weight of a text of a rare kind. */
const maxWeight = 4;

/** Texts without a label that most readers give are left out of the calibration: no answer is right. */
const minAgreement = 0.5;

/** Trains a model on all texts, and calibrates its confidence by cross-validation. */
export function learn(texts: readonly LabelledText[], { start, byDomain, onProgress = () => {} }: LearnOptions): Learned {
  const trained = texts.filter(({ isWhole }) => !isWhole);
  const weights = (byDomain ? domainWeights(trained) : trained.map(() => 1)).values();
  const examples = texts.map((labelled) => exampleOf(labelled, labelled.isWhole ? 0 : (weights.next().value ?? 1)));
  const foldings = (byDomain ? [foldOf, domainOf] : [foldOf]).map((folding) => Map.groupBy(examples, folding));
  const fits = foldings.reduce((sum, { size }) => sum + size, 1);
  let done = 0;
  const crossed = foldings.map((folding) => crossScores(folding, start, () => onProgress(++done / fits)));
  const calibration = calibrationOf(
    crossed.flatMap((scores) => predictionsOf(examples, scores, byDomain)),
    byDomain ? undefined : start.doubt,
  );
  const model = calibratedModel(fitModel(examples.filter(isTrained), start), calibration);
  onProgress(1);
  const compared = examples.map((example) => {
    const { labelled, tokens, target } = example;
    const before = probabilitiesOf(textScores(tokens, start), start.doubt);
    const [after = before, unseen] = crossed.map((scores) => calibrated(scores.get(example) ?? unknown, calibration));
    return {
      source: labelled.source,
      isWhole: labelled.isWhole === true,
      before: mostLikely(before, highest(target)),
      after: mostLikely(after, highest(target)),
      ...(unseen !== undefined && { unseen: mostLikely(unseen, highest(target)) }),
    };
  });
  return { model, compared };
}

/** A text to train on, or a whole document (of weight 0) to measure. */
interface LabelledExample extends Example {
  readonly labelled: LabelledText;
  readonly tokens: readonly Token[];
}

function exampleOf(labelled: LabelledText, weight: number): LabelledExample {
  const tokens = [...tokensOf(labelled.text)];
  return { labelled, tokens, features: featuresOf(tokens), target: labelled.target, weight };
}

const isTrained = ({ weight }: Example): boolean => weight > 0;

/** Equal texts, and the sentences of a document, are in the same fold: none is tested on a model that was trained on it. */
const foldOf = ({ labelled: { source, document, text } }: LabelledExample): string =>
  String(fnv1a(document === undefined ? text : `${source} ${document}`) % foldCount);

const domainOf = ({ labelled: { source } }: LabelledExample): string => source;

const unknown: PerSentiment = [0, 0, 0];

/** The scores of each example by a model of the other folds. */
function crossScores(
  folds: ReadonlyMap<string, readonly LabelledExample[]>,
  start: SentimentModel,
  onFit: () => void,
): ReadonlyMap<LabelledExample, PerSentiment> {
  const scores = new Map<LabelledExample, PerSentiment>();
  for (const [name, members] of folds) {
    const others = [...folds].flatMap(([other, examples]) => (other === name ? [] : examples.filter(isTrained)));
    const model = fitModel(others, start);
    for (const example of members) scores.set(example, textScores(example.tokens, model));
    onFit();
  }
  return scores;
}

/** Of the texts that the confidence is calibrated on. */
function predictionsOf(
  examples: readonly LabelledExample[],
  scores: ReadonlyMap<LabelledExample, PerSentiment>,
  byDomain: boolean,
): Prediction[] {
  const used = examples.filter(
    ({ labelled, target }) => !labelled.isWhole && labelled.source !== reportSource && Math.max(...target) >= minAgreement,
  );
  const domains = Map.groupBy(used, domainOf);
  const weightOf = (example: LabelledExample) => (byDomain ? used.length / (domains.get(domainOf(example))?.length ?? 1) : 1);
  return used.map((example) => ({
    target: example.target,
    scores: scores.get(example) ?? unknown,
    weight: weightOf(example),
  }));
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
