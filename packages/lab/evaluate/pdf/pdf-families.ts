import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fontkit from "@pdf-lib/fontkit";
import { degrees, PDFDocument, type PDFFont, PDFName, type PDFPage, rgb, setTextRenderingMode, TextRenderingMode } from "pdf-lib";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";
import { rotated } from "../ocr/degrade/geometry.ts";
import { grainy, jpegOf } from "../ocr/degrade/noise.ts";
import { blurred } from "../ocr/degrade/optics.ts";
import { textless } from "../ocr/families/scenes.ts";
import { embedFont, type FontName } from "../ocr/fonts.ts";
import type { Random } from "../ocr/random.ts";
import { renderSheet } from "../ocr/render-sheet.ts";
import { heading, paragraph } from "../ocr/sentences.ts";
import { linesOf, typeset } from "../ocr/typeset.ts";

/** A page of a PDF with the text that a reader sees on it. */
export interface PdfCase {
  readonly pdf: Uint8Array;
  readonly truth: string;
}

export interface PdfFamily {
  /** True where the layer is all of the text and right, so that nothing is to be read off the page. */
  readonly isDigital: boolean;
  readonly make: (random: Random) => Promise<PdfCase>;
}

const a4 = [595, 842] as const;
const fonts: readonly FontName[] = ["Times-Roman", "Helvetica", "Courier", "DejaVuSans", "DejaVuSerif"];
const text = (random: Random, sentences: number): string[] => Array.from({ length: 3 }, () => paragraph(random, sentences));

interface Sheet {
  readonly document: PDFDocument;
  readonly page: PDFPage;
  readonly font: PDFFont;
  readonly random: Random;
}

async function sheet(random: Random): Promise<Sheet> {
  const document = await PDFDocument.create();
  return { document, page: document.addPage([...a4]), font: await embedFont(document, random.pick(fonts)), random };
}

/** Writes paragraphs between two heights and gives their lines. */
function write(on: Sheet, paragraphs: readonly string[], top: number, bottom: number, size = 11): string[] {
  return writeLines(on, paragraphs, top, bottom, size).map(({ line }) => line);
}

function writeLines(
  { page, font }: Sheet,
  paragraphs: readonly string[],
  top: number,
  bottom: number,
  size: number,
): { line: string; y: number }[] {
  const written: { line: string; y: number }[] = [];
  let y = top;
  for (const one of paragraphs) {
    for (const line of linesOf(one, font, size, 475)) {
      if (y < bottom) return written;
      page.drawText(line, { x: 60, y, size, font });
      written.push({ line, y });
      y -= 1.3 * size;
    }
    y -= 0.8 * size;
  }
  return written;
}

const finished = async ({ document }: Sheet, lines: readonly string[]): Promise<PdfCase> => ({
  pdf: await document.save(),
  truth: lines.join("\n"),
});

async function plain(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  return finished(on, write(on, text(random, 8), 780, 60, random.integer(9, 13)));
}

async function withPhotograph(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  const { page: photograph } = await textless(random);
  const jpeg = await on.document.embedJpg(Uint8Array.from(jpegOf(photograph, random.integer(50, 90))));
  const height = random.integer(150, 380);
  on.page.drawImage(jpeg, { x: 60, y: 780 - height, width: random.integer(200, 475), height });
  return finished(on, write(on, text(random, 8), 760 - height, 60));
}

async function withChart(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  const points = Array.from({ length: 40 }, (_, index) => `${index === 0 ? "M" : "L"}${index * 10},${random.integer(0, 200)}`).join(" ");
  on.page.drawSvgPath(points, { x: 80, y: 760, borderColor: rgb(0.1, 0.3, 0.7), borderWidth: 1.2 });
  for (let line = 0; line < 40; line++)
    on.page.drawLine({ start: { x: 80, y: 560 + 5 * line }, end: { x: 480, y: 560 + 5 * line }, thickness: 0.4 });
  for (let dot = 0; dot < 60; dot++)
    on.page.drawCircle({ x: random.integer(80, 480), y: random.integer(560, 760), size: random.between(1, 4), color: rgb(0.8, 0.2, 0.1) });
  const ticks = Array.from({ length: 6 }, (_, index) => String(index * 20));
  for (const [index, tick] of ticks.entries()) on.page.drawText(tick, { x: 60, y: 560 + 40 * index, size: 8, font: on.font });
  return finished(on, [...ticks, ...write(on, text(random, 6), 530, 60)]);
}

async function withTable(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  const lines = write(on, text(random, 2).slice(0, 1), 780, 600);
  for (let row = 0; row < 20; row++) {
    const cells = [String(row + 1), heading(random), String(random.integer(1, 99)), `${random.integer(1, 999)}.${random.integer(10, 99)}`];
    for (const [column, cell] of cells.entries()) {
      on.page.drawText(cell, { x: [64, 100, 400, 470][column] ?? 0, y: 600 - 20 * row, size: 10, font: on.font });
      on.page.drawRectangle({
        x: [60, 96, 396, 466][column] ?? 0,
        y: 594 - 20 * row,
        width: [36, 300, 70, 69][column] ?? 0,
        height: 20,
        borderWidth: 0.5,
        borderColor: rgb(0, 0, 0),
      });
    }
    lines.push(cells.join(" "));
  }
  return finished(on, lines);
}

