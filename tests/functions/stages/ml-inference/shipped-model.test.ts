import { describe, expect, test } from "vitest";
import { sentimentOf } from "../../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { modelFrom, shippedModel } from "../../../../functions/stages/ml-inference/shipped-model.ts";
import labelled from "../../../../packages/lab/evaluate/sentiment/labelled.json" with { type: "json" };
import { mostLikely, qualityOf } from "../../../../packages/lab/train/quality.ts";

describe("the shipped model", () => {
  const answers = labelled.map(({ text, sentiment }) =>
    mostLikely(sentimentOf(text, shippedModel), sentiment === "NEGATIVE" ? 0 : sentiment === "NEUTRAL" ? 1 : 2),
  );

  test("classifies two in three of our texts as we do, and rarely gets the polarity wrong", () => {
    const { accuracy, polarity } = qualityOf(answers);

    expect(accuracy).toBeGreaterThan(0.66);
    expect(polarity).toBeGreaterThan(0.72);
  });

  test("is right more often where its confidence is higher", () => {
    const shareRight = (from: number, to: number) => {
      const bin = answers.filter(({ confidence }) => confidence >= from && confidence < to);
      return bin.filter(({ guess, right }) => guess === right).length / bin.length;
    };

    expect(shareRight(0.6, 0.8)).toBeGreaterThan(shareRight(0, 0.5));
    expect(shareRight(0.8, 1.01)).toBeGreaterThan(0.8);
    expect(shareRight(0, 0.5)).toBeLessThan(0.7);
  });

  test("has not much more calibration error on them than a perfectly calibrated model has by chance", () => {
    const { calibrationError, chanceError } = qualityOf(answers);

    expect(calibrationError).toBeLessThan(1.7 * chanceError);
  });

  test("weights for other features are refused", () => {
    const stored = { scale: [1, 1, 1], bias: [0, 0, 0], doubt: 0, weights: Buffer.alloc(30).toString("base64") } as const;

    expect(() => modelFrom(stored)).toThrow("The model has 10 features, not 65544.");
  });
});
