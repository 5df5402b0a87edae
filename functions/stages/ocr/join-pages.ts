import { StageCrashedError, StageFailedError, StageThrottledError } from "../errors.ts";
import type { PageText } from "./page-image.ts";
import type { PageOutcome } from "./page-source.ts";
import { type KnownPages, maxTextBytes, skipReasons } from "./read-pages.ts";
import { DocumentTooLargeError, DocumentUnreadableError, NoTextFoundError, UnsupportedDocumentError } from "./stage.ts";

/** Pages in a row that were left out for the same reason, counted from 1. */
export interface SkippedPages {
  readonly page: number;
  /** The last one, where it is more than one. */
  readonly lastPage?: number;
  readonly reason: string;
}

/** The text of a document. */
export interface DocumentText {
  /** Pages are divided by an empty line. */
  readonly text: string;
  readonly pageCount: number;
  /** The number of pages that were read, those without text among them. */
  readonly pagesRead: number;
  /** The others; only where there are any. */
  readonly pagesSkipped?: SkippedPages[];
  /** The mean confidence in the characters, 0..1 in steps of 0.01; text that a PDF holds as such counts as 1. */
  readonly confidence: number;
}

/**
 * Joins the pages of a document in order, as many of them as make up to 1 MiB of text.
 *
 * @param read the outcomes of pages that are not known without the engine.
 * @throws {@link NoTextFoundError} where there is no letter or digit on most pages, and otherwise the error that most pages have, if
 * none has text.
 */
export function joinPages({ pageCount, pages, rest }: KnownPages, read: ReadonlyMap<number, PageOutcome>): DocumentText {
  const known = new Map([...pages, ...read]);
  const found: PageText[] = [];
  const skipped: Required<SkippedPages>[] = [];
  let bytes = 0;
  for (let page = 0; page < pageCount; page++) {
    const outcome = known.get(page) ?? { skipped: rest };
    bytes += "text" in outcome ? Buffer.byteLength(outcome.text) : 0;
    if ("text" in outcome && bytes <= maxTextBytes) found.push(outcome);
    else addTo(skipped, page + 1, "text" in outcome ? skipReasons.text : outcome.skipped);
  }
  const written = found.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
  if (written.length === 0) throw errorOf(found.length, skipped);
  const text = written.map((page) => page.text).join("\n\n");
  const pagesSkipped = skipped.map(({ page, lastPage, reason }) => ({ page, ...(lastPage > page && { lastPage }), reason }));
  return {
    ...{ text, pageCount, pagesRead: found.length, confidence: confidenceOf(written) },
    ...(pagesSkipped.length > 0 && { pagesSkipped }),
  };
}

function addTo(skipped: Required<SkippedPages>[], page: number, reason: string): void {
  const last = skipped.at(-1);
  if (last?.lastPage === page - 1 && last.reason === reason) skipped[skipped.length - 1] = { ...last, lastPage: page };
  else skipped.push({ page, lastPage: page, reason });
}

const errorClasses = [
  ...[DocumentUnreadableError, DocumentTooLargeError, UnsupportedDocumentError, NoTextFoundError],
  ...[StageCrashedError, StageThrottledError, StageFailedError],
];

/** The error that tells of most pages why the document has no text. */
function errorOf(empty: number, skipped: readonly Required<SkippedPages>[]): Error {
  const counts = new Map([[NoTextFoundError.kind.name, empty]]);
  for (const { page, lastPage, reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + lastPage - page + 1);
  const [[reason] = [""]] = [...counts].sort(([, one], [, other]) => other - one);
  const known = errorClasses.find(({ kind }) => kind.name === reason);
  if (known === NoTextFoundError) return new NoTextFoundError("No page that was read has a letter or a digit on it.");
  if (known !== undefined) return new known();
  return new DocumentTooLargeError(
    reason === skipReasons.text
      ? `The document's first page has more than ${maxTextBytes} bytes of text, which is the limit.`
      : "The document takes longer to be read than there is time.",
  );
}

function confidenceOf(pages: readonly PageText[]): number {
  const characters = pages.reduce((sum, { text }) => sum + text.length, 0);
  const sure = pages.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0);
  return Math.round((100 * sure) / characters) / 100;
}