/** A letterhead whose logo is a picture with a name in it, and a tinted ground. */
async function withLogo(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  on.page.drawRectangle({ x: 0, y: 0, width: a4[0], height: a4[1], color: rgb(0.94, 0.96, 1) });
  const logo = await PDFDocument.create();
  const logoPage = logo.addPage([160, 50]);
  logoPage.drawCircle({ x: 25, y: 25, size: 20, color: rgb(0.7, 0.1, 0.1) });
  logoPage.drawText(random.pick(["ACME", "Nordwind", "Hobbs", "Carver & Co"]), { x: 52, y: 16, size: 20 });
  const png = await on.document.embedJpg(Uint8Array.from(jpegOf(await renderSheet(await logo.save(), 200), 85)));
  on.page.drawImage(png, { x: 60, y: 770, width: 160, height: 50 });
  return finished(on, write(on, text(random, 8), 730, 60));
}

/** A slide: light print on a dark ground with a gradient in it. */
async function darkSlide(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  for (let step = 0; step < 60; step++)
    on.page.drawRectangle({ x: 0, y: step * 14.1, width: a4[0], height: 14.2, color: rgb(0.02 * (step % 20), 0.1, 0.3) });
  const lines = linesOf(text(random, 2)[0] ?? "", on.font, 20, 450);
  for (const [index, line] of lines.entries())
    on.page.drawText(line, { x: 70, y: 700 - 30 * index, size: 20, font: on.font, color: rgb(1, 1, 1) });
  return finished(on, lines);
}

async function printed(random: Random, dpi: number): Promise<{ image: PageImage; lines: string; pdf: Uint8Array }> {
  const paragraphs = text(random, 7);
  const look = { size: a4, margin: 70, columns: 1, font: random.pick(fonts), fontSize: random.between(9.5, 13), leading: 1.35 } as const;
  const { pdf, text: lines } = await typeset({ ...look, heading: heading(random), paragraphs });
  return { image: await renderSheet(pdf, dpi), lines, pdf };
}

const scanned = (page: PageImage, random: Random): PageImage =>
  grainy(blurred(rotated(page, random.between(-0.6, 0.6), 250), 0.5), random, 3);

/** A scan that fills the page, and what stands on it. */
async function scan(random: Random): Promise<Sheet & { lines: string }> {
  const on = await sheet(random);
  const { image, lines } = await printed(random, random.pick([150, 200, 300]));
  const jpeg = await on.document.embedJpg(Uint8Array.from(jpegOf(scanned(image, random), random.integer(50, 85))));
  on.page.drawImage(jpeg, { x: 0, y: 0, width: a4[0], height: a4[1] });
  return { ...on, lines };
}

const stamps = (random: Random): { text: string; x: number; y: number; size: number }[] => [
  {
    text: `DocuSign Envelope ID: 7B2F${random.integer(1000, 9999)}-44C1-4D9A-A8E1-0C5A${random.integer(1000, 9999)}D21F`,
    x: 20,
    y: 826,
    size: 8,
  },
  {
    text: `${random.integer(1, 28)}/03/2024 14:${random.integer(10, 59)} FAX 0049 30 ${random.integer(100_000, 999_999)} P. 003/011`,
    x: 30,
    y: 825,
    size: 10,
  },
  { text: `ABC-DEF-000${random.integer(1000, 9999)}`, x: 470, y: 14, size: 10 },
  { text: "Scanned with CamScanner", x: 430, y: 12, size: 10 },
  { text: `Page ${random.integer(1, 99)} of 120`, x: 270, y: 16, size: 10 },
];

async function stampedScan(random: Random): Promise<PdfCase> {
  const on = await scan(random);
  const stamp = random.pick(stamps(random));
  on.page.drawText(stamp.text, { ...stamp, font: on.font });
  return finished(on, [on.lines, stamp.text]);
}

async function scanUnderLines(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  const { image, lines } = await printed(random, 200);
  const jpeg = await on.document.embedJpg(Uint8Array.from(jpegOf(scanned(image, random), 75)));
  on.page.drawImage(jpeg, { x: 40, y: 20, width: 515, height: 729 });
  const above = write(on, [paragraph(random, 2)], 820, 790);
  return finished(on, [...above, lines]);
}

