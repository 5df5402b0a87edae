import { execFileSync } from "node:child_process";
import { Pace } from "../../../../functions/stages/ocr/pace.ts";
import type { PageReader } from "../../../../functions/stages/ocr/page-reader.ts";
import { charactersOf, cleanText } from "../../../../functions/stages/ocr/pdf/page-layer.ts";
import { PdfDocument } from "../../../../functions/stages/ocr/pdf/pdf-document.ts";
import { openPdf } from "../../../../functions/stages/ocr/pdf/pdf-pages.ts";
import { textInOrder } from "../../../../functions/stages/ocr/pdf/reading-order.ts";
import { createRandom } from "../ocr/random.ts";
import { wordsFound } from "../ocr/words-found.ts";
import { layoutFamilies } from "./layout-families.ts";
import { pdfFamilies } from "./pdf-families.ts";
import { wordOrderError } from "./word-order-error.ts";

const millis = 600_000;
const remainingMillis = (): number => millis;

export interface BeliefRow {
  readonly family: string;
  readonly isDigital: boolean;
  /** Pages whose layer was believed, of all. */
  readonly believed: number;
  readonly pages: number;
  /** The mean share of the words of a page that are in its text, and the mean of its confidence. */
  readonly words: number;
  readonly confidence: number;
  /** Of the page without the engine's reading. */
  readonly cpuMillis: number;
}

/** Asks of drawn pages of each family if their layer is believed, and how much of their text there is in the end. */
export async function evaluateBelief(reader: PageReader, seed: number, pages: number): Promise<BeliefRow[]> {
  const rows: BeliefRow[] = [];
  for (const [family, { isDigital, make }] of Object.entries(pdfFamilies)) {
    let [believed, words, confidence, cpuMillis] = [0, 0, 0, 0];
    for (let index = 0; index < pages; index++) {
      const { pdf, truth } = await make(createRandom(1000 * seed + index));
      const source = await openPdf(pdf, new Pace(remainingMillis), async (image) => reader.read(image, { remainingMillis }));
      const before = process.cpuUsage();
      const layer = await source.readLayer(0);
      cpuMillis += process.cpuUsage(before).user / 1000;
      const page = layer ?? (await source.readPage(0));
      believed += Number(layer !== undefined);
      words += wordsFound(truth, page.text);
      confidence += page.confidence;
    }
    rows.push({ family, isDigital, believed, pages, words: words / pages, confidence: confidence / pages, cpuMillis: cpuMillis / pages });
  }
  return rows;
}

export interface OrderRow {
  readonly family: string;
  /** Mean word order errors: of this project, of `pdftotext`, and of pdfium by itself. */
  readonly ours: number;
  readonly pdftotext: number;
  readonly pdfium: number;
}

/**
 * Compares the order of the words of drawn pages with that of their text.
 *
 * @throws Error where the machine has no `pdftotext`.
 */
export async function evaluateOrder(seed: number, pages: number): Promise<OrderRow[]> {
  const rows: OrderRow[] = [];
  for (const [family, make] of Object.entries(layoutFamilies)) {
    const sums = { ours: 0, pdftotext: 0, pdfium: 0 };
    for (let index = 0; index < pages; index++) {
      const { pdf, truth } = await make(createRandom(1000 * seed + index));
      const layer = (await PdfDocument.open(pdf, millis)).readLayer(0, millis);
      const errorOf = (text: string): number => wordOrderError(cleanText(truth), cleanText(text));
      sums.ours += errorOf(textInOrder(layer));
      sums.pdftotext += errorOf(execFileSync("pdftotext", ["-", "-"], { input: pdf, encoding: "utf8" }));
      sums.pdfium += errorOf(charactersOf(layer));
    }
    rows.push({ family, ours: sums.ours / pages, pdftotext: sums.pdftotext / pages, pdfium: sums.pdfium / pages });
  }
  return rows;
}
