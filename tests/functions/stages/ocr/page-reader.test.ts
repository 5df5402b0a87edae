import { beforeAll, expect, test } from "vitest";
import { surveyOf } from "../../../../functions/stages/ocr/clean-up/survey.ts";
import { turned } from "../../../../functions/stages/ocr/clean-up/turn.ts";
import { decodeImage } from "../../../../functions/stages/ocr/decode-image.ts";
import type { Engine, Manner } from "../../../../functions/stages/ocr/engine.ts";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { openPageReader, type PageReader, pageReaderWith } from "../../../../functions/stages/ocr/page-reader.ts";
import { characterErrorRate } from "../../../../packages/lab/evaluate/ocr/character-error-rate.ts";
import { Canvas, type Ink } from "../../../../packages/lab/evaluate/ocr/families/canvas.ts";
import { colourPngOf, testPage } from "../../../../packages/lab/evaluate/ocr/pages.ts";
import { photographedPage, twoColumnScan } from "../../../../packages/lab/evaluate/ocr/samples.ts";
import { wordsFound } from "../../../../packages/lab/evaluate/ocr/words-found.ts";
import { leaningSign } from "./leaning-sign.ts";

const unhurried = { remainingMillis: () => 60_000 };
let reader: PageReader;

beforeAll(async () => {
  reader = await openPageReader();
});

test("a photograph is read, its shadow and its slant notwithstanding", async () => {
  const { document, truth } = await photographedPage(2);

  const { text, confidence } = reader.read(await decodeImage(document), unhurried);

  expect(characterErrorRate(truth, text)).toBeLessThan(0.02);
  expect(confidence).toBeGreaterThan(0.85);
});

test("columns are read one after the other, also on a page that lies on its side", async () => {
  const { document, truth } = await twoColumnScan(2);

  const { text } = reader.read(turned(await decodeImage(document), 3), unhurried);

  expect(characterErrorRate(truth, text)).toBeLessThan(0.02);
});

test("a page is read of which one half is light on dark", async () => {
  const { document, truth } = await twoColumnScan(2);
  const page = await decodeImage(document);
  const grey = page.grey.slice();
  for (let at = grey.length >> 1; at < grey.length; at++) grey[at] = 255 - (grey[at] ?? 0);

  const { text } = reader.read({ ...page, grey }, unhurried);

  expect(wordsFound(truth, text)).toBeGreaterThan(0.9);
});

test("names between the lines of a map are read", async () => {
  const canvas = await Canvas.open(300, 240, ["Helvetica"]);
  for (const radius of [20, 40, 150]) canvas.ellipse(150, 120, radius, radius, { border: 0.5, thickness: 0.8 });
  const names = ["Gull Point", "Harbour", "Old Quarry", "Lighthouse"];
  const places = [
    [60, 60],
    [200, 90],
    [40, 150],
    [170, 200],
  ] as const;
  for (const [index, [x, y]] of places.entries()) canvas.text(x, y, names[index] ?? "", { font: "Helvetica", size: 12 });
  const { page } = await canvas.drawn(150);

  const { text } = reader.read(page, unhurried);

  expect(wordsFound(names.join(" "), text)).toBeGreaterThan(0.7);
});

test("white words on a green band above black print are read", async () => {
  const canvas = await Canvas.open(500, 260, ["Helvetica", "Helvetica-Bold"]);
  canvas.box(0, 0, 500, 30, { fill: [0.1, 0.5, 0.3] });
  canvas.text(18, 21, "Lower region of the doctor", { font: "Helvetica-Bold", size: 14, ink: 1 });
  const rows = [
    "5 January weekly season Exeter",
    "7 November old weather Florence",
    "17 August patient powder Toledo",
    "24 June public figure Rosa",
  ];
  for (const [at, row] of rows.entries()) canvas.text(18, 60 + 24 * at, row, { font: "Helvetica-Bold", size: 12, ink: 0.15 });
  const { page } = await canvas.drawn(200);

  const { text } = reader.read(page, unhurried);

  expect(wordsFound(["Lower region of the doctor", ...rows].join(" "), text)).toBe(1);
});

