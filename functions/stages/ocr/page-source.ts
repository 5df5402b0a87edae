import type { PageText } from "./page-image.ts";

/** A document that is read page by page; pages are counted from 0. */
export interface PageSource {
  readonly pageCount: number;
  /** Errors, {@link TimeLimitError} among them, leave nothing behind that the next document would meet. */
  readPage(page: number): Promise<PageText>;
}
