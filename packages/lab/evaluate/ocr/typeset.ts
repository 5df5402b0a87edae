import { PDFDocument, type PDFFont, type PDFPage } from "pdf-lib";
import { embedFont, type FontName } from "./fonts.ts";

export interface Sheet {
  /** Width and height in points, 1/72 inch. */
  readonly size: readonly [number, number];
  readonly margin: number;
  readonly columns: 1 | 2;
  readonly font: FontName;
  readonly fontSize: number;
  /** Between base lines, in font sizes. */
  readonly leading: number;
  readonly heading?: string;
  /** One paragraph each. What does not fit on the sheet is left out. */
  readonly paragraphs: readonly string[];
}

export interface TypesetSheet {
  readonly pdf: Uint8Array;
  /** The text of the sheet, column by column: lines ended by `\n`, an empty line between paragraphs. */
  readonly text: string;
}

interface Column {
  readonly left: number;
  readonly width: number;
}

const gutter = 26;

/** Sets a sheet as a one-page PDF. The same sheet gives the same picture. */
export async function typeset(sheet: Sheet): Promise<TypesetSheet> {
  const document = await PDFDocument.create();
  const font = await embedFont(document, sheet.font);
  const page = document.addPage([...sheet.size]);
  const set = [...drawHeading(page, font, sheet), ...drawParagraphs(page, font, sheet)];
  return { pdf: await document.save(), text: set.join("\n") };
}

const headingScale = 1.5;

function drawHeading(page: PDFPage, font: PDFFont, { size, margin, fontSize, heading }: Sheet): string[] {
  if (heading === undefined) return [];
  page.drawText(heading, { x: margin, y: size[1] - margin - fontSize * headingScale, size: fontSize * headingScale, font });
  return [`${heading}\n`];
}

function drawParagraphs(page: PDFPage, font: PDFFont, sheet: Sheet): string[] {
  const { size, margin, fontSize, leading, heading } = sheet;
  const top = size[1] - margin - (heading === undefined ? fontSize : fontSize * (headingScale + 2.2));
  const step = fontSize * leading;
  const set: string[] = [];
  const columns = columnsOf(sheet);
  let column = columns.shift();
  let y = top;
  for (const paragraph of sheet.paragraphs) {
    if (column === undefined) break;
    let lines: string[] = [];
    for (const line of linesOf(paragraph, font, fontSize, column.width)) {
      if (y < margin) {
        column = columns.shift();
        y = top;
      }
      if (column === undefined) break;
      page.drawText(line, { x: column.left, y, size: fontSize, font });
      lines = [...lines, line];
      y -= step;
    }
    set.push(`${lines.join("\n")}\n`);
    y -= step * 0.7;
  }
  return set;
}

function columnsOf({ size, margin, columns }: Sheet): Column[] {
  const width = (size[0] - 2 * margin - (columns - 1) * gutter) / columns;
  return Array.from({ length: columns }, (_, index) => ({ left: margin + index * (width + gutter), width }));
}

export function linesOf(paragraph: string, font: PDFFont, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (font.widthOfTextAtSize(longer, fontSize) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
