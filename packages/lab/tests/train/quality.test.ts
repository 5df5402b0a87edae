import { expect, test } from "vitest";
import { mostLikely, qualityOf } from "../../train/quality.ts";

test("quality is accuracy, half credit for NEUTRAL, macro-F1 and calibration error", () => {
  const answers = [
    ...[2, 2, 2, 1].map((right) => ({ guess: 2, right, confidence: 0.8 }) as const),
    ...[0, 0].map((right) => ({ guess: 0, right, confidence: 0.8 }) as const),
    ...[1, 0].map((right) => ({ guess: 1, right, confidence: 0.4 }) as const),
  ] as Parameters<typeof qualityOf>[0];

  const quality = qualityOf(answers);

  // F1: POSITIVE 2·3/(4+3), NEGATIVE 2·2/(2+3), NEUTRAL 2·1/(2+2). Bins: six at 0.8 of which five are right, two at 0.4 of which one is.
  expect(quality.accuracy).toBeCloseTo(6 / 8);
  expect(quality.polarity).toBeCloseTo(5.5 / 6);
  expect(quality.macroF1).toBeCloseTo((6 / 7 + 4 / 5 + 2 / 4) / 3);
  expect(quality.calibrationError).toBeCloseTo((0.2 + 0.2) / 8);
  // A sum of n answers that are right with probability p deviates by √(2/π · np(1 - p)) on average.
  expect(quality.chanceError).toBeCloseTo((Math.sqrt((2 / Math.PI) * 6 * 0.16) + Math.sqrt((2 / Math.PI) * 2 * 0.24)) / 8);
});

test("the answer is the most likely sentiment, and its probability the confidence", () => {
  expect(mostLikely([0.2, 0.5, 0.3], 0)).toEqual({ guess: 1, right: 0, confidence: 0.5 });
  expect(mostLikely([0.2, 0.2, 0.6], 2)).toEqual({ guess: 2, right: 2, confidence: 0.6 });
});
