const newline = 10;

/** The longest line that Lambda keeps in one piece. */
const maxLineBytes = 262_144;

/** Cuts what a process writes into lines. A longer one comes in pieces, so that no more than one piece is ever held. */
export class LogLines {
  readonly #onLine: (line: string) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  take(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(newline, from);
      const isTooLong = (end < 0 ? bytes.length : end) - from > maxLineBytes;
      if (end < 0 && !isTooLong) break;
      const to = isTooLong ? characterStart(bytes, from + maxLineBytes) : end;
      this.#onLine(bytes.toString("utf8", from, to));
      from = isTooLong ? to : to + 1;
    }
    this.#held = Buffer.from(bytes.subarray(from)); // a copy: the chunk is used again
  }

  /** Gives out the last line, which has no end. */
  flush(): void {
    if (this.#held.length > 0) this.#onLine(this.#held.toString());
    this.#held = Buffer.alloc(0);
  }
}

/** Where the UTF-8 character begins that has a byte at `index`. */
function characterStart(bytes: Buffer, index: number): number {
  let start = index;
  while (((bytes[start] ?? 0) & 0xc0) === 0x80 && index - start < 3) start--;
  return start;
}
