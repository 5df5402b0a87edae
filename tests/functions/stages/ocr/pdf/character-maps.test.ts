import { expect, test } from "vitest";
import { characterOf, leftOutOf } from "../../../../../functions/stages/ocr/pdf/character-maps.ts";

const identity = { first: 0, last: 0xffff, character: 0 };

test.each([
  ["in one line", "1 beginbfrange <0000> <FFFF> <0000> endbfrange", [identity]],
  ["in lines", "1 beginbfrange\n<0000>\n<ffff>\n<0000>\nendbfrange", [identity]],
  [
    "after others",
    "1 beginbfrange <20> <7E> <0020> endbfrange 1 beginbfrange <0100> <0301> <0400> endbfrange",
    [{ first: 256, last: 769, character: 1024 }],
  ],
  ["of 256 codes only", "1 beginbfrange <0400> <04FF> <0400> endbfrange", []],
  ["of single codes", "2 beginbfchar <0003> <0421> <0004> <0422> endbfchar", []],
  ["with a list", "1 beginbfrange <0003> <0403> [<0041> <0421> <0043>] endbfrange", []],
  ["of characters that are two", "1 beginbfrange <0000> <FFFF> <00660069> endbfrange", []],
  ["in nothing of the kind", "<0000> <FFFF> <0000>", []],
])("what pdfium leaves out of a map: a wide range %s", (_, content, ranges) => {
  expect(leftOutOf(Buffer.from(content))).toEqual(ranges);
});

const [one, other] = [
  { first: 3, last: 3, character: 0x421 },
  { first: 4, last: 4, character: 0x422 },
];

test.each([
  ["more", "1 beginbfchar <0003> <0421> <0004> <0422> endbfchar", [one, other]],
  ["fewer", "9 beginbfchar\n<0003> <0421>\n<0004> <0422>\n<0005> <00660069>\nendbfchar", [one, other]],
  ["fewer ranges", "3 beginbfrange <03> <03> <0421> <05> <06> [<0041> <0421>] endbfrange", [one]],
  ["no number of", "beginbfchar <0003> <0421> <0004> <0422> endbfchar", [one, other]],
])("what pdfium leaves out of a map: a section with %s entries than it says", (_, content, ranges) => {
  expect(leftOutOf(Buffer.from(`begincmap 1 beginbfchar <0007> <0041> endbfchar ${content} endcmap`))).toEqual(ranges);
});

test("a code has the character that all ranges with it agree on", () => {
  const ranges = [identity, identity, { first: 0x500, last: 0x700, character: 0x410 }];

  expect([0x41f, 0x500, 0x7ff, 0x10000].map((code) => characterOf(code, ranges))).toEqual([0x41f, undefined, 0x7ff, undefined]);
});

test("there is no character beyond the last one", () => {
  expect(characterOf(0x200000, [{ first: 0, last: 0xffffffff, character: 0 }])).toBeUndefined();
});

test("takes no time to speak of, whatever stands in a map", () => {
  for (const part of ["beginbfrange", "<00><00>[", "<0000> ", "1 beginbfrange endbf", "9", "9 ", "beginbfrange<00><00>["])
    expect(leftOutOf(Buffer.alloc(4 * 1024 * 1024, part))).toEqual([]);
});
