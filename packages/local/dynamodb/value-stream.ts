import { Stream } from "node:stream";
import type { Item } from "./dynalite.ts";

/**
 * Values as dynalite reads them: `data` for each, then `end`, until it calls `destroy`, as every operation with a Limit does.
 * Not a Readable: what a listener of one throws ends the process. Here it fails the operation.
 */
export class ValueStream extends Stream {
  #stopped = false;

  /** @param fail takes what the reading or a listener throws. */
  constructor(values: AsyncIterable<Item>, fail: (error: unknown) => void) {
    super();
    this.#read(values).catch(fail);
  }

  destroy(): void {
    this.#stopped = true;
  }

  async #read(values: AsyncIterable<Item>): Promise<void> {
    for await (const value of values) {
      this.emit("data", value);
      if (this.#stopped) return;
    }
    this.emit("end");
  }
}
