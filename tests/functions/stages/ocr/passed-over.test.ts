import { expect, test } from "vitest";
import type { Engine, Manner, Word } from "../../../../functions/stages/ocr/engine.ts";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { withRowsPassedOver } from "../../../../functions/stages/ocr/passed-over.ts";
import { readingOf, textOf } from "../../../../functions/stages/ocr/reading.ts";
import { Canvas } from "../../../../packages/lab/evaluate/ocr/families/canvas.ts";

const names = ["Harbour", "Lighthouse", "Old Quarry", "Gull Point", "Seven Sisters"];

/** Names one below the other, each 60 pixels below the one before. */
async function listOfNames(): Promise<PageImage> {
  const canvas = await Canvas.open(300, 30 + 40 * names.length, ["Helvetica"]);
  for (const [index, name] of names.entries()) canvas.text(20, 40 + 40 * index, name, { font: "Helvetica", size: 12 });
  return (await canvas.drawn(108)).page;
}

/** An engine that takes whatever it is given for the same words, and the lines that it was given. */
function engineThatReads(text: string, confidence: number | ((line: PageImage) => number)) {
  const lines: PageImage[] = [];
  const engine: Engine = {
    read(page: PageImage, manner: Manner = {}): Word[] {
      expect(manner).toEqual({ layout: "line" });
      lines.push(page);
      const sure = typeof confidence === "number" ? confidence : confidence(page);
      return text.split(" ").map((word, index) => ({
        ...{ text: word, confidence: sure, box: { left: 8, top: 8, right: page.width - 9, bottom: page.height - 9 } },
        ...(index === 0 && { begins: "line" as const }),
      }));
    },
  };
  return { engine, lines };
}

const wordOn = (text: string, fromRow: number, toRow: number, confidence = 0.95): Word => ({
  ...{ text, confidence, begins: "paragraph" },
  box: { left: 0, top: fromRow, right: 150, bottom: toRow },
});

const textWith = (engine: Engine, page: PageImage, words: readonly Word[]): string =>
  textOf(readingOf(withRowsPassedOver(engine, page, readingOf(words), false))).text;

test("each row without a likely word is read as a line, and stands where it is on the page", async () => {
  const page = await listOfNames();
  const { engine, lines } = engineThatReads("a name found", 0.95);

  const text = textWith(engine, page, [wordOn("above", 0, 90), wordOn("unsure", 105, 121, 0.2), wordOn("below", 210, 400)]);

  expect(lines).toHaveLength(2);
  expect(text).toBe("above\nname found\nname found\n\nbelow");
});

test("nothing is read again where a page is in another script, all of which was seen", async () => {
  const page = await listOfNames();
  const { engine, lines } = engineThatReads("a name", 0.95);
  const words = [wordOn("rabbish".repeat(7), 0, 20, 0.3)];

  expect(withRowsPassedOver(engine, page, readingOf(words), false)).toEqual(words);
  expect(lines).toEqual([]);
});

test("the rest of a picture is not read after three rows without a likely word, six where there are words", async () => {
  const page = await listOfNames();
  const picture = engineThatReads("~", 0.2);
  const print = engineThatReads("~", 0.2);

  withRowsPassedOver(picture.engine, page, readingOf([]), false);
  withRowsPassedOver(print.engine, page, readingOf([wordOn("above", 0, 90)]), false);

  expect(picture.lines).toHaveLength(3);
  expect(print.lines).toHaveLength(names.length - 1);
});

test("a line that is not read for sure is read once more with less around it, and the surer reading counts", async () => {
  const page = await listOfNames();
  const { engine, lines } = engineThatReads("Seven Sisters", (line) => (line.height > 35 ? 0.7 : 0.85));

  const [word] = withRowsPassedOver(engine, page, readingOf([wordOn("above", 0, 270)]), false).slice(1);

  expect(lines.map(({ width }) => width)).toEqual([...lines.map(({ width }) => width)].sort((one, other) => other - one));
  expect(lines).toHaveLength(2);
  expect(word).toMatchObject({ text: "Seven", confidence: 0.85 });
});

test.each([
  ["left out", 0.85, "Bay", "above"],
  ["kept where it is surer", 0.95, "Bay", "above\nBay"],
  ["kept where it is long", 0.85, "Lighthouse", "above\nLighthouse"],
])("of few unsure letters, which are hardly ever right, a row is %s", async (_, confidence, read, text) => {
  const page = await listOfNames();
  const { engine } = engineThatReads(read, confidence);

  expect(textWith(engine, page, [wordOn("above", 0, 270)])).toBe(text);
});

test("marks at the ends of a row are none of its words", async () => {
  const page = await listOfNames();
  const { engine } = engineThatReads("o Lighthouse I Bay |", 0.95);

  expect(textWith(engine, page, [wordOn("above", 0, 270)])).toBe("above\nLighthouse I Bay");
});
