import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseSentiment } from "../../../../functions/lib/sentiment/analyse-sentiment.ts";
import { sentences } from "./sentences.ts";

test("reads at least 24 of 30 ordinary sentences as a person would", () => {
  const misread = sentences.filter(({ text, sentiment }) => analyseSentiment(text).sentiment !== sentiment);

  expect(misread.length, JSON.stringify(misread)).toBeLessThanOrEqual(6);
});

test.each([
  ["AWS Lambda is a great serverless compute service", "POSITIVE"],
  ["I like the new layout.", "POSITIVE"],
  ["I don't like the new layout.", "NEGATIVE"],
  ["I don’t like the new layout.", "NEGATIVE"],
  ["Bad idea.", "NEGATIVE"],
  ["Not bad at all.", "POSITIVE"],
  ["It works (great), they said.", "POSITIVE"],
  ["Slow/terrible—we left.", "NEGATIVE"],
  ["ho\u200brr\u200dible", "NEGATIVE"],
  ["The train leaves at nine.", "NEUTRAL"],
  ["", "NEUTRAL"],
])("%s is %s", (text, expected) => {
  const { sentiment } = analyseSentiment(text);

  expect(sentiment).toBe(expected);
});

test("confidence is the softmax's share: e^0.884 of e^-0.865 + 1 + e^0.884 for a score of 0.625", () => {
  const analysis = analyseSentiment("AWS Lambda is a great serverless compute service");

  expect(analysis).toEqual({ sentiment: "POSITIVE", confidence: 0.63 });
});

test("is surer of what is said more strongly", () => {
  const texts = [
    "It is a good service.",
    "It is a great service.",
    "It is a GREAT service.",
    "It is a GREAT service, absolutely fantastic!!!",
  ];

  const confidences = texts.map((text) => analyseSentiment(text).confidence);

  expect(confidences).toEqual(confidences.toSorted());
  expect(new Set(confidences).size).toBe(4);
});

test.each([
  ["Chinese", "我非常喜欢这个产品，质量很好，服务也很周到。"],
  ["Russian", "Мне очень понравился этот фильм, он просто замечательный и очень смешной."],
  ["Spanish", "Me encanta este producto, es una maravilla y llegó muy rápido. No tengo ninguna queja."],
])("%s is NEUTRAL, without confidence", (_, text) => {
  const { sentiment, confidence } = analyseSentiment(text);

  expect(sentiment).toBe("NEUTRAL");
  expect(confidence).toBeLessThan(0.5);
});

test("a long text is what most of its sentences say", () => {
  const praise = "The staff were friendly and the room was lovely. ".repeat(30);
  const fact = "The house has four floors and stands next to the station. ".repeat(30);
  const complaint = "The lift was broken, which was awful. ";

  expect(analyseSentiment(praise + complaint).sentiment).toBe("POSITIVE");
  expect(analyseSentiment(fact + complaint).sentiment).toBe("NEUTRAL");
  expect(analyseSentiment(complaint.repeat(30) + fact.slice(0, 300)).sentiment).toBe("NEGATIVE");
});

test("looks at the first 200 Ki code units only", () => {
  const head = "The train leaves at nine. ".repeat(8000).slice(0, 200 * 1024);

  const analysis = analyseSentiment(head + " I hate this terrible train.".repeat(10_000));

  expect(analysis).toEqual(analyseSentiment(head));
});

const mebibyte = (unit: string) => unit.repeat(Math.ceil(2 ** 20 / unit.length));

test.each([
  ["one word", mebibyte("a"), "NEUTRAL"],
  ["one word in capitals, but for its end", `${"A".repeat(200_000)}a`, "NEUTRAL"],
  ["spaces", mebibyte(" "), "NEUTRAL"],
  ["emoji", mebibyte("😀"), "NEUTRAL"],
  ["zero-width characters", mebibyte("\u200b"), "NEUTRAL"],
  ["words that objects have", mebibyte("constructor __proto__ hasOwnProperty "), "NEUTRAL"],
  ["punctuation before a letter", `${"!".repeat(200_000)}a`, "NEUTRAL"],
  ["full stops", mebibyte(". "), "NEUTRAL"],
  ["negations", mebibyte("not never least "), "NEUTRAL"],
  ["one good word", mebibyte("great "), "NEUTRAL"],
  ["one good sentence", mebibyte("This is great. "), "POSITIVE"],
])("gets through a mebibyte of %s", (_, text, expected) => {
  const { sentiment } = analyseSentiment(text);

  expect(sentiment).toBe(expected);
});

test("answers any text with the likeliest of three and a confidence of two decimals", () => {
  const word = fc.constantFrom("great", "NOT", "but", "terrible", ":)", "!", "the", "__proto__");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(word, fc.string({ unit: "grapheme" }))).map((words) => words.join(" ")),
  );

  fc.assert(
    fc.property(text, (text) => {
      const { sentiment, confidence } = analyseSentiment(text);

      expect(["NEGATIVE", "NEUTRAL", "POSITIVE"]).toContain(sentiment);
      expect(confidence).toBeGreaterThanOrEqual(0.33);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(String(confidence)).toMatch(/^[01](\.\d{1,2})?$/);
    }),
  );
});
