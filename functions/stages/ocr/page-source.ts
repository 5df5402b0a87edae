import type { PageText } from "./page-image.ts";

/** A document that is read page by page; pages are counted from 0. */
export interface PageSource {
  readonly pageCount: number;
  /** The page's text where the document itself holds it, without the OCR engine; nothing where the page has to be read by it. */
  readLayer(page: number): Promise<PageText | undefined>;
  /** Errors, {@link TimeLimitError} among them, leave nothing behind that the next document would meet. */
  readPage(page: number): Promise<PageText>;
}

/** A page that was left out, and why. */
export interface SkippedPage {
  readonly skipped: string;
}

/** The text of a page, or why there is none. */
export type PageOutcome = PageText | SkippedPage;