async function outlines(random: Random): Promise<PdfCase> {
  const on = await sheet(random);
  const font = fontkit.create(readFileSync(fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"))));
  const lines = linesOf(text(random, 4).join(" "), on.font, 12, 440).slice(0, 40);
  for (const [index, line] of lines.entries()) {
    let x = 60;
    for (const glyph of font.layout(line).glyphs) {
      // The y of a font runs upwards, that of SVG downwards.
      const path = glyph.path.toSVG().replace(/(-?[\d.]+) (-?[\d.]+)/g, (_, x, y) => `${x} ${-Number(y)}`);
      if (path !== "")
        on.page.drawSvgPath(path, { x, y: 760 - 16 * index, scale: 11 / font.unitsPerEm, color: rgb(0, 0, 0), borderWidth: 0 });
      x += (glyph.advanceWidth * 11) / font.unitsPerEm;
    }
  }
  const number = String(random.integer(1, 300));
  on.page.drawText(number, { x: 290, y: 20, size: 10, font: on.font });
  return finished(on, [...lines, number]);
}

/** A scan with an invisible text under it, as OCR programs write it; `misread` is what such a program made of each line. */
async function underlaid(random: Random, misread: (line: string) => string): Promise<PdfCase> {
  const on = await sheet(random);
  const image = await PDFDocument.create();
  const source = { document: image, page: image.addPage([...a4]), font: await embedFont(image, "Times-Roman"), random };
  const lines = writeLines(source, text(random, 8), 780, 60, 12);
  const jpeg = await on.document.embedJpg(
    Uint8Array.from(jpegOf(grainy(blurred(await renderSheet(await image.save(), 200), 0.5), random, 3), 75)),
  );
  on.page.drawImage(jpeg, { x: 0, y: 0, width: a4[0], height: a4[1] });
  const hidden = { ...on, font: await embedFont(on.document, "Times-Roman") };
  on.page.pushOperators(setTextRenderingMode(TextRenderingMode.Invisible));
  for (const { line, y } of lines) {
    const shown = misread(line);
    const size = (12 * hidden.font.widthOfTextAtSize(line, 12)) / hidden.font.widthOfTextAtSize(shown, 12);
    on.page.drawText(shown, { x: 60, y, size: Math.min(size, 14), font: hidden.font });
  }
  return finished(
    on,
    lines.map(({ line }) => line),
  );
}

const shifted = (line: string): string =>
  line
    .replace(/[a-z]/g, (letter) => String.fromCharCode(97 + ((letter.charCodeAt(0) - 94) % 26)))
    .replace(/[A-Z]/g, (letter) => String.fromCharCode(65 + ((letter.charCodeAt(0) - 62) % 26)));

const noise = "~^|_{}<>#*'`;:";
const scrambled =
  (random: Random) =>
  (line: string): string =>
    Array.from(line, (letter) =>
      letter !== " " && random.chance(0.75) ? (noise[random.integer(0, noise.length - 1)] ?? "") : letter,
    ).join("");

/** Right letters to be seen, and a table that says other ones. */
async function falseTable(random: Random, codeOf: (code: number) => number): Promise<PdfCase> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(random.pick(["Helvetica", "Times-Roman"]));
  const on = { document, page: document.addPage([...a4]), font, random };
  const lines = write(on, text(random, 5), 780, 60, 12);
  await document.flush();
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  const codes = Array.from({ length: 94 }, (_, index) => index + 33);
  const entries = codes.map((code) => `<${hex(code, 2)}> <${hex(codeOf(code), 4)}>`).join("\n");
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def 1 begincodespacerange <00> <ff> endcodespacerange\n${codes.length} beginbfchar\n${entries}\nendbfchar endcmap end end`;
  const dictionary = document.context.lookup(font.ref) as unknown as { set(name: PDFName, value: unknown): void };
  dictionary.set(PDFName.of("ToUnicode"), document.context.register(document.context.stream(map)));
  return finished(on, lines);
}

const caesar = (code: number): number =>
  /[a-w]|[A-W]/.test(String.fromCharCode(code)) ? code + 3 : /[x-z]|[X-Z]/.test(String.fromCharCode(code)) ? code - 23 : code;

async function watermarked(random: Random): Promise<PdfCase> {
  const on = await scan(random);
  on.page.drawText("CONFIDENTIAL", { x: 120, y: 250, size: 60, font: on.font, rotate: degrees(45), opacity: 0.2 });
  return finished(on, [on.lines, "CONFIDENTIAL"]);
}

export const pdfFamilies: Readonly<Record<string, PdfFamily>> = {
  text: { isDigital: true, make: plain },
  "text and a photograph": { isDigital: true, make: withPhotograph },
  "text and a chart": { isDigital: true, make: withChart },
  "text and a table": { isDigital: true, make: withTable },
  "letterhead with a logo": { isDigital: true, make: withLogo },
  "dark slide": { isDigital: true, make: darkSlide },
  "scan with a good layer": { isDigital: true, make: (random) => underlaid(random, (line) => line) },
  "stamped scan": { isDigital: false, make: stampedScan },
  "watermarked scan": { isDigital: false, make: watermarked },
  "scan under two lines": { isDigital: false, make: scanUnderLines },
  "outlines and a page number": { isDigital: false, make: outlines },
  "scan with a shifted layer": { isDigital: false, make: (random) => underlaid(random, shifted) },
  "scan with a scrambled layer": { isDigital: false, make: (random) => underlaid(random, scrambled(random)) },
  "letters named falsely": { isDigital: false, make: (random) => falseTable(random, caesar) },
  "glyph numbers for letters": { isDigital: false, make: (random) => falseTable(random, (code) => Math.max(33, code - 29)) },
};
