import { describe, expect, test } from "vitest";
import { cleanText, countLetters, hasMeaning, type PageLayer } from "../../../../../functions/stages/ocr/pdf/page-layer.ts";

describe("cleanText", () => {
  test.each([
    ["line ends", "one\r\ntwo\rthree\ntwo\ffour\u2028five", "one\ntwo\nthree\ntwo\nfour\nfive"],
    ["a divided word", "an exam-\nple, an exam\u2010\r\nple, an exam\u00adple", "an example, an example, an example"],
    ["a word that goes on in the next column", "an exam-\n\nple, non-\n\nA", "an example, non-\n\nA"],
    ["a divided name, and ranges", "Smith-\nJones 10\u00ad20 10-\n20", "Smith-Jones 10-20 10-\n20"],
    ["a dash at the end of a line", "one -\ntwo", "one -\ntwo"],
    ["control characters", "a\u0000b\u0007c\u001bd\u007fe\u0085f\tg", "abcdef\tg"],
    ["noncharacters and the byte order mark", "a\ufffeb\uffffc\ufeffd\ufdd0e", "abcde"],
    ["half of a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["Latin ligatures", "o\ufb03ce \ufb01ne \ufb05", "office fine st"],
    ["Arabic in its shapes", "\ufe8d\ufedf\ufecc\ufeae\ufe91\ufef2\ufe94", "العربية"],
    ["other compatibility characters, which stay", "x² ½ ① ㎏ ｆ", "x² ½ ① ㎏ ｆ"],
    ["an emoji of several code points, which stays", "👩\u200d👧 ok", "👩\u200d👧 ok"],
    ["spaces at the ends of lines", "  a \u00a0\nb\t\n", "a\nb"],
    ["many empty lines", "a\n\n\n\nb\r\n\r\nc", "a\n\nb\n\nc"],
  ])("%s", (_, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  test("takes time in proportion to the text", () => {
    const hostile = ["\u00ad", " ", "\n", "a\u00ad", "a-\n", "\ufdfa", "\u0000", " \n"].map((part) => part.repeat(1024 * 256));

    for (const text of hostile) expect(cleanText(text).length).toBeLessThan(20 * text.length);
  });
});

describe("hasMeaning", () => {
  const layerOf = (text: string, unknown = ""): PageLayer => ({
    characters: {
      codes: Uint32Array.from(text, (letter) => letter.codePointAt(0) ?? 0),
      boxes: new Float32Array(),
      origins: new Float32Array(),
      turns: new Uint8Array(),
    },
    notes: [],
    unknown,
    width: 612,
    height: 792,
    drawings: "none",
    pictureDpi: undefined,
  });

  test.each([
    ["text", layerOf("Plain text"), true],
    ["nothing", layerOf(""), true],
    ["more text than a call takes arguments", layerOf("😀 ".repeat(100_000)), true],
    ["one unknown of five", layerOf("abc de", "c"), true],
    ["two unknown of nine", layerOf("abc def ghi", "c f"), false],
    ["one private character of five", layerOf("abcd\ue000"), true],
    ["one replacement character of four", layerOf("abc\ufffd"), false],
    ["one control character of four", layerOf("abc\u0003"), false],
    ["spaces beside nonsense", layerOf(`\ue000\ue001${" ".repeat(100)}`), false],
  ])("%s", (_, layer, meaning) => {
    expect(hasMeaning(layer)).toBe(meaning);
  });
});

test("letters and digits of all scripts are counted", () => {
  expect(countLetters("Ab 1, Ω я 水 ٣ – !")).toBe(7);
});
