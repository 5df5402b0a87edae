import type { Pace } from "./pace.ts";
import type { PageText } from "./page-image.ts";
import type { PageSource } from "./page-source.ts";
import { DocumentTooLargeError } from "./stage.ts";
import { TimeLimitError } from "./time-limit.ts";

/** The pages and the bytes of UTF-8 of a document that are read. */
const maxPages = 20;
const maxTextBytes = 1024 * 1024;

/**
 * Reads a document's pages in order, as many of them as there is time and room for.
 *
 * @throws {@link DocumentTooLargeError} where not even the first one could be read.
 */
export async function readPages(source: PageSource, pace: Pace): Promise<PageText[]> {
  const pages: PageText[] = [];
  let bytes = 0;
  while (pages.length < Math.min(source.pageCount, maxPages)) {
    const page = await readInTime(source, pages.length, pace);
    if (page === undefined) return atLeastOne(pages, "The document takes longer to be read than there is time.");
    bytes += Buffer.byteLength(page.text);
    if (bytes > maxTextBytes)
      return atLeastOne(pages, `The document's first page has ${bytes} bytes of text; the limit is ${maxTextBytes}.`);
    pages.push(page);
  }
  return pages;
}

async function readInTime(source: PageSource, page: number, pace: Pace): Promise<PageText | undefined> {
  if (!pace.hasTimeForPage()) return undefined;
  try {
    return await pace.time(async () => (await source.readLayer(page)) ?? (await source.readPage(page)));
  } catch (error) {
    if (error instanceof TimeLimitError) return undefined;
    throw error;
  }
}

function atLeastOne(pages: PageText[], otherwise: string): PageText[] {
  if (pages.length === 0) throw new DocumentTooLargeError(otherwise);
  return pages;
}
