import type { ScannedDocument } from "../document.ts";
import { StageError } from "../errors.ts";
import { decodeImage } from "./decode-image.ts";
import { Pace } from "./pace.ts";
import type { PageImage, PageText } from "./page-image.ts";
import { openPageReader, type PageReader } from "./page-reader.ts";
import type { PageSource } from "./page-source.ts";
import { openPdf } from "./pdf/pdf-pages.ts";
import { readPages } from "./read-pages.ts";
import { DocumentTooLargeError, DocumentUnreadableError, NoTextFoundError } from "./stage.ts";
import { TimeLimitError, withinTime } from "./time-limit.ts";

/** The text of a document. */
export interface DocumentText {
  /** Pages are divided by an empty line. */
  readonly text: string;
  readonly pageCount: number;
  /** The number of them, from the first on, that are in `text`: at most 20, and fewer where the time ran out. */
  readonly pagesRead: number;
  /** The mean confidence in the characters, 0..1 in steps of 0.01; text that a PDF holds as such counts as 1. */
  readonly confidence: number;
}

/**
 * Reads the text of an image or a PDF.
 *
 * @param remainingMillis milliseconds until the process is ended; reading ends five seconds before.
 * @throws {@link DocumentUnreadableError} where it is damaged, or an engine fails at it.
 * @throws {@link DocumentTooLargeError} where it takes more pixels, memory or time than there are.
 * @throws {@link DocumentProtectedError} where it takes a password.
 * @throws {@link NoTextFoundError} where no page that was read has a letter or a digit on it.
 */
export async function readDocument(
  document: ScannedDocument,
  { remainingMillis }: { readonly remainingMillis: () => number },
): Promise<DocumentText> {
  const pace = new Pace(remainingMillis);
  const source = await open(document, pace);
  const pages = await readPages(source, pace);
  const written = pages.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
  if (written.length === 0) throw new NoTextFoundError("No page that was read has a letter or a digit on it.");
  const text = written.map((page) => page.text).join("\n\n");
  return { text, pageCount: source.pageCount, pagesRead: pages.length, confidence: confidenceOf(written) };
}

async function open(document: ScannedDocument, pace: Pace): Promise<PageSource> {
  const readImage = (image: PageImage): Promise<PageText> => readPageImage(image, pace);
  try {
    if (document.type === "application/pdf") return await openPdf(document.bytes, pace, readImage);
    const image = withinTime(pace.remainingMillis(), () => decodeImage(document));
    return { pageCount: 1, readLayer: async () => undefined, readPage: () => readImage(image) };
  } catch (error) {
    throw error instanceof TimeLimitError ? new DocumentTooLargeError("The document takes longer to be opened than there is time.") : error;
  }
}

/** Kept from one document to the next, unless it has failed: what it is then left in is not known. */
let reader: PageReader | undefined;

async function openedReader(): Promise<PageReader> {
  reader ??= await openPageReader();
  return reader;
}

async function readPageImage(image: PageImage, pace: Pace): Promise<PageText> {
  const opened = await openedReader();
  try {
    return withinTime(pace.remainingMillis(), () => opened.read(image, { remainingMillis: pace.remainingMillis }));
  } catch (error) {
    reader = undefined;
    throw error instanceof StageError || error instanceof TimeLimitError ? error : new DocumentUnreadableError();
  }
}

function confidenceOf(pages: readonly PageText[]): number {
  const characters = pages.reduce((sum, { text }) => sum + text.length, 0);
  const sure = pages.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0);
  return Math.round((100 * sure) / characters) / 100;
}
