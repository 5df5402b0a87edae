import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogLines } from "./log-lines.ts";

/** Read in one piece. */
const chunk = Buffer.alloc(256 * 1024);

/**
 * What a function's process writes: a file that no one else sees. A write to a pipe wakes the reader, in the midst of a call and for
 * each line; what is in a file is read once, with the call's answer. What a process has written before it is killed is in it too.
 */
export class OutputFile {
  /** To be the standard output and error of a process. */
  readonly descriptor: number;
  readonly #lines: LogLines;
  /** Bytes that have been read. */
  readBytes = 0;
  #isClosed = false;

  constructor(onLine: (line: string) => void) {
    const path = join(tmpdir(), `function-output-${randomUUID()}`);
    this.descriptor = openSync(path, "ax+", 0o600);
    rmSync(path); // it goes with its last descriptor
    this.#lines = new LogLines(onLine);
  }

  get unreadBytes(): number {
    return this.#isClosed ? 0 : fstatSync(this.descriptor).size - this.readBytes;
  }

  /** Hands on the lines that are new, or one piece of them. */
  read(piece = false): void {
    for (let bytes = chunk.length; bytes === chunk.length && !this.#isClosed; ) {
      bytes = readSync(this.descriptor, chunk, 0, chunk.length, this.readBytes);
      this.readBytes += bytes;
      if (bytes > 0) this.#lines.take(chunk.subarray(0, bytes));
      if (piece) return;
    }
  }

  /** Hands on what is left, a line without an end among it. Safe twice. */
  close(): void {
    if (this.#isClosed) return;
    this.read();
    this.#lines.flush();
    this.#isClosed = true;
    closeSync(this.descriptor);
  }
}
