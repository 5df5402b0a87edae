import { degrees, PDFDocument, type PDFFont, type PDFPage } from "pdf-lib";
import { embedFont, type FontName } from "../ocr/fonts.ts";
import type { Random } from "../ocr/random.ts";
import { heading, names, paragraph, places } from "../ocr/sentences.ts";
import { linesOf } from "../ocr/typeset.ts";
import type { PdfCase } from "./pdf-families.ts";

interface Line {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface Page {
  readonly document: PDFDocument;
  readonly page: PDFPage;
  readonly font: PDFFont;
  readonly size: number;
}

const fonts: readonly FontName[] = ["Times-Roman", "Helvetica", "DejaVuSerif"];

async function pageOf(random: Random): Promise<Page> {
  const document = await PDFDocument.create();
  return { document, page: document.addPage([595, 842]), font: await embedFont(document, random.pick(fonts)), size: random.integer(8, 11) };
}

/** Lines of text from the top of a column down, and where they end. */
function columnOf({ font, size }: Page, random: Random, x: number, width: number, top: number, bottom: number): Line[] {
  const lines: Line[] = [];
  for (let y = top; ; y -= 0.7 * size) {
    for (const text of linesOf(paragraph(random, 3), font, size, width)) {
      if (y < bottom) return lines;
      lines.push({ text, x, y });
      y -= 1.25 * size;
    }
  }
}

/** Draws lines in the order of the file that is wanted, and gives the page with the lines in the order in which they are read. */
async function drawn(
  { document, page, font, size }: Page,
  lines: readonly Line[],
  rowByRow: boolean,
  draw?: (line: Line) => void,
): Promise<PdfCase> {
  const order = rowByRow ? lines.toSorted((one, other) => other.y - one.y || one.x - other.x) : lines;
  for (const line of order) {
    if (draw === undefined) page.drawText(line.text, { x: line.x, y: line.y, size, font });
    else draw(line);
  }
  return { pdf: await document.save(), truth: lines.map(({ text }) => text).join("\n") };
}

const columns =
  (count: number, rowByRow: boolean) =>
  async (random: Random): Promise<PdfCase> => {
    const on = await pageOf(random);
    const gutter = random.integer(12, 26);
    const width = (495 - (count - 1) * gutter) / count;
    const title = { text: heading(random), x: 50, y: 790 };
    const foot = { text: `Page ${random.integer(1, 99)} of the report`, x: 250, y: 30 };
    const texts = Array.from({ length: count }, (_, column) =>
      columnOf(on, random, 50 + column * (width + gutter), width, 760, column === count - 1 ? random.integer(60, 500) : 60),
    );
    return drawn(on, [title, ...texts.flat(), foot], rowByRow);
  };

/** Columns under an abstract across the page, with a heading across it between two pairs of them. */
async function article(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const halves = (top: number, bottom: number) => [50, 305].flatMap((x) => columnOf(on, random, x, 240, top, bottom));
  const middle = random.integer(350, 450);
  const lines = [
    { text: heading(random), x: 200, y: 800 },
    ...columnOf(on, random, 90, 415, 770, 710),
    ...halves(680, middle + 40),
    { text: `${heading(random)}, ${heading(random)} and ${heading(random)}`, x: 50, y: middle },
    ...halves(middle - 30, 60),
  ];
  return drawn(on, lines, random.chance(0.5));
}

async function tableRows(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const rows = Array.from({ length: 30 }, (_, row) => {
    const cells = [String(row + 1), heading(random), random.pick(places), `${random.integer(1, 999)}.${random.integer(10, 99)}`];
    return cells.map((text, column) => ({ text, x: [50, 80, 350, 480][column] ?? 0, y: 740 - 20 * row }));
  });
  return drawn(
    on,
    [...columnOf(on, random, 50, 495, 800, 770), ...rows.flat(), ...columnOf(on, random, 50, 495, 110, 60)],
    random.chance(0.5),
  );
}

/** Two addresses beside each other, each drawn as a whole, above a text. */
async function letter(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const address = (x: number, y: number) =>
    [
      `${random.pick(names)} ${random.pick(names)}`,
      `${random.integer(1, 99)} ${random.pick(names)} Street`,
      `${random.integer(10_000, 99_999)} ${random.pick(places)}`,
      "Telephone and post by the porter",
    ].map((text, index) => ({ text, x, y: y - 1.3 * on.size * index }));
  return drawn(on, [...address(60, 790), ...address(370, 787), ...columnOf(on, random, 60, 475, 690, 100)], false);
}

/** Each letter is placed by itself, and there are no spaces. */
async function letterByLetter(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const lines = columnOf(on, random, 60, 475, 790, 300);
  const draw = ({ text, x, y }: Line) => {
    let left = x;
    for (const letter of text) {
      if (letter !== " ") on.page.drawText(letter, { x: left, y, size: on.size, font: on.font });
      left += on.font.widthOfTextAtSize(letter, on.size);
    }
  };
  return drawn(on, lines, false, draw);
}

/** Words are placed by themselves, spread to the width of the column, without spaces. */
async function justified(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const lines = [60, 310].flatMap((x) => columnOf(on, random, x, 225, 790, 300));
  const draw = ({ text, x, y }: Line) => {
    const words = text.split(" ");
    const rest = 225 - on.font.widthOfTextAtSize(words.join(""), on.size);
    let left = x;
    for (const word of words) {
      on.page.drawText(word, { x: left, y, size: on.size, font: on.font });
      left += on.font.widthOfTextAtSize(word, on.size) + Math.min(rest / (words.length - 1), 1.2 * on.size);
    }
  };
  return drawn(on, lines, true, draw);
}

const turned =
  (quarters: number) =>
  async (random: Random): Promise<PdfCase> => {
    const on = await pageOf(random);
    on.page.setRotation(degrees(90 * quarters));
    return drawn(
      on,
      [50, 310].flatMap((x) => columnOf(on, random, x, 235, 790, 200)),
      true,
    );
  };

async function sideways(random: Random): Promise<PdfCase> {
  const on = await pageOf(random);
  const lines = columnOf(on, random, 60, 700, 500, 60);
  return drawn(on, lines, false, ({ text, x, y }) =>
    on.page.drawText(text, { x: 595 - y, y: x, size: on.size, font: on.font, rotate: degrees(90) }),
  );
}

/** Pages by the order of their text; what is drawn row by row has to be put in order by its places. */
export const layoutFamilies: Readonly<Record<string, (random: Random) => Promise<PdfCase>>> = {
  "one column": async (random) => {
    const on = await pageOf(random);
    return drawn(on, columnOf(on, random, 60, 475, 790, 60), false);
  },
  "two columns": columns(2, false),
  "two columns, row by row": columns(2, true),
  "three columns, row by row": columns(3, true),
  "article with an abstract": article,
  "table between texts": tableRows,
  "addresses and a letter": letter,
  "letter by letter": letterByLetter,
  "justified columns without spaces": justified,
  "columns on a turned page": turned(1),
  "lines that run upwards": sideways,
};
