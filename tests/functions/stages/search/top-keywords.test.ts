import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { termUses } from "../../../../functions/stages/search/term-uses.ts";
import { topKeywords } from "../../../../functions/stages/search/top-keywords.ts";

const mebibyte = 1024 * 1024;
const keywordsOf = (text: string, limit?: number) => topKeywords(termUses(text), limit);

describe("topKeywords", () => {
  test("of the sample in the documentation", () => {
    const keywords = keywordsOf("AWS Lambda is a great serverless compute service");

    expect(keywords).toEqual(["aws", "lambda", "serverless", "compute", "service"]);
  });

  test.each([
    ["rare words before common ones", "people telescope", ["telescope", "people"]],
    ["repeated words before single ones", "telescope violin violin violin", ["violin", "telescope"]],
    ["early words before late ones, though these be rarer", `violin ${"harbour ".repeat(30)} zyxon`, ["harbour", "violin", "zyxon"]],
  ])("puts %s", (_, text, expected) => {
    expect(keywordsOf(text)).toEqual(expected);
  });

  test("puts names before common words that are as rare and stand as near to the start", () => {
    const text = `${"telescope ".repeat(40)} zyxan Zyxon`;

    expect(keywordsOf(text)).toEqual(["telescope", "zyxon", "zyxan"]);
  });

  test("finds at most as many as asked for, and fewer in a short text", () => {
    expect(keywordsOf("violin telescope harbour glacier comet zebra")).toHaveLength(5);
    expect(keywordsOf("violin telescope harbour", 2)).toHaveLength(2);
    expect(keywordsOf("to be or not to be")).toEqual([]);
    expect(keywordsOf("")).toEqual([]);
  });

  test.each([
    ["German", "Der Gletscher schmilzt, weil es in den Alpen wärmer wird. Ein Gletscher ist nicht nur Eis.", ["gletscher", "alpen"]],
    ["Russian", "Ледник тает, потому что в горах стало теплее. Ледник — это не только лёд.", ["ледник"]],
    ["Chinese", "冰川正在融化，因为山区变暖了。冰川不仅仅是冰。", ["冰川"]],
    ["Japanese", "氷河は溶けている。山が暖かくなったからだ。氷河は氷だけではない。", ["氷河"]],
    ["Arabic", "يذوب الجليد لأن الجبال أصبحت أكثر دفئا. الجليد في الجبال ليس ماء فقط.", ["الجليد", "الجبال"]],
    ["Georgian, without a stop list", "მყინვარი დნება, რადგან მთებში დათბა. მყინვარი მხოლოდ ყინული არ არის.", ["მყინვარი"]],
  ])("finds the topic of a text in %s", (_, text, expected) => {
    const keywords = keywordsOf(text);

    expect(keywords.slice(0, expected.length).sort()).toEqual(expected.toSorted());
  });

  test.each([
    ["one word", "a".repeat(mebibyte), []],
    ["spaces", " ".repeat(mebibyte), []],
    ["emoji", "😀".repeat(mebibyte / 4), []],
    ["zero-width characters", "\u200b\u200d".repeat(mebibyte / 6), []],
    ["bidi controls", "\u202e\u202c".repeat(mebibyte / 6), []],
    ["combining marks", "\u0301\u0323".repeat(mebibyte / 4), []],
    ["marks on one letter", `a${"\u0301\u0323".repeat(mebibyte / 4)}`, []],
    ["apostrophes", "l'".repeat(mebibyte / 2), []],
    ["the same word", "constructor ".repeat(mebibyte / 12), ["constructor"]],
  ])("takes 1 MiB of %s", (_, text, expected) => {
    const keywords = keywordsOf(text);

    expect(keywords).toEqual(expected);
  });

  test("are different words in lower case, of at most 40 characters", () => {
    const words = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), { maxLength: 30 });
    fc.assert(
      fc.property(words, (given) => {
        const keywords = keywordsOf(given.join(" "));

        expect(keywords.length).toBeLessThanOrEqual(5);
        expect(new Set(keywords).size).toBe(keywords.length);
        for (const keyword of keywords) {
          expect(keyword).toBe(keyword.toLowerCase());
          expect(keyword.length).toBeLessThanOrEqual(40);
        }
      }),
    );
  });
});
