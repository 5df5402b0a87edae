import { describe, expect, test } from "vitest";
import { isWhole, makesSense, type PageLayer, textOf } from "../../../../../functions/stages/ocr/pdf/page-layer.ts";

const layerOf = (characters: string, rest: Partial<PageLayer> = {}): PageLayer => ({
  characters,
  unknown: 0,
  pictured: 0,
  blank: false,
  ...rest,
});

describe("textOf", () => {
  test.each([
    ["line ends", "one\r\ntwo\rthree\ntwo\ffour\u2028five", "one\ntwo\nthree\ntwo\nfour\nfive"],
    ["a divided word", "an exam\u00adple", "an example"],
    ["a divided name, and a range", "Smith\u00adJones 10\u00ad20", "Smith-Jones 10-20"],
    ["control characters", "a\u0000b\u0007c\u001bd\u007fe\u0085f\tg", "abcdef\tg"],
    ["noncharacters and the byte order mark", "a\ufffeb\uffffc\ufeffd\ufdd0e", "abcde"],
    ["half of a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["Latin ligatures", "o\ufb03ce \ufb01ne \ufb05", "office fine st"],
    ["Arabic in its shapes", "\ufe8d\ufedf\ufecc\ufeae\ufe91\ufef2\ufe94", "العربية"],
    ["other compatibility characters, which stay", "x² ½ ① ㎏ ｆ", "x² ½ ① ㎏ ｆ"],
    ["an emoji of several code points, which stays", "👩\u200d👧 ok", "👩\u200d👧 ok"],
    ["spaces at the ends of lines", "  a \u00a0\nb\t\n", "a\nb"],
    ["many empty lines", "a\n\n\n\nb\r\n\r\nc", "a\n\nb\n\nc"],
  ])("%s", (_, characters, text) => {
    expect(textOf(layerOf(characters))).toBe(text);
  });

  test("takes time in proportion to the text", () => {
    const hostile = ["\u00ad", " ", "\n", "a\u00ad", "\ufdfa", "\u0000", " \n"].map((part) => part.repeat(1024 * 512));

    for (const characters of hostile) expect(textOf(layerOf(characters)).length).toBeLessThan(20 * characters.length);
  });
});

describe("makesSense", () => {
  test.each([
    ["text", layerOf("Plain text"), true],
    ["nothing", layerOf(""), true],
    ["one unknown of five", layerOf("abc de", { unknown: 1 }), true],
    ["two unknown of nine", layerOf("abc def ghi", { unknown: 2 }), false],
    ["one private character of five", layerOf("abcd\ue000"), true],
    ["one replacement character of four", layerOf("abc\ufffd"), false],
    ["spaces beside nonsense", layerOf(`\ue000\ue001${" ".repeat(100)}`), false],
  ])("%s", (_, layer, sense) => {
    expect(makesSense(layer)).toBe(sense);
  });
});

describe("isWhole", () => {
  const scan = { pictured: 1 };

  test.each([
    ["text", layerOf("Page 1"), true],
    ["no text", layerOf(" .\r\n"), false],
    ["nothing at all", layerOf("", { blank: true }), true],
    ["nonsense", layerOf("ABCDEF", { unknown: 6 }), false],
    ["a stamp on a scan", layerOf("Scanned by Acme, page 3", scan), false],
    ["a page number beside a small logo", layerOf("Page 1", { pictured: 0.24 }), true],
    ["49 letters on a scan", layerOf("a ".repeat(49), scan), false],
    ["a scan whose text lies under it", layerOf("a ".repeat(50), scan), true],
  ])("%s", (_, layer, whole) => {
    expect(isWhole(layer)).toBe(whole);
  });
});
