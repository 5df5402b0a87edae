import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, type PageLayer } from "../../../../../functions/stages/ocr/pdf/page-layer.ts";
import { PdfDocument } from "../../../../../functions/stages/ocr/pdf/pdf-document.ts";
import { textInOrder } from "../../../../../functions/stages/ocr/pdf/reading-order.ts";
import { createRandom } from "../../../../../packages/lab/evaluate/ocr/random.ts";
import { layoutFamilies } from "../../../../../packages/lab/evaluate/pdf/layout-families.ts";
import { onePage, stream } from "../../../../support/pdf-file.ts";

const millis = 10_000;
const textIn = async (file: Uint8Array) => textInOrder((await PdfDocument.open(file, millis)).readLayer(0, millis));
const wordsOf = (text: string) => text.split(/\s+/u);

/** A page of these lines in Helvetica of 10 points, each at its place. */
const page = (lines: readonly (readonly [x: number, y: number, text: string])[]) =>
  onePage(stream("", lines.map(([x, y, text]) => `BT/F1 10 Tf ${x} ${y} Td(${text})Tj ET`).join("\n")));

describe("the order of the words is that of a reader", () => {
  const families = [
    "three columns, row by row",
    "article with an abstract",
    "letter by letter",
    "columns on a turned page",
    "lines that run upwards",
  ];

  test.each(families)("%s", async (family) => {
    const { pdf, truth } = (await layoutFamilies[family]?.(createRandom(2026))) ?? { pdf: new Uint8Array(), truth: "" };

    expect(wordsOf(await textIn(pdf))).toEqual(wordsOf(cleanText(truth)));
  });
});

test("a table is read row by row, in whatever order it is drawn", async () => {
  const columns = [
    ["Item", "Replacement valve for boiler", "Copper pipe of 15 mm", "Labour on Saturday morning"],
    ["Count", "2", "14", "3"],
    ["Price", "84.50", "6.10", "45.00"],
  ];
  const cells = columns.flatMap((column, at) => column.map((text, row) => [60 + 200 * at, 700 - 18 * row, text] as const));
  const text = "Item Count Price\nReplacement valve for boiler 2 84.50\nCopper pipe of 15 mm 14 6.10\nLabour on Saturday morning 3 45.00";

  expect(await textIn(page(cells))).toBe(text);
  expect(await textIn(page(cells.toSorted((one, other) => other[1] - one[1])))).toBe(text);
});

test("paragraphs are divided by an empty line, lines are not", async () => {
  const lines = [700, 688, 676, 654, 642, 630].map((y, at) => [60, y, `Line ${at + 1} of the text`] as const);

  expect(await textIn(page(lines))).toBe(
    "Line 1 of the text\nLine 2 of the text\nLine 3 of the text\n\nLine 4 of the text\nLine 5 of the text\nLine 6 of the text",
  );
});

test.each([
  ["kerning", "[(A)80(V)120(A)-20(T)50(AR)]TJ", "AVATAR"],
  ["spaces that are gaps", "[(two)-280(words)-250(more)]TJ", "two words more"],
  ["letters that are spaced out", "2 Tc(spaced out)Tj 0 Tc", "spaced out"],
  ["a wide space", "20 Tw(far apart)Tj 0 Tw", "far apart"],
  [
    "dots that lead to a number",
    "[(some)-280(words)-280(.)-300(.)-300(.)-300(.)-300(.)-300(.)-300(.)-300(.)-280(7)]TJ",
    "some words . . . . . . . . 7",
  ],
  ["a negative size of the font", "-1 0 0 -1 60 700 Tm/F1 -10 Tf(upright and )Tj(in order)Tj", "upright and in order"],
  [
    "accents before the letters that they are drawn onto",
    "[(a)-83.5(\\313)416.5(c)-111.5(\\304)444.5(ao r)27.5(\\302)305.5(\\365o)]TJ",
    "ação río",
  ],
  ["an accent behind its letter, which no letter has", "[(b)389.5(\\302)-166.5(ut)]TJ", "b\u0301ut"],
  ["an accent that is drawn after its line", "(uno solo)Tj 1 0 0 1 61.1 702 Tm(\\302)Tj", "úno solo"],
  ["an accent beside a letter", "(a\\302b \\301c\\302)Tj", "a´b `c´"],
  ["an exponent, and an index", "(x)Tj/F1 7 Tf 5 Ts(2)Tj 0 Ts/F1 10 Tf( + y)Tj/F1 7 Tf -5 Ts(3)Tj", "x2 + y3"],
  ["a raised number", "(m)Tj/F1 7 Tf 4 Ts(2)Tj 0 Ts", "m2"],
])("%s", async (_, operators, text) => {
  expect(await textIn(onePage(stream("", `BT/F1 10 Tf 60 700 Td ${operators} ET`)))).toBe(text);
});

