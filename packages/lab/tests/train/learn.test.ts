import { expect, test } from "vitest";
import { featuresOf } from "../../../../functions/stages/ml-inference/features.ts";
import { probabilitiesOf, scoresOf } from "../../../../functions/stages/ml-inference/model.ts";
import { highest } from "../../../../functions/stages/ml-inference/sentiment.ts";
import { modelFrom, shippedModel } from "../../../../functions/stages/ml-inference/shipped-model.ts";
import { tokensOf } from "../../../../functions/stages/ml-inference/tokens.ts";
import labelled from "../../evaluate/sentiment/labelled.json" with { type: "json" };
import { calibrated, calibrationOf } from "../../train/calibrate.ts";
import { blankModel } from "../../train/fit.ts";
import { learn } from "../../train/learn.ts";
import type { Answer } from "../../train/quality.ts";
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

/** The same labels, told by no word of the other file. */
const other = texts.map((text, index) => ({
  ...text,
  text: text.text.replace(words[index % 3] ?? "", `my${words[index % 3]}`).replace(" today", "x today"),
  source: "other.tsv",
}));
const shareRight = (answers: readonly (Answer | undefined)[]) =>
  answers.filter((answer) => answer?.guess === answer?.right).length / answers.length;

test("by domain, each file is tested on a model of all files, and on one of the others", () => {
  const { compared } = learn([...texts, ...other], { start: blankModel, byDomain: true });

  const tickets = compared.filter(({ source }) => source === "tickets.tsv");
  expect(shareRight(tickets.map(({ after }) => after))).toBe(1);
  expect(shareRight(tickets.map(({ unseen }) => unseen))).toBeLessThan(2 / 3); // `myzork` does not teach `zork`
});

test("by domain, the confidence is less than in texts of domains that the model has seen, and more than in others", () => {
  const misleading = other.map((text, index) => ({ ...text, text: `A ${words[(index + 1) % 3]}: ${text.text}` }));

  const { compared } = learn([...texts, ...misleading], { start: blankModel, byDomain: true });

  const confidence = mean(compared.map(({ after }) => after.confidence));
  expect(confidence).toBeLessThan(shareRight(compared.map(({ after }) => after)) - 0.1);
  expect(confidence).toBeGreaterThan(shareRight(compared.map(({ unseen }) => unseen)) + 0.1);
});

const mean = (figures: readonly number[]) => figures.reduce((total, figure) => total + figure, 0) / figures.length;

test("whole documents are measured, and not learned from", () => {
  const whole = { text: "A zork, and a zork.", target: targets[2], source: "tickets.tsv", isWhole: true } as const;

  const { model, compared } = learn([...texts, whole], { start: blankModel, byDomain: false });

  expect(model).toEqual(learn(texts, { start: blankModel, byDomain: false }).model);
  expect(compared.at(-1)).toMatchObject({ isWhole: true, after: { guess: 0, right: 2 } });
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
  const sharpness = (right: number, wrong: number) => calibrationOf(predictions(Math.log(2), right, wrong), 0).sharpness;

  expect(sharpness(5, 5)).toBeCloseTo(1, 2);
  expect(sharpness(8, 2)).toBeCloseTo(3, 1); // odds of 8 to 1 and 1: a share of 0.8
  expect(sharpness(1, 2)).toBeCloseTo(0, 1);
});

test("where clear words are wrong as often as weak ones, doubt limits the confidence in them, and weak ones are sharpened", () => {
  // Scores that claim 0.5 and 0.99; both are right in eight of ten.
  const texts = [...predictions(Math.log(2), 80, 20), ...predictions(Math.log(198), 80, 20)];

  const calibration = calibrationOf(texts);

  for (const { scores } of texts) expect(calibrated(scores, calibration)[0]).toBeCloseTo(0.8, 1);
  expect(calibration.doubt).toBeGreaterThan(0.2);
  expect(calibrated([Math.log(2), 0, 0], calibrationOf(texts, 0))[0]).toBeLessThan(0.5);
});

function predictions(score: number, right: number, wrong: number) {
  const prediction = (target: (typeof targets)[number]) => ({ scores: [score, 0, 0] as const, target, weight: 1 });
  return [...Array.from({ length: right }, () => prediction(targets[0])), ...Array.from({ length: wrong }, () => prediction(targets[1]))];
}
