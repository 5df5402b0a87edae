import { expect, test } from "vitest";
import { type Calibration, probabilities, type Sentiment } from "../../functions/lib/sentiment/calibration.ts";
import { fitCalibration, quality } from "../../scripts/calibrate-sentiment.ts";

const times = (count: number, sentiment: Sentiment, score: number, set = "one") =>
  Array.from({ length: count }, () => ({ set, score, sentiment }));

const texts = [
  ...[...times(6, "NEGATIVE", -1), ...times(1, "NEGATIVE", 0), ...times(1, "NEGATIVE", 1)],
  ...[...times(2, "NEUTRAL", -1), ...times(4, "NEUTRAL", 0), ...times(2, "NEUTRAL", 1)],
  ...[...times(1, "POSITIVE", -1), ...times(1, "POSITIVE", 0), ...times(6, "POSITIVE", 1)],
];

test.each([
  ["as they are", texts],
  [
    "with three times as many neutral ones",
    [...texts, ...texts, ...texts].filter(({ sentiment }, index) => index < texts.length || sentiment === "NEUTRAL"),
  ],
  [
    "with a second set, ten times larger",
    [...texts, ...Array.from({ length: 10 }, () => texts.map((text) => ({ ...text, set: "two" }))).flat()],
  ],
])("the fit of three scores is the share of each sentiment at each score: texts %s", (_, texts) => {
  const calibration = fitCalibration(texts);

  expect(probabilities(-1, calibration)).toEqual({
    NEGATIVE: expect.closeTo(6 / 9),
    NEUTRAL: expect.closeTo(2 / 9),
    POSITIVE: expect.closeTo(1 / 9),
  });
  expect(probabilities(0, calibration)).toEqual({
    NEGATIVE: expect.closeTo(1 / 6),
    NEUTRAL: expect.closeTo(4 / 6),
    POSITIVE: expect.closeTo(1 / 6),
  });
  expect(probabilities(1, calibration)).toEqual({
    NEGATIVE: expect.closeTo(1 / 9),
    NEUTRAL: expect.closeTo(2 / 9),
    POSITIVE: expect.closeTo(6 / 9),
  });
});

test("quality is macro-F1 and the distance of confidence from what is right", () => {
  // At a score of 1 the guess is POSITIVE with 0.8, at -1 NEGATIVE with 0.8, at 0 NEUTRAL with 1/3.
  const odds = Math.log(8);
  const calibration: Calibration = { NEGATIVE: [-1e-9, -odds, 0], NEUTRAL: [0, 0, 0], POSITIVE: [-1e-9, odds, 0] };
  const rated = [...times(3, "POSITIVE", 1), ...times(1, "NEUTRAL", 1), ...times(2, "NEGATIVE", -1), ...times(2, "NEUTRAL", 0)];

  const { macroF1, calibrationError } = quality(rated, calibration);

  const confidence = 8 / (8 + 1 + 1 / 8);
  expect(macroF1).toBeCloseTo((6 / 7 + 4 / 5 + 1) / 3, 6);
  expect(calibrationError).toBeCloseTo((6 * Math.abs(confidence - 5 / 6) + 2 * (2 / 3)) / 8, 6);
});