test("words are divided in a font that claims the height of three lines", async () => {
  const file = onePage(stream("", "BT/F2 10 Tf 60 700 Td[(two)-230(words)]TJ 0 -14 Td(below)Tj ET"), {
    resources: "/Font<</F1 4 0 R/F2 6 0 R>>",
    objects: [
      `<</Type/Font/Subtype/TrueType/BaseFont/Any/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 126/Widths[${"500 ".repeat(95)}]/FontDescriptor 7 0 R>>`,
      "<</Type/FontDescriptor/FontName/Any/Flags 32/FontBBox[-500 -900 2000 2100]/Ascent 2100/Descent -900/CapHeight 700/ItalicAngle 0/StemV 80>>",
    ],
  });

  expect(await textIn(file)).toBe("two words\nbelow");
});

/** A page in a Japanese font that is not embedded, whose codes are those of Unicode. */
const japanesePage = (contents: string) =>
  onePage(stream("", contents), {
    resources: "/Font<</F1 4 0 R/F2 6 0 R>>",
    objects: [
      "<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/UniJIS-UCS2-H/DescendantFonts[7 0 R]>>",
      "<</Type/Font/Subtype/CIDFontType0/BaseFont/Any/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor 8 0 R/DW 1000>>",
      "<</Type/FontDescriptor/FontName/Any/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>",
    ],
  });
const hex = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(4, "0")).join("");

test("a space that the next letter is moved back over, to where the last one ends, is none", async () => {
  const contents =
    "BT/F1 10 Tf 60 700 Td[(func )278(tion arguments )250(of a word )270(s end)]TJ 0 -14 Td(and the next )Tj 0 -14 Td(line)Tj ET";

  expect(await textIn(onePage(stream("", contents)))).toBe("function arguments of a words end\nand the next\nline");
});

test("Japanese in columns that are drawn row by row is read column by column", async () => {
  const lines = Array.from({ length: 8 }, (_, row) =>
    [`左の欄の文章の${row}行目で、少し長い。`, `右の欄の文章の${row}行目で、少し長い。`].map((text, column) => ({
      text,
      x: 60 + 260 * column,
      y: 700 - 16 * row,
    })),
  );
  const contents = lines.flat().map(({ text, x, y }) => `BT/F2 12 Tf ${x} ${y} Td<${hex(text)}>Tj ET`);

  expect((await textIn(japanesePage(contents.join("\n")))).split(/\n+/)).toEqual(
    [0, 1].flatMap((column) => lines.map((row) => row[column]?.text)),
  );
});

type Character = Readonly<Record<"code" | "x" | "y" | "size" | "turn", number>>;

const layerOf = (characters: readonly Character[]): PageLayer => ({
  characters: {
    codes: Uint32Array.from(characters, ({ code }) => code),
    boxes: Float32Array.from(characters.flatMap(({ x, y, size }) => [x, y - size, x + size / 2, y])),
    origins: Float32Array.from(characters.flatMap(({ x, y }) => [x, y])),
    turns: Uint8Array.from(characters, ({ turn }) => turn),
  },
  notes: [],
  unknown: "",
  width: 612,
  height: 792,
  drawings: "none",
  pictureDpi: undefined,
});

test("lines that run downwards are read as the file has them", () => {
  const letters = ["縦書きの文章は", "右から左へ読む"].flatMap((line, at) =>
    Array.from(line, (letter, index) => ({ code: letter.codePointAt(0) ?? 0, x: 500 - 40 * at, y: 100 + 20 * index, size: 20, turn: 0 })),
  );

  expect(textInOrder(layerOf(letters))).toBe("縦書きの文章は右から左へ読む");
});

describe("of any characters at any places", () => {
  const character = fc.record({
    code: fc.constantFrom(0x41, 0x20, 0x0a, 0x5d0, 0x6c34, 0x1f600),
    x: fc.float({ min: -2000, max: 2000, noNaN: true }),
    y: fc.float({ min: -2000, max: 2000, noNaN: true }),
    size: fc.constantFrom(0, 1e-3, 10, 1000),
    turn: fc.nat(4),
  });
  const seen = (text: string) => Array.from(text.replace(/\s/gu, "")).sort().join("");

  test("none is lost, and none is added", async () => {
    await fc.assert(
      fc.property(fc.array(character, { maxLength: 200 }), (characters) => {
        expect(seen(textInOrder(layerOf(characters)))).toBe(seen(String.fromCodePoint(...characters.map(({ code }) => code))));
      }),
      { numRuns: 200 },
    );
  });

  test("very many of them come to an end", () => {
    const random = createRandom(1);
    const far = Array.from({ length: 30_000 }, () => ({
      code: 0x41,
      x: random.between(0, 9999),
      y: random.between(0, 9999),
      size: 1,
      turn: 0,
    }));
    const grid = Array.from({ length: 19_000 }, (_, at) => ({
      code: 0x41,
      x: 20 * (at % 138),
      y: 20 * Math.floor(at / 138),
      size: 10,
      turn: 0,
    }));

    expect(seen(textInOrder(layerOf(far)))).toHaveLength(30_000);
    expect(seen(textInOrder(layerOf(far.slice(0, 15_000))))).toHaveLength(15_000);
    expect(seen(textInOrder(layerOf(grid)))).toHaveLength(19_000);
  });
});