test("grey notes below black print are read", async () => {
  const canvas = await Canvas.open(400, 200, ["Helvetica"]);
  const print = [
    "Invoice for the repair of the harbour crane",
    "Three days of work and the parts of the winch",
    "Amount to be paid by the end of May",
  ];
  const notes = ["Grey notes tell what is paid and when", "and what has to be done otherwise"];
  for (const [at, line] of print.entries()) canvas.text(20, 30 + 24 * at, line, { font: "Helvetica", size: 12 });
  for (const [at, line] of notes.entries()) canvas.text(20, 140 + 18 * at, line, { font: "Helvetica", size: 10, ink: 0.66 });
  const { page } = await canvas.drawn(150);

  const { text } = reader.read(page, unhurried);

  expect(wordsFound([...print, ...notes].join(" "), text)).toBe(1);
});

test("words in boxes and in the low dark head of a table are read, of which the engine passes over some", async () => {
  const { document, truth } = await testPage("invoices and forms", 918_273, 1);

  const { text } = reader.read(await decodeImage(document), unhurried);

  expect(wordsFound(truth, text)).toBeGreaterThan(0.75);
  for (const word of ["Name", "Address", "Date", "Description", "Quantity", "Price", "Amount"]) expect(text).toContain(word);
});

test.each([
  [["Harbour", "Lighthouse"], -4.5],
  [["Oslo"], 3],
  [["QUARRY", "Open 24 hours"], 6],
])("light words on a dark sign that leans in front of a wall are read: %s", async (words, degrees) => {
  const { text } = reader.read(await leaningSign(words, degrees), unhurried);

  expect(wordsFound(words.join(" "), text)).toBe(1);
});

test("black words in red frames on a blue ground are read", async () => {
  const canvas = await Canvas.open(400, 200, ["Helvetica"]);
  const look = { font: "Helvetica", size: 11 } as const;
  const lines = ["Maxim Integrated Product", "Long Beach Memorial Center", "Southern California Edison", "Monterey Layoff Permanent"];
  canvas.box(0, 0, 400, 200, { fill: [0.8, 0.8, 1] });
  for (const [index, line] of lines.entries()) {
    let x = 20;
    for (const word of line.split(" ")) {
      canvas.box(x - 1, 31 + index * 22, canvas.widthOf(word, look) + 2, 11.5, { border: [1, 0, 0], thickness: 1 });
      canvas.text(x, 40 + index * 22, word, look);
      x += canvas.widthOf(`${word} `, look) + 2;
    }
  }
  const { page, colours = new Uint8Array() } = await canvas.drawnInColours(96);
  const image = await decodeImage({ type: "image/png", bytes: colourPngOf({ ...page, colours }) });

  const inColours = reader.read(image, unhurried);
  const inGrey = reader.read({ ...image, tints: [] }, unhurried);

  expect(wordsFound(lines.join(" "), inColours.text)).toBeGreaterThan(0.8);
  expect(wordsFound(lines.join(" "), inGrey.text)).toBeLessThan(0.5);
});

test("a page in another script is an empty text", async () => {
  const canvas = await Canvas.open(400, 200, ["DejaVuSans"]);
  const lines = [
    "каждый гражданин имеет право на образование",
    "железнодорожный мост через быструю реку",
    "щенок ждал хозяина у двери дома",
  ];
  for (const [index, line] of lines.entries()) canvas.text(30, 50 + index * 30, line, { font: "DejaVuSans", size: 12 });
  const { page } = await canvas.drawn(150);

  expect(reader.read(page, unhurried)).toEqual({ text: "", confidence: 0 });
});

test("an empty page is an empty text", () => {
  const page = { grey: new Uint8Array(600 * 800).fill(240), width: 600, height: 800 };

  const { text } = reader.read(page, unhurried);

  expect(text).toBe("");
});

test("without time a page is read once, and not tried in other ways", () => {
  const blocks = Uint8Array.from({ length: 400 * 300 }, (_, at) => (at % 40 < 12 && Math.floor(at / 400) % 50 < 14 ? 0 : 240));
  let asked = 0;

  reader.read({ grey: blocks, width: 400, height: 300 }, { remainingMillis: () => 1000 - 400 * asked++ });

  // Before the first reading, after it, and before the attempt that there is no time for.
  expect(asked).toBe(3);
});

/** An engine that takes as much for letters as a full page has of them, where it sees any, and how many pixels it was given at each reading. */
function recordingEngine(confidence: number | ((page: PageImage, manner: Manner) => number), sees = (_: PageImage) => true) {
  const readings: number[] = [];
  const engine: Engine = {
    read(page, manner = {}) {
      readings.push(page.width * page.height);
      if (!sees(page)) return [];
      const sure = typeof confidence === "number" ? confidence : confidence(page, manner);
      const box = { left: 0, top: 0, right: page.width - 1, bottom: page.height - 1 };
      return Array.from({ length: 100 }, () => ({ text: "e".repeat(Math.ceil(page.width / 100)), confidence: sure, box }));
    },
  };
  return { readings, reader: pageReaderWith(engine) };
}

