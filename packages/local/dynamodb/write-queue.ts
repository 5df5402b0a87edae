import { statfs } from "node:fs/promises";
import { AwsError } from "../aws.ts";
import type { Level, Write } from "./dynalite.ts";

interface WriteQueueOptions {
  /** Told of each write that failed. */
  readonly onDiskFault: (error: unknown) => void;
  /** Free bytes where the tables lie. */
  readonly freeBytes: () => Promise<number>;
}

/** What LevelDB needs to open: the writes of its log become a table of up to 4 MiB. */
const roomToOpenBytes = 8 * 1024 * 1024;

/** Free bytes of the file system that a folder lies on. */
export async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Makes LevelDB's writes one after another, and opens it anew before the next one where one has failed.
 *
 * A write that fails for want of room leaves its beginning in LevelDB's log. What LevelDB writes and acknowledges behind that
 * is gone when the log is next read, so nothing must be.
 */
export class WriteQueue {
  readonly #level: Pick<Level, "batch" | "open" | "close">;
  readonly #options: WriteQueueOptions;
  #last: Promise<unknown> = Promise.resolve();
  #isSound = true;

  constructor(level: Pick<Level, "batch" | "open" | "close">, options: WriteQueueOptions) {
    this.#level = level;
    this.#options = options;
  }

  /** @throws {@link AwsError} `InternalServerError`, as DynamoDB answers it, where the write was not made. */
  batch(writes: readonly Write[]): Promise<void> {
    const written = this.#last.then(() => this.#write(writes));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(writes: readonly Write[]): Promise<void> {
    try {
      if (!this.#isSound) await this.#openAnew();
      await this.#level.batch(writes);
    } catch (error) {
      this.#isSound = false;
      this.#options.onDiskFault(error);
      throw new AwsError("InternalServerError", "Internal server error", 500);
    }
  }

  /** While there is no room, LevelDB stays as it is, so that it can be read. */
  async #openAnew(): Promise<void> {
    if ((await this.#options.freeBytes()) < roomToOpenBytes) throw Object.assign(new Error("no room"), { code: "ENOSPC" });
    await this.#level.close();
    await this.#level.open();
    this.#isSound = true;
  }
}
