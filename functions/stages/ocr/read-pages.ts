import { StageError } from "../errors.ts";
import { Pace } from "./pace.ts";
import type { PageOutcome, PageSource } from "./page-source.ts";
import { DocumentTooLargeError } from "./stage.ts";
import { TimeLimitError } from "./time-limit.ts";

/** The pages without a text of their own that are read, the pages that are left to the parts, and the bytes of UTF-8 of a document's text. */
const maxEnginePages = 200;
const maxLeft = 2_000;
export const maxTextBytes = 1024 * 1024;

/** Milliseconds assumed for a page's layer before one has been read. */
const layerMillis = 400;

/** Reasons for which pages are left out that are no error's names. */
export const skipReasons = { time: "TimeLimit", pages: "PageLimit", text: "TextLimit" } as const;

/** What is known of a document before the engine reads. */
export interface KnownPages {
  readonly pageCount: number;
  /** Pages whose text the document itself holds, and those that cannot be read. Pages are counted from 0. */
  readonly pages: readonly (readonly [page: number, outcome: PageOutcome])[];
  /** Why the pages are left out that are neither among these nor left to the engine. */
  readonly rest: string;
}

/** A document's pages. It is opened when the first of them is read, and again after one has failed: the engines are in no known state then. */
export class Pages {
  readonly #open: () => Promise<PageSource>;
  readonly #pace: { readonly layers: Pace; readonly pages: Pace };
  #source: PageSource | undefined;
  #isUnread = true;

  /** @param remainingMillis milliseconds until the process is ended; reading ends five seconds before. */
  constructor(open: () => Promise<PageSource>, remainingMillis: () => number) {
    this.#open = open;
    this.#pace = { layers: new Pace(remainingMillis, layerMillis), pages: new Pace(remainingMillis) };
  }

  /**
   * Reads the text that the document itself holds of its pages.
   *
   * @returns what is known, and the pages that are left: those without such a text, and those that there was no time to ask.
   */
  async readLayers(): Promise<{ readonly known: KnownPages; readonly left: readonly number[] }> {
    const { pageCount } = await this.#opened();
    const [pages, left]: [[number, PageOutcome][], number[]] = [[], []];
    let bytes = 0;
    let page = 0;
    for (; page < pageCount && bytes <= maxTextBytes; page++) {
      const layer = await this.#try(this.#pace.layers, (source) => source.readLayer(page));
      if (layer === "no time") break;
      if (layer !== undefined) pages.push([page, layer]);
      else if (left.length < maxEnginePages) left.push(page);
      if (layer !== undefined && "text" in layer) bytes += Buffer.byteLength(layer.text);
    }
    const isFull = bytes > maxTextBytes;
    const mayHoldText = !isFull && left.length < maxEnginePages;
    while (mayHoldText && page < Math.min(pageCount, maxLeft)) left.push(page++);
    return { known: { pageCount, pages, rest: isFull ? skipReasons.text : skipReasons.pages }, left };
  }

  /** Reads a page. @returns nothing where there is no time for it. */
  async read(page: number): Promise<PageOutcome | undefined> {
    const outcome = await this.#try(this.#pace.pages, async (source) => (await source.readLayer(page)) ?? source.readPage(page));
    return outcome === "no time" ? undefined : outcome;
  }

  async #try(pace: Pace, read: (source: PageSource) => Promise<PageOutcome | undefined>): Promise<PageOutcome | undefined | "no time"> {
    if (!pace.hasTimeForPage()) return "no time";
    const isFirst = this.#isUnread;
    this.#isUnread = false;
    const source = isFirst ? await this.#opened() : await this.#openedAgain();
    if (source === undefined) return "no time";
    try {
      return await pace.time(() => read(source));
    } catch (error) {
      this.#source = undefined;
      if (error instanceof StageError) return { skipped: error.name };
      if (!(error instanceof TimeLimitError)) throw error;
      // It takes longer than a page may, or than all the time that there was; otherwise the pages before it have taken the time.
      return isFirst || pace.hasTimeForPage() ? { skipped: skipReasons.time } : "no time";
    }
  }

  /** @returns nothing where it takes longer than there is time: the pages that were read before stay. */
  async #openedAgain(): Promise<PageSource | undefined> {
    try {
      return await this.#opened();
    } catch (error) {
      if (error instanceof DocumentTooLargeError) return undefined;
      throw error;
    }
  }

  async #opened(): Promise<PageSource> {
    this.#source ??= await this.#open();
    return this.#source;
  }
}