/** Level lines of letters of 12 pixels and more, on white or on a coloured ground; of 5 pixels where they are small. */
async function lines(ground: Ink = 1, dpi = 150, pitch = 22): Promise<PageImage & { readonly colours: Uint8Array }> {
  const canvas = await Canvas.open(500, 500, ["DejaVuSans"]);
  canvas.box(0, 0, 500, 500, { fill: ground });
  for (let y = 40; y < 480; y += pitch)
    canvas.text(30, y, "the quick brown fox jumps over the lazy dog and back", { font: "DejaVuSans", size: 11 });
  const { page, colours = new Uint8Array() } = await canvas.drawnInColours(dpi);
  return { ...page, colours };
}

test("a page that needs nothing is read once, as it came", async () => {
  const page = await lines();
  const { readings, reader } = recordingEngine(0.95);

  reader.read(page, unhurried);

  expect(readings).toEqual([page.width * page.height]);
});

test("a page of small letters of no clear direction, of which nothing is seen, is not read enlarged", async () => {
  const page = await lines(1, 60, 13);
  const { readings, reader } = recordingEngine(0, () => false);

  reader.read(page, unhurried);

  expect(readings).toContain(page.width * page.height);
  expect(Math.max(...readings)).toBe(page.width * page.height);
});

test.each([
  ["enlarged", (isEnlarged: boolean) => (isEnlarged ? 0.95 : 0.3)],
  ["as large as it is", (isEnlarged: boolean) => (isEnlarged ? 0.3 : 0.95)],
])("of a page of small letters that is read better %s that reading counts", async (_, confidence) => {
  const page = await lines(1, 60, 13);
  const pixels = page.width * page.height;
  const isPart = ({ width, height }: PageImage) => width * height < pixels;
  const { reader } = recordingEngine(
    (read) => confidence(read.width > page.width),
    (read) => !isPart(read),
  );

  expect(reader.read(page, unhurried).confidence).toBeCloseTo(0.95);
});

test("small print whose lines are as close as its letters is read enlarged where a part of it is read better so", async () => {
  const { reader } = recordingEngine(({ width }) => (width > 800 ? 0.95 : 0.5));

  expect(reader.read(await lines(1, 60, 12), unhurried).confidence).toBeCloseTo(0.95);
});

test("a page of which nothing is read for sure is read whole once, and upside down in part", async () => {
  const page = await lines();
  const { readings, reader } = recordingEngine(0.4);

  reader.read(page, unhurried);

  const [whole = 0, ...parts] = readings;
  expect(whole).toBe(page.width * page.height);
  expect(parts.length).toBe(2);
  expect(Math.max(...parts)).toBeLessThan(0.15 * whole);
});

test.each([
  ["few", 0.4, "sparse"],
  ["most", 0.8, "columns"],
])("a page of a few lines of which %s letters are read is read in the layout that gives more of them", async (_, share, layout) => {
  const page = await lines(1, 150, 150);
  const { letters } = surveyOf(page);
  const box = { left: 0, top: 0, right: page.width - 1, bottom: page.height - 1 };
  const engine: Engine = {
    read: (_page, manner = {}) => [
      { text: (manner.layout ?? "columns").padEnd(manner.layout === "sparse" ? letters : share * letters, "e"), confidence: 0.95, box },
    ],
  };

  expect(pageReaderWith(engine).read(page, unhurried).text).toMatch(new RegExp(`^${layout}`));
});

test("a page that lies on its side is not turned where neither way is read for sure", async () => {
  const page = turned(await lines(), 1);
  const { readings, reader } = recordingEngine(0.4);

  reader.read(page, unhurried);

  expect(readings.filter((pixels) => pixels > 200_000)).toHaveLength(1);
});

test("tints that show no more letters than a page that is read well are not read", async () => {
  const { colours, ...page } = await lines([1, 0.95, 0.4]);
  const image = await decodeImage({ type: "image/png", bytes: colourPngOf({ ...page, colours }) });
  const { readings, reader } = recordingEngine(0.95);

  reader.read(image, unhurried);

  expect(image.tints).toHaveLength(2);
  expect(readings).toEqual([page.width * page.height]);
});
