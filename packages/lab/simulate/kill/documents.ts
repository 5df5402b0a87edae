import { PDFDocument } from "pdf-lib";
import { PNG } from "pngjs";
import { createRandom, type Random } from "../../evaluate/ocr/random.ts";
import { renderSheet } from "../../evaluate/ocr/render-sheet.ts";
import { typeset } from "../../evaluate/ocr/typeset.ts";

/** A document, and what its job must end with. */
export interface ExpectedDocument {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly isUploaded: boolean;
  /** As {@link outcomeOf} says it. */
  readonly outcome: string;
}

/** The part of a job's record that says how it ended. */
export interface JobRecord {
  readonly jobId: string;
  readonly status: string;
  readonly text?: string;
  readonly errorCode?: string;
  readonly result?: { readonly ocr?: object; readonly mlInference?: object; readonly search?: { readonly relatedDocumentsFound?: number } };
}

/** The end of a job in a line: its text and the number of related documents where all three results are there, or its error. */
export function outcomeOf({ status, text, errorCode, result = {} }: JobRecord): string {
  const isWhole = result.ocr !== undefined && result.mlInference !== undefined && result.search !== undefined;
  if (status === "DONE") return isWhole ? `DONE ${result.search?.relatedDocumentsFound} ${text}` : "DONE without all of its results";
  return `${status} ${errorCode}`;
}

const doneWith = (text: string) => `DONE 0 ${text}`;

/** Words on scans. One word makes no document related to another. */
const scanned = ["Glacier", "Harbour", "Orchestra", "Expedition"];

/** Makes documents by their number, the same for the same seed. All but scans have words that no other one has. */
export async function documentSource(seed: number): Promise<(index: number) => Promise<ExpectedDocument>> {
  const scans = await Promise.all(scanned.map(scanOf));
  return async (index) => {
    const random = createRandom(seed * 100_003 + index);
    const isUploaded = random.chance(0.5);
    const kind = random.next();
    if (kind < 0.06) return { ...random.pick(scans), isUploaded };
    if (kind < 0.12) return { ...(await written(wordsOf(index))), isUploaded };
    if (kind < 0.16) return { ...damaged, isUploaded };
    return textOf(random.chance(0.2) ? longText(index, random) : wordsOf(index));
  };
}

const wordsOf = (index: number): string => `Quill${index} ember${index}, marsh${index}!`;

/** Too long for a record: it lives in the bucket. */
const longText = (index: number, random: Random): string => `${wordsOf(index)} `.repeat(random.integer(20, 60)).trim();

function textOf(text: string): ExpectedDocument {
  return { contentType: "text/plain", body: Buffer.from(text), isUploaded: false, outcome: doneWith(text) };
}

const sheet = { size: [240, 60], margin: 16, columns: 1, font: "Helvetica", fontSize: 24, leading: 1 } as const;

/** A picture of a word. */
async function scanOf(word: string): Promise<ExpectedDocument> {
  const { grey, width, height } = await renderSheet((await typeset({ ...sheet, paragraphs: [word] })).pdf, 200);
  const png = new PNG({ width, height });
  for (const [at, value] of grey.entries()) png.data.set([value, value, value, 255], 4 * at);
  return { contentType: "image/png", body: PNG.sync.write(png, { colorType: 0 }), isUploaded: false, outcome: doneWith(word) };
}

/** A PDF with a text of its own. */
async function written(text: string): Promise<ExpectedDocument> {
  const document = await PDFDocument.create();
  document.addPage([600, 100]).drawText(text, { x: 20, y: 40, size: 14 });
  return { contentType: "application/pdf", body: await document.save(), isUploaded: false, outcome: doneWith(text) };
}

const damaged: ExpectedDocument = {
  contentType: "application/pdf",
  body: Buffer.from("%PDF-1.7\nNothing follows."),
  isUploaded: false,
  outcome: "ERROR DocumentUnreadable",
};
