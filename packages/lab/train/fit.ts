import { type Features, featureCount } from "../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, type SentimentModel, scoresOf } from "../../../functions/stages/ml-inference/model.ts";
import type { PerSentiment } from "../../../functions/stages/ml-inference/sentiment.ts";
import { minimise, type Objective } from "./minimise.ts";

/** A text to train on. */
export interface Example {
  readonly features: Features;
  /** The probability of each label: adds up to 1. */
  readonly target: PerSentiment;
  /** 1 is usual. */
  readonly weight: number;
}

/** The strength of the L2 regularisation towards the start, relative to a text of weight 1. Chosen on domains that were left out of the training. */
const regularisation = 1.4;
const rounds = 60;
const unit: PerSentiment = [1, 1, 1];

/** An untrained model. */
export const blankModel: SentimentModel = { weights: new Float64Array(3 * featureCount), scale: unit, bias: [0, 0, 0], doubt: 0 };

/** Finds the weights that make the examples most likely, regularised towards those of `start`. Deterministic. */
export function fitModel(examples: readonly Example[], start: SentimentModel): SentimentModel {
  const used = [...new Set(examples.flatMap(({ features }) => [...features.places]))].sort((a, b) => a - b);
  const origin = figuresOf(start, used);
  const learned = minimise(lossOf(withPlacesIn(used, examples), origin), origin, rounds);
  const weights = Float64Array.from(start.weights, (weight, index) => weight * (start.scale[index % 3] ?? 1));
  for (const [index, place] of used.entries()) weights.set(learned.subarray(3 * index, 3 * index + 3), 3 * place);
  return { ...modelOf(learned), weights, doubt: start.doubt };
}

/** The weights of the features that occur, and the three of the bias last; all others do not change. */
function figuresOf({ weights, scale, bias }: SentimentModel, used: readonly number[]): Float64Array {
  const weightAt = (place: number, sentiment: 0 | 1 | 2) => (weights[3 * place + sentiment] ?? 0) * scale[sentiment];
  return Float64Array.from([...used.flatMap((place) => [weightAt(place, 0), weightAt(place, 1), weightAt(place, 2)]), ...bias]);
}

/** The examples with the indices of their features among those in use. */
function withPlacesIn(used: readonly number[], examples: readonly Example[]): Example[] {
  const indices = new Map(used.map((place, index) => [place, index]));
  return examples.map((example) => ({
    ...example,
    features: { ...example.features, places: example.features.places.map((place) => indices.get(place) ?? 0) },
  }));
}

function modelOf(figures: Float64Array): SentimentModel {
  const [negative = 0, neutral = 0, positive = 0] = figures.subarray(-3);
  return { weights: figures.subarray(0, -3), scale: unit, bias: [negative, neutral, positive], doubt: 0 };
}

/** Cross-entropy of all examples, and half the squared distance of the weights from their origin (the bias is free). */
function lossOf(examples: readonly Example[], origin: Float64Array): Objective {
  return (figures, gradient) => {
    gradient.fill(0);
    const model = modelOf(figures);
    let loss = 0;
    for (const example of examples) loss += addLoss(example, model, gradient);
    for (let index = 0; index < figures.length - 3; index++) {
      const moved = (figures[index] ?? 0) - (origin[index] ?? 0);
      loss += (regularisation * moved * moved) / 2;
      gradient[index] = (gradient[index] ?? 0) + regularisation * moved;
    }
    return loss;
  };
}

function addLoss({ features, target, weight }: Example, model: SentimentModel, gradient: Float64Array): number {
  const { places, values } = features;
  const probability = probabilitiesOf(scoresOf(model, features));
  let loss = 0;
  for (const sentiment of [0, 1, 2] as const) {
    const miss = weight * (probability[sentiment] - target[sentiment]);
    loss -= weight * target[sentiment] * Math.log(Math.max(probability[sentiment], 1e-12));
    for (let index = 0; index < places.length; index++) {
      const at = 3 * (places[index] ?? 0) + sentiment;
      gradient[at] = (gradient[at] ?? 0) + miss * (values[index] ?? 0);
    }
    const bias = gradient.length - 3 + sentiment;
    gradient[bias] = (gradient[bias] ?? 0) + miss;
  }
  return loss;
}
