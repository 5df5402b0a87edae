import { expect, test } from "vitest";
import type { Word } from "../../../../functions/stages/ocr/engine.ts";
import { withLines } from "../../../../functions/stages/ocr/lines.ts";
import { readingOf, textOf } from "../../../../functions/stages/ocr/reading.ts";

/** A line of words of 20 pixels' height and 10 a letter, all as sure. */
function line(written: string, left: number, top: number, begins: Word["begins"] = "line"): Word[] {
  let x = left;
  return written.split(" ").map((text, index) => {
    const box = { left: x, top, right: x + 10 * text.length - 1, bottom: top + 19 };
    x += 10 * (text.length + 1);
    return { text, confidence: 0.9, box, ...(index === 0 && { begins }) };
  });
}

const textWith = (words: readonly Word[], ...found: readonly (readonly Word[])[]): string =>
  textOf(readingOf(withLines(words, found, ({ text }) => text !== "rubbish"))).text;

test("a cell stands in the row of the cells beside it, and the first one begins the row", () => {
  const table = [...line("Name Liam", 100, 100, "paragraph"), ...line("Date", 100, 130), ...line("2004", 600, 130)];

  expect(textWith(table, line("23852", 300, 100), line("No.", 40, 130))).toBe("Name Liam 23852\nNo. Date\n2004");
});

test("a row of a script that runs to the left stays in its order", () => {
  const [first, second] = [line("שלום", 300, 0, "paragraph"), line("עולם", 200, 0, "paragraph").map(({ begins: _, ...word }) => word)];

  expect(textWith([...first, ...second], line("טוב", 120, 0))).toBe("שלום עולם טוב");
});

test("a line of a column stands between its neighbours, and not in the row of the other column", () => {
  const left = [...line("one line of the left column", 0, 0, "paragraph"), ...line("and one more line of it", 0, 30)];
  const right = [...line("one line of the right column", 330, 0, "paragraph"), ...line("and the last line of it", 330, 60)];

  expect(textWith([...left, ...right], line("and a second line of it", 330, 30))).toBe(
    "one line of the left column\nand one more line of it\n\none line of the right column\nand a second line of it\nand the last line of it",
  );
});

test("a line above all others comes first, one below all others last", () => {
  const middle = line("in the middle", 0, 100, "paragraph");

  expect(textWith(middle, line("at the end", 0, 200), line("at the beginning", 0, 0))).toBe(
    "at the beginning\n\nin the middle\nat the end",
  );
});

test("what a word began that is left out still begins", () => {
  const words = [...line("sure words", 0, 0, "paragraph"), ...line("rubbish here", 0, 30, "paragraph"), ...line("after it", 0, 60)];

  expect(textWith(words, line("words there", 100, 30))).toBe("sure words\n\nhere words there\nafter it");
});

test("lines that were found on a page without words are in order from its top", () => {
  expect(textWith([], line("second one", 0, 50), line("first one", 0, 0))).toBe("first one\nsecond one");
});
