import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** A file to which this process alone adds whole lines. */
export class LineFile {
  readonly #descriptor: number;
  /** Bytes at the end that belong to a line which was not written whole. */
  #torn = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, "a", 0o600);
    this.bytes = fstatSync(this.#descriptor).size;
  }

  /** Its size. */
  bytes: number;

  /**
   * Adds a line, which has reached the operating system when the call returns.
   *
   * @throws the file system's error, after removing the part of the line that had been written.
   */
  append(line: string): void {
    this.#takeBack();
    const bytes = Buffer.from(`${line}\n`);
    try {
      while (this.#torn < bytes.length) this.#torn += writeSync(this.#descriptor, bytes, this.#torn);
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#torn = 0;
    this.bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #takeBack(): void {
    if (this.#torn === 0) return;
    ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size - this.#torn);
    this.#torn = 0;
  }
}
