import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLabelledTexts } from "../../train/labelled-texts.ts";

const [negative, neutral, positive] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

describe("readLabelledTexts", () => {
  test("reads tab-separated labels in all their spellings", () => {
    const content = "NEGATIVE\ta\nneg\tb\n-1\tc\nNeutral\td\nneu\te\n0\tf\npositive\tg\nPOS\th\r\n1\ti\n+1\tj\n\n";

    const texts = readLabelledTexts("some/mails.tsv", content, "sentiment");

    expect(texts.map(({ text, target }) => [text, target])).toEqual([
      ...["a", "b", "c"].map((text) => [text, negative]),
      ...["d", "e", "f"].map((text) => [text, neutral]),
      ...["g", "h", "i", "j"].map((text) => [text, positive]),
    ]);
    expect(texts[0]?.source).toBe("mails.tsv");
  });

  test("reads .csv with quotes, and columns by their names", () => {
    const content = 'id,Text,Label\n1,"Good, and ""cheap""\nand fast",pos\n2,plain,neg\n';

    const texts = readLabelledTexts("a.csv", content, "sentiment");

    expect(texts.map(({ text, target }) => [text, target])).toEqual([
      ['Good, and "cheap"\nand fast', positive],
      ["plain", negative],
    ]);
  });

  test("reads .jsonl", () => {
    const texts = readLabelledTexts(
      "a.jsonl",
      '{"label": 1, "text": "fine &amp; &lt;3"}\n\n{"text":"so so","label":"NEUTRAL","id":7}',
      "sentiment",
    );

    expect(texts.map(({ text, target }) => [text, target])).toEqual([
      ["fine & <3", positive],
      ["so so", neutral],
    ]);
  });

  test.each([
    // Beyond ±0.5 by x ratings, the odds are e^(x / 0.35).
    ["3.2\tgreat", [0, 0, 1]],
    ["x7\t-3.5\tawful", [0, 0, 0].with(0, 1)],
    ["0\tplain", [0.193, 0.613, 0.193]],
    ["0.5\tnice", [0.054, 0.446, 0.5]],
  ])("reads ratings as likelihoods: %j", (line, expected) => {
    const [text] = readLabelledTexts("a.txt", line, "rating");

    expect(text?.target).toEqual(expected.map((share) => expect.closeTo(share, 2)));
  });

  test("joins the rated sentences of a document, where their ids name it", () => {
    const texts = readLabelledTexts("a.txt", "7_1\t3\tGreat.\n7_2\t-1\tToo big.\n8_1\t0\tBlue.\nx9\t3\tFine.", "rating");

    expect(texts.map(({ document, isWhole = false }) => [document, isWhole])).toEqual([
      ["7", false],
      ["7", false],
      ["8", false],
      [undefined, false],
      ["7", true],
    ]);
    // The mean rating is 1: beyond 0.5 with odds of e^(0.5 / 0.35).
    expect(texts.at(-1)).toMatchObject({
      text: "Great. Too big.",
      target: [expect.anything(), expect.anything(), expect.closeTo(0.807, 3)],
    });
  });

  test("lists the lines that it cannot read", () => {
    const content = "pos\tfine\ngood\tfine\nneg\n\npos\t \nconstructor\tfine\n";

    expect(() => readLabelledTexts("my/a.tsv", content, "sentiment")).toThrow(
      [
        'a.tsv, line 2: a label is NEGATIVE, NEUTRAL, POSITIVE, or neg, neu, pos, or -1, 0, 1, not "good".',
        "a.tsv, line 3: there is no text.",
        "a.tsv, line 5: there is no text.",
        'a.tsv, line 6: a label is NEGATIVE, NEUTRAL, POSITIVE, or neg, neu, pos, or -1, 0, 1, not "constructor".',
      ].join("\n"),
    );
  });

  test("lists at most five", () => {
    expect(() => readLabelledTexts("a.tsv", "?\ttext\n".repeat(9), "sentiment")).toThrow(/line 5.*\nand 4 more\.$/s);
  });

  test.each([
    ["a.jsonl", '{"label": "pos"}', "sentiment", "a.jsonl, line 1: there is no text."],
    ["a.jsonl", "not JSON", "sentiment", "a.jsonl, line 1: there is no text."],
    ["a.tsv", "5\ttext", "rating", 'a.tsv, line 1: a rating is a number from -4 to 4, not "5".'],
    ["a.tsv", "\ttext", "rating", 'a.tsv, line 1: a rating is a number from -4 to 4, not "".'],
    ["a.csv", 'pos,fine\n"two\nlines",text', "sentiment", "a.csv, line 2: a label is"],
  ] as const)("refuses %s: %j", (file, content, form, expected) => {
    expect(() => readLabelledTexts(file, content, form)).toThrow(expected);
  });
});

test("quoted cells are read as they were written, by RFC 4180, with the line of a mistake after them", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", " ", ",", '"', "\n", "é", "\r\n") }).map((text) => `${text}x`);
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), fc.constantFrom("\n", "\r\n"), fc.boolean(), (cells, lineEnd, hasMark) => {
      const rows = cells.map((text) => `pos,"${text.replaceAll('"', '""')}"${lineEnd}`);
      const written = `${hasMark ? "\ufeff" : ""}${rows.join("")}`;

      expect(readLabelledTexts("a.csv", written, "sentiment").map(({ text }) => text)).toEqual(cells);
      expect(() => readLabelledTexts("a.csv", `${written}odd,text`, "sentiment")).toThrow(
        `a.csv, line ${written.split("\n").length}: a label`,
      );
    }),
  );
});

test("quotes within a cell, and in tab-separated files, are characters like others; one that is not closed is a mistake", () => {
  const textsOf = (file: string, content: string) => readLabelledTexts(file, content, "sentiment").map(({ text }) => text);

  expect(textsOf("a.csv", 'pos,a "good" one\nneg,"bad" one')).toEqual(['a "good" one', '"bad" one']);
  expect(textsOf("a.tsv", 'pos\t"a\r\n\r\nneg\tb"\r\n')).toEqual(['"a', 'b"']);
  expect(() => textsOf("a.csv", 'pos,fine\nneg,"open\nand so on')).toThrow(/^a\.csv, line 3: Quote Not Closed/);
});
