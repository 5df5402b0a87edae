import fc from "fast-check";
import { expect, test } from "vitest";
import { tokensOf } from "../../../../functions/stages/ml-inference/tokens.ts";

const textsOf = (text: string) => [...tokensOf(text)].map((token) => token.text);

test.each([
  ["", []],
  [" \t\n ", []],
  ["It works, well!", ["it", "works", ",", "well", "!"]],
  ["don’t DON'T", ["don't", "don't"]],
  ["sooooo goooood", ["soo", "good"]],
  ["wait... what?! really!!!", ["wait", "..", "what", "?!", "really", "!!"]],
  ["one line\nof two", ["one", "line", "of", "two"]],
  ["Title\n\nText", ["title", ".", "text"]],
  ["see https://example.com/a?b=1 now", ["see", "<address>", "now"]],
  ["@sam #Happy 2024 #1", ["<user>", "happy", "<number>", "<number>"]],
  ["fine :-) :))) :( <3 =D xD", ["fine", ":)", ":)", ":(", "<3", "=D", "xD"]],
  ["at 12:30, note: (see below)", ["at", "<number>", ":", "<number>", ",", "note", ":", "(", "see", "below", ")"]],
  ["great 👍🏽 ❤️", ["great", "👍", "❤"]],
  ["gr\u200beat \u202eday", ["great", "day"]],
  ["ＧＲＥＡＴ cafe\u0301", ["great", "café"]],
  ["constructor __proto__", ["constructor", "proto"]],
  [`${"a".repeat(40)} ${"b".repeat(41)} end`, ["aa", "end"]],
])("%j", (text, expected) => {
  expect(textsOf(text)).toEqual(expected);
});

test("detects capitals and elongated words", () => {
  const tokens = [...tokensOf("GREAT Great I loooove A4 OK")];

  expect(tokens.filter(({ isCapitals }) => isCapitals).map(({ text }) => text)).toEqual(["great", "ok"]);
  expect(tokens.filter(({ isElongated }) => isElongated).map(({ text }) => text)).toEqual(["loove"]);
});

test("detects the ends of sentences and of their parts", () => {
  const kinds = [...tokensOf("Well, yes :) no. End\n\nBegin")].map(({ text, kind }) => `${text} ${kind}`);

  expect(kinds).toEqual(["well word", ", pause", "yes word", ":) emoticon", "no word", ". stop", "end word", ". stop", "begin word"]);
});

test("a token is never longer than forty characters of a normalised word", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      for (const token of tokensOf(text)) {
        expect(token.text.length).toBeGreaterThan(0);
        expect([...token.text].length).toBeLessThanOrEqual(18 * 40); // the longest that one character becomes in form KC
      }
    }),
  );
});
