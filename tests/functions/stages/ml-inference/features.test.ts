import fc from "fast-check";
import { expect, test } from "vitest";
import { featureCount, featuresOf } from "../../../../functions/stages/ml-inference/features.ts";
import { tokensOf } from "../../../../functions/stages/ml-inference/tokens.ts";

const features = (text: string) => featuresOf([...tokensOf(text)]);
const hashed = (text: string) => new Set([...features(text).places].filter((place) => place < featureCount - 8));
const shared = (one: string, other: string) => [...hashed(one)].filter((place) => hashed(other).has(place)).length;

test("a text has its words, their beginnings and their pairs", () => {
  // box, big, cardboard, card…, and two pairs
  expect(hashed("box big cardboard").size).toBe(6);
});

test("forms of a word share its beginning", () => {
  expect(shared("disappointing", "disappointed")).toBe(1);
  expect(shared("box", "fox")).toBe(0);
});

test("a negated word is another word, until a pause or the fifth word", () => {
  expect(shared("work", "not work")).toBe(0);
  expect(shared("work", "not, work")).toBe(1);
  expect(shared("work", "not a b c d work")).toBe(1);
  expect(shared("work", "not a b c work")).toBe(0);
});

test("the number of uses of a word does not count", () => {
  expect(hashed("box box box box").size).toBe(2); // the word, and the pair of it with itself
});

test("the words of any text are a vector of length 1 and the places are those of the model", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("good", "not", "constructor", "!", ":)", "zqx", "soooo"), { minLength: 1 }), (words) => {
      const { places, values } = features(words.join(" "));

      const length = Math.hypot(...values.subarray(0, values.length - 8));
      expect(length).toBeCloseTo(1, 10);
      for (const place of places) expect(place).toBeLessThan(featureCount);
      expect(new Set(places).size).toBe(places.length);
    }),
  );
});
