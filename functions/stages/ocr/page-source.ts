import type { PageText } from "./page-image.ts";

/** A document that is read page by page; pages are counted from 0. */
export interface PageSource {
  readonly pageCount: number;
  /** What can be thrown, a {@link TimeLimitError} among it, leaves nothing behind that the next document would meet. */
  readPage(page: number): Promise<PageText>;
}
