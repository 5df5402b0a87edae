import { expect, test } from "vitest";
import { openEngine } from "../../../../functions/stages/ocr/engine.ts";
import { readingOf, textOf } from "../../../../functions/stages/ocr/reading.ts";
import { Canvas } from "../../../../packages/lab/evaluate/ocr/families/canvas.ts";

const lines = ["Jürgen Weiß, Geschäftsführer", "Wir schicken Ihnen zwölf große Tische", "gegen Gebühr, außer an Feiertagen"];

test.each([
  ["eng+deu", true],
  ["eng", false],
])("a German page is read letter by letter with its language configured: %s", async (languages, isRead) => {
  const canvas = await Canvas.open(300, 100, ["Helvetica"]);
  for (const [index, line] of lines.entries()) canvas.text(20, 30 + 22 * index, line, { font: "Helvetica", size: 12 });
  const { page } = await canvas.drawn(150);

  const { text } = textOf(readingOf((await openEngine(languages)).read(page)));

  expect(text.split(/\n+/).join("\n") === lines.join("\n")).toBe(isRead);
});
