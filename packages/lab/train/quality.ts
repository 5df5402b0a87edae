import { highest, type PerSentiment, sentiments } from "../../../functions/stages/ml-inference/sentiment.ts";

/** The answer for a text beside its label. */
export interface Answer {
  /** Indices of sentiments. */
  readonly guess: 0 | 1 | 2;
  readonly right: 0 | 1 | 2;
  /** 0..1. */
  readonly confidence: number;
}

/** Shares, 0..1. */
export interface Quality {
  readonly accuracy: number;
  /** Accuracy on the texts that are not neutral, with half a point for the answer NEUTRAL. */
  readonly polarity: number;
  readonly macroF1: number;
  /** The distance of confidence from accuracy: weighted mean over ten bins. */
  readonly calibrationError: number;
  /** The calibration error that as many answers of a perfectly calibrated model have by chance, on average. */
  readonly chanceError: number;
}

/** The most likely answer of a model. */
export function mostLikely(probability: PerSentiment, right: Answer["right"]): Answer {
  const guess = highest(probability);
  return { guess, right, confidence: probability[guess] };
}

export function qualityOf(answers: readonly Answer[]): Quality {
  const polar = answers.filter(({ right }) => right !== 1);
  return {
    accuracy: mean(answers.map(pointsOf)),
    polarity: mean(polar.map((answer) => (answer.guess === 1 ? 0.5 : pointsOf(answer)))),
    macroF1: mean(sentiments.map((_, place) => f1(answers, place))),
    calibrationError: sumOfBins(answers, (bin) => Math.abs(sum(bin.map((answer) => answer.confidence - pointsOf(answer))))),
    chanceError: sumOfBins(answers, (bin) => Math.sqrt((2 / Math.PI) * sum(bin.map(({ confidence }) => confidence * (1 - confidence))))),
  };
}

const pointsOf = ({ guess, right }: Answer): number => Number(guess === right);

function f1(answers: readonly Answer[], sentiment: number): number {
  const involved = answers.filter(({ guess, right }) => guess === sentiment || right === sentiment);
  const found = involved.filter(({ guess, right }) => guess === right).length;
  return (2 * found) / Math.max(found + involved.length, 1);
}

/** Ten bins by confidence. */
function sumOfBins(answers: readonly Answer[], gapOf: (bin: readonly Answer[]) => number): number {
  const bins = [...Map.groupBy(answers, ({ confidence }) => Math.min(Math.floor(confidence * 10), 9)).values()];
  return sum(bins.map(gapOf)) / Math.max(answers.length, 1);
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);
const mean = (figures: readonly number[]): number => sum(figures) / Math.max(figures.length, 1);
