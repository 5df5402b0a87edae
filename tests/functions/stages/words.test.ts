import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countWords, segmentWords } from "../../../functions/stages/words.ts";

const mebibyte = 1024 * 1024;

describe("segmentWords", () => {
  test.each([
    ["The quick (“brown”) fox can’t jump 32.3 feet, right?", ["The", "quick", "brown", "fox", "can’t", "jump", "32.3", "feet", "right"]],
    ["snake_case and e-mail", ["snake_case", "and", "e", "mail"]],
    ["東京都に住む。", ["東京", "都", "に", "住む"]],
    ["ภาษาไทย", ["ภาษา", "ไทย"]],
    ["constructor __proto__", ["constructor", "__proto__"]],
    ["👍🏽 — 🇩🇪 … !", []],
    ["", []],
  ])("%s", (text, expected) => {
    const words = [...segmentWords(text)];

    expect(words).toEqual(expected);
  });

  test("finds its words in the text, one behind the other, and no space or line end in them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        let rest = text;
        for (const word of segmentWords(text)) {
          const at = rest.indexOf(word);
          expect(at).toBeGreaterThanOrEqual(0);
          expect(word).toMatch(/^[^ \r\n]+$/);
          rest = rest.slice(at + word.length);
        }
      }),
    );
  });
});

describe("countWords", () => {
  test("counts what segmentWords finds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(countWords(text)).toBe([...segmentWords(text)].length);
      }),
    );
  });

  test.each([
    ["one word", "a".repeat(mebibyte), 1],
    ["one word with an accent", "é".repeat(mebibyte / 2), 1],
    ["one-letter words", "a ".repeat(mebibyte / 2), mebibyte / 2],
    ["spaces", " ".repeat(mebibyte), 0],
    ["emoji", "😀".repeat(mebibyte / 4), 0],
    ["zero-width spaces", "\u200b".repeat(mebibyte / 3), 0],
    ["zero-width joiners", "\u200d".repeat(mebibyte / 3), 0],
    ["bidi controls", "\u202e".repeat(mebibyte / 3), 0],
    ["combining marks", "\u0301\u0323".repeat(mebibyte / 4), 0],
  ])("takes 1 MiB of %s", (_, text, expected) => {
    const count = countWords(text);

    expect(count).toBe(expected);
  });
});
