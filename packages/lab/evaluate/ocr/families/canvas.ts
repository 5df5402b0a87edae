import { degrees, grayscale, PDFDocument, type PDFFont, type PDFPage, rgb } from "pdf-lib";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { embedFont, type FontName } from "../fonts.ts";
import { renderColours, renderSheet } from "../render-sheet.ts";
import { linesOf } from "../typeset.ts";

/** A grey value 0..1 from black to white, or red, green and blue. */
export type Ink = number | readonly [number, number, number];

export interface Look {
  readonly font: FontName;
  readonly size: number;
  readonly ink?: Ink;
}

/** Drawn, and what stands there in the order in which it was drawn. */
export interface Drawing {
  readonly page: PageImage & { readonly dpi: number };
  /** Four bytes a pixel, where the page is to be filed in its colours. */
  readonly colours?: Uint8Array;
  readonly truth: string;
}

/** A sheet that is drawn on from its top left, in points, and that remembers its text. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #document: PDFDocument;
  readonly #sheet: PDFPage;
  readonly #fonts: ReadonlyMap<FontName, PDFFont>;
  readonly #lines: string[] = [];

  private constructor(document: PDFDocument, sheet: PDFPage, fonts: ReadonlyMap<FontName, PDFFont>) {
    [this.#document, this.#sheet, this.#fonts] = [document, sheet, fonts];
    [this.width, this.height] = [sheet.getWidth(), sheet.getHeight()];
  }

  static async open(width: number, height: number, fonts: readonly FontName[]): Promise<Canvas> {
    const document = await PDFDocument.create();
    const embedded = new Map<FontName, PDFFont>();
    for (const font of new Set(fonts)) embedded.set(font, await embedFont(document, font));
    return new Canvas(document, document.addPage([width, height]), embedded);
  }

  widthOf(text: string, { font, size }: Look): number {
    return this.#font(font).widthOfTextAtSize(text, size);
  }

  /** The letters that a font has between two others. */
  lettersOf(font: FontName, first: string, last: string): string[] {
    const letters = this.#font(font)
      .getCharacterSet()
      .map((code) => String.fromCodePoint(code));
    return letters.filter((letter) => letter >= first && letter <= last);
  }

  /** Writes cells of one line, each `[x, text]` at its place on the base line `y`; `right` sets texts that end at their `x`. */
  row(y: number, cells: readonly (readonly [x: number, text: string])[], look: Look, right: readonly number[] = []): void {
    for (const [index, [x, text]] of cells.entries()) {
      const left = right.includes(index) ? x - this.widthOf(text, look) : x;
      this.unrecorded(left, y, text, look);
    }
    this.#lines.push(cells.map(([, text]) => text).join(" "));
  }

  text(x: number, y: number, text: string, look: Look): void {
    this.row(y, [[x, text]], look);
  }

  centred(y: number, text: string, look: Look, middle = this.width / 2): void {
    this.text(middle - this.widthOf(text, look) / 2, y, text, look);
  }

  /** A paragraph from the base line `y` down to the base line `bottom` at most. @returns the base line after it. */
  paragraph(x: number, y: number, width: number, text: string, look: Look, bottom = Number.POSITIVE_INFINITY): number {
    let next = y;
    for (const line of linesOf(text, this.#font(look.font), look.size, width)) {
      if (next > bottom) break;
      this.text(x, next, line, look);
      next += look.size * 1.3;
    }
    return next;
  }

  /** Text that is not expected to be read: decoration, or what stands aslant. */
  unrecorded(x: number, y: number, text: string, { font, size, ink = 0 }: Look, turn = 0): void {
    const place = { x, y: this.height - y, size, rotate: degrees(turn) };
    this.#sheet.drawText(text, { ...place, font: this.#font(font), color: colourOf(ink) });
  }

  line(x1: number, y1: number, x2: number, y2: number, { ink = 0, thickness = 0.7, dash }: Stroke = {}): void {
    const ends = { start: { x: x1, y: this.height - y1 }, end: { x: x2, y: this.height - y2 } };
    this.#sheet.drawLine({ ...ends, thickness, color: colourOf(ink), ...(dash && { dashArray: [...dash] }) });
  }

  polyline(points: readonly (readonly [number, number])[], stroke: Stroke = {}): void {
    for (const [index, [x, y]] of points.entries()) {
      const [fromX, fromY] = points[index - 1] ?? [x, y];
      if (index > 0) this.line(fromX, fromY, x, y, stroke);
    }
  }

  box(x: number, y: number, width: number, height: number, filling: Filling): void {
    this.#sheet.drawRectangle({ x, y: this.height - y - height, width, height, ...paintOf(filling) });
  }

  ellipse(x: number, y: number, across: number, down: number, filling: Filling): void {
    this.#sheet.drawEllipse({ x, y: this.height - y, xScale: across, yScale: down, ...paintOf(filling) });
  }

  async drawn(dpi: number): Promise<Drawing> {
    return { page: await renderSheet(await this.#document.save(), dpi), truth: this.#lines.join("\n") };
  }

  async drawnInColours(dpi: number): Promise<Drawing> {
    return { ...(await this.drawn(dpi)), colours: await renderColours(await this.#document.save(), dpi) };
  }

  #font(name: FontName): PDFFont {
    const font = this.#fonts.get(name);
    if (font === undefined) throw new Error(`The canvas was opened without ${name}.`);
    return font;
  }
}

interface Stroke {
  readonly ink?: Ink;
  readonly thickness?: number;
  readonly dash?: readonly number[];
}

interface Filling {
  readonly fill?: Ink;
  readonly border?: Ink;
  readonly thickness?: number;
}

const colourOf = (ink: Ink) => (typeof ink === "number" ? grayscale(ink) : rgb(...ink));

const paintOf = ({ fill, border, thickness = 0.7 }: Filling) => ({
  ...(fill !== undefined && { color: colourOf(fill) }),
  ...(border !== undefined && { borderColor: colourOf(border) }),
  borderWidth: border === undefined ? 0 : thickness,
});
