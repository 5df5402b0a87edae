import fc from "fast-check";
import { expect, test } from "vitest";
import { type Calibration, likeliest, probabilities } from "../../../../functions/lib/sentiment/calibration.ts";

const score = fc.double({ min: -1, max: 1, noNaN: true });

test("probabilities are those of a softmax over [1, score, |score|]", () => {
  const calibration: Calibration = { NEGATIVE: [0, -Math.log(2), 0], NEUTRAL: [0, 0, 0], POSITIVE: [0, 0, Math.log(4)] };

  const [low, high] = [probabilities(-1, calibration), probabilities(1, calibration)];

  expect(low).toEqual({ NEGATIVE: expect.closeTo(2 / 7), NEUTRAL: expect.closeTo(1 / 7), POSITIVE: expect.closeTo(4 / 7) });
  expect(high).toEqual({ NEGATIVE: expect.closeTo(0.5 / 5.5), NEUTRAL: expect.closeTo(1 / 5.5), POSITIVE: expect.closeTo(4 / 5.5) });
});

test("probabilities add up to 1", () => {
  fc.assert(
    fc.property(score, (score) => {
      const { NEGATIVE, NEUTRAL, POSITIVE } = probabilities(score);

      expect(NEGATIVE + NEUTRAL + POSITIVE).toBeCloseTo(1, 10);
    }),
  );
});

test("a higher score never reads as a worse sentiment", () => {
  const order = ["NEGATIVE", "NEUTRAL", "POSITIVE"];

  fc.assert(
    fc.property(score, score, (one, other) => {
      const [low, high] = [one, other].toSorted((a, b) => a - b).map((score) => order.indexOf(likeliest(probabilities(score))));

      expect(high).toBeGreaterThanOrEqual(low ?? 0);
    }),
  );
});

test.each([
  [-1, "NEGATIVE"],
  [-0.13, "NEGATIVE"],
  [-0.1, "NEUTRAL"],
  [0, "NEUTRAL"],
  [0.28, "NEUTRAL"],
  [0.31, "POSITIVE"],
  [1, "POSITIVE"],
])("a score of %f is %s", (score, expected) => {
  const sentiment = likeliest(probabilities(score));

  expect(sentiment).toBe(expected);
});
