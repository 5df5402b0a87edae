import { expect, test } from "vitest";
import { featuresOf } from "../../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, scoresOf } from "../../../../functions/stages/ml-inference/model.ts";
import { highest } from "../../../../functions/stages/ml-inference/sentiment.ts";
import { modelFrom, shippedModel } from "../../../../functions/stages/ml-inference/shipped-model.ts";
import { tokensOf } from "../../../../functions/stages/ml-inference/tokens.ts";
import labelled from "../../evaluate/sentiment/labelled.json" with { type: "json" };
import { sharpnessOf } from "../../train/calibrate.ts";
import { blankModel } from "../../train/fit.ts";
import { learn } from "../../train/learn.ts";
import { quantise } from "../../train/quantise.ts";

const targets = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;
/** Words without a rating, so that only the texts can teach them. */
const words = ["zork", "blorp", "quux"] as const;

const texts = Array.from({ length: 60 }, (_, index) => ({
  text: `The ${words[index % 3]} came in with number ${String.fromCharCode(97 + (index % 26))}${index} today.`,
  target: targets[index % 3] ?? targets[1],
  source: "tickets.tsv",
}));
const guessOf = (model: typeof blankModel, text: string) => highest(probabilitiesOf(scoresOf(model, featuresOf([...tokensOf(text)]))));

test("a small set of texts is learned, also by models that were not trained on the text in question", () => {
  const { model, compared } = learn(texts, { start: shippedModel, byDomain: false });

  expect(words.map((word) => guessOf(model, `Another ${word} came in.`))).toEqual([0, 1, 2]);
  expect(compared.filter(({ after }) => after.guess === after.right)).toHaveLength(60);
  expect(compared.filter(({ before }) => before.guess === before.right).length).toBeLessThan(40);
});

test("earlier training is kept", () => {
  const { model } = learn(texts, { start: shippedModel, byDomain: false });

  expect(guessOf(model, "What a wonderful holiday, we loved it!")).toBe(2);
  expect(guessOf(model, "A horrible, boring film.")).toBe(0);
});

test("by domain, each file is tested on a model of the others", () => {
  const other = texts.map((text, index) => ({
    ...text,
    text: text.text.replace(words[index % 3] ?? "", "thing").replace(/number \w+/, "nothing"),
    source: "other.tsv",
  }));

  const { compared } = learn([...texts, ...other], { start: blankModel, byDomain: true });

  const right = compared.filter(({ source, after }) => source === "tickets.tsv" && after.guess === after.right);
  expect(right.length).toBeLessThan(40); // `thing` does not teach `zork`
});

test("equal texts give equal bytes, and progress ends at 1", () => {
  const done: number[] = [];

  const one = learn(texts, { start: blankModel, byDomain: false, onProgress: (share) => done.push(share) });
  const other = learn(texts, { start: blankModel, byDomain: false });

  expect(JSON.stringify(quantise(other.model))).toBe(JSON.stringify(quantise(one.model)));
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(done.at(-1)).toBe(1);
});

test("a byte a weight changes hardly any answer", () => {
  const { model } = learn(texts, { start: shippedModel, byDomain: false });
  const small = modelFrom(quantise(model));

  const changed = labelled.filter(({ text }) => guessOf(model, text) !== guessOf(small, text));

  expect(changed.length).toBeLessThanOrEqual(2);
});

test("calibrated scores stay; others are sharpened or flattened", () => {
  // A score of ln 2 against 0 and 0 claims one half.
  const predictions = (right: number, wrong: number) => [
    ...Array.from({ length: right }, () => ({ scores: [Math.log(2), 0, 0], target: targets[0], weight: 1 }) as const),
    ...Array.from({ length: wrong }, () => ({ scores: [Math.log(2), 0, 0], target: targets[1], weight: 1 }) as const),
  ];

  expect(sharpnessOf(predictions(5, 5))).toBeCloseTo(1, 2);
  expect(sharpnessOf(predictions(8, 2))).toBeCloseTo(3, 1); // odds of 8 to 1 and 1: a share of 0.8
  expect(sharpnessOf(predictions(1, 2))).toBeCloseTo(0, 1);
});
