/** Milliseconds that are left for what comes after reading: the text is saved, and the record. */
const reserveMillis = 5_000;
/** Milliseconds assumed for a page before one has been read by the engine. */
const readingMillis = 5_000;
/** A page may take longer than all before it. */
const margin = 1.25;

/** Says before each page whether it would end in time, by the pages before it. */
export class Pace {
  readonly #remainingMillis: () => number;
  readonly #firstPageMillis: number;
  #maxPageMillis: number | undefined;

  /**
   * @param remainingMillis milliseconds until everything ends, read whenever asked.
   * @param firstPageMillis milliseconds assumed for the first page.
   */
  constructor(remainingMillis: () => number, firstPageMillis = readingMillis) {
    this.#remainingMillis = remainingMillis;
    this.#firstPageMillis = firstPageMillis;
  }

  /** Milliseconds that reading may still take. */
  readonly remainingMillis = (): number => Math.max(0, this.#remainingMillis() - reserveMillis);

  hasTimeForPage(): boolean {
    return margin * (this.#maxPageMillis ?? this.#firstPageMillis) <= this.remainingMillis();
  }

  /** Reads a page, and learns from it how long a page takes. */
  async time<T>(read: () => Promise<T>): Promise<T> {
    const before = this.#remainingMillis();
    const page = await read();
    this.#maxPageMillis = Math.max(this.#maxPageMillis ?? 0, before - this.#remainingMillis());
    return page;
  }
}
