import { isImage, type ScannedDocument } from "../document.ts";
import { StageError } from "../errors.ts";
import { openImage } from "./decode-image.ts";
import { type DocumentText, joinPages } from "./join-pages.ts";
import { Pace } from "./pace.ts";
import type { PageImage, PageText } from "./page-image.ts";
import { openPageReader, type PageReader } from "./page-reader.ts";
import type { PageOutcome, PageSource } from "./page-source.ts";
import { openPdf } from "./pdf/pdf-pages.ts";
import { Pages, skipReasons } from "./read-pages.ts";
import { DocumentTooLargeError, DocumentUnreadableError } from "./stage.ts";
import { TimeLimitError, withinTime } from "./time-limit.ts";

interface ReadingTime {
  /** Milliseconds until the process is ended; reading ends five seconds before. */
  readonly remainingMillis: () => number;
}

/** The pages of a document. */
export function pagesOf(document: ScannedDocument, { remainingMillis }: ReadingTime): Pages {
  const pace = new Pace(remainingMillis);
  return new Pages(() => open(document, pace), remainingMillis);
}

/**
 * Reads the text of an image or a PDF, as many of its pages as there is time for. A page that cannot be read is left out.
 *
 * @throws {@link DocumentUnreadableError} where it is damaged, or an engine fails at it.
 * @throws {@link DocumentTooLargeError} where it takes more pixels, memory or time than there are.
 * @throws {@link DocumentProtectedError} where it takes a password.
 * @throws {@link NoTextFoundError} where no page that was read has a letter or a digit on it.
 */
export async function readDocument(document: ScannedDocument, time: ReadingTime): Promise<DocumentText> {
  const pages = pagesOf(document, time);
  const { known, left } = await pages.readLayers();
  const read = new Map<number, PageOutcome>();
  for (const page of left) read.set(page, (await pages.read(page)) ?? { skipped: skipReasons.time });
  return joinPages(known, read);
}

async function open(document: ScannedDocument, pace: Pace): Promise<PageSource> {
  const readImage = (image: PageImage): Promise<PageText> => readPageImage(image, pace);
  try {
    return isImage(document) ? await openImage(document, pace, readImage) : await openPdf(document.bytes, pace, readImage);
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
