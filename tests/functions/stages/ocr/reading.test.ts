import { expect, test } from "vitest";
import type { Word } from "../../../../functions/stages/ocr/engine.ts";
import { readingOf, textOf } from "../../../../functions/stages/ocr/reading.ts";

/** A paragraph of lines, each of words and their confidence in percent: `fine:95 rubbish:20`. */
function paragraph(...lines: readonly string[]): Word[] {
  return lines.flatMap((line, row) =>
    line.split(" ").map((word, column) => {
      const [text = "", percent] = word.split(":");
      const begins = column > 0 ? undefined : row === 0 ? "paragraph" : "line";
      return { text, confidence: Number(percent) / 100, box: { left: 0, top: 0, right: 0, bottom: 0 }, ...(begins && { begins }) };
    }),
  );
}

const textIn = (words: readonly Word[]) => textOf(readingOf(words)).text;

test("lines and paragraphs are kept apart", () => {
  expect(textIn([...paragraph("Two:95 words:95", "below:95"), ...paragraph("after:95")])).toBe("Two words\nbelow\n\nafter");
});

test("a word that is hardly ever right is left out, and the line that it began is still a line", () => {
  expect(textIn(paragraph("Read:95 well:95 ~:10", "TSHO:20 AHI:62 SAA:30", "and:95 on:95"))).toBe("Read well ~\nAHI\nand on");
});

test("an unsure word in a line that is sure else is kept", () => {
  expect(textIn(paragraph("read(voucher,:40 number:95 of:95 it):96"))).toBe("read(voucher, number of it)");
});

test("a page of which hardly any word is sure has no text", () => {
  expect(textOf(readingOf(paragraph("TSH:65 AHSS:70 SOPO:30", "ok:95 HSA:62")))).toEqual({ text: "", confidence: 0 });
});

test("a page is no rubbish because of the keys and addresses on it, which are hardly ever read for sure", () => {
  const key = `${"AAAAB3NzaC1yc2EAAAADAQABAAAB".repeat(2)}:20`;
  const sure = Array.from({ length: 12 }, () => "connect:95").join(" ");
  const few = Array.from({ length: 4 }, () => "connect:95").join(" ");

  expect(textIn(paragraph(sure, ...Array.from({ length: 20 }, () => key)))).toBe(sure.replaceAll(":95", ""));
  expect(textIn(paragraph(few, ...Array.from({ length: 20 }, () => key)))).toBe("");
});

test("the numbers on a page in another script are read, unless they are few or always the same", () => {
  const rubbish = Array.from({ length: 40 }, () => "SOPOTSH:30").join(" ");
  const different = Array.from({ length: 15 }, (_, index) => `${30 + index},50;:65`);
  const same = Array.from({ length: 15 }, () => "16:65");

  expect(textIn([...paragraph(rubbish), ...paragraph(different.join(" "))])).toMatch(/^30,50; .* 44,50;$/);
  expect(textIn([...paragraph(rubbish), ...paragraph(different.slice(1).join(" "))])).toBe("");
  expect(textIn([...paragraph(rubbish), ...paragraph(same.join(" "))])).toBe("");
});

test("a page of unsure words has a text where the most frequent words of a language are among them", () => {
  const unsure = Array.from({ length: 40 }, () => "vellecad:30").join(" ");

  expect(textIn(paragraph(unsure, "The:65 fox:70", "and:65 hen:70", "with:65 one:70", "egg:70 from,:65"))).toMatch(/^The fox\n/);
  expect(textIn(paragraph(unsure, "The:65 fox:70", "and:65 hen:70", "with:65 one:70", "egg:70 from:55"))).toBe("");
  expect(textIn(paragraph(unsure, "Tale:65 Vid:70", "lov:65 ol:70", "taly:65 lole:70", "Tiglo:65 idly:70"))).toBe("");
});

test("of few letters half have to be sure", () => {
  expect(textIn(paragraph("22:90 40.:90", "SbO:30 oF:20 Hz:30 J7I:20 xK:30"))).toBe("");
  expect(textIn(paragraph("22:90 40.:90", "So:30"))).toBe("22 40.");
  expect(textIn(paragraph("42:90"))).toBe("42");
});

test("the confidence is that of the characters that are kept", () => {
  expect(textOf(readingOf(paragraph("abcd:90 efghijkl:96", "rubbish:10"))).confidence).toBeCloseTo((4 * 0.9 + 8 * 0.96) / 12);
});

test("letters of unsure words are worth less, and of words that are left out nothing", () => {
  expect(readingOf(paragraph("abcd:90", "efgh:20"))).toMatchObject({ letters: 4, worth: 4 * 0.9 ** 2 });
  expect(readingOf([])).toMatchObject({ letters: 0, worth: 0, confidence: 0 });
  expect(readingOf(paragraph("TSH:65 AHSS:70 SOPO:30", "ok:95 HSA:62")).worth).toBe(0);
});
