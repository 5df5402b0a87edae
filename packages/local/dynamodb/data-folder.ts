import { mkdir, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { AwsError } from "../aws.ts";
import { DamagedDataError } from "../disk-fault.ts";
import { StartError } from "../start-error.ts";
import { database, type Level, type Store, type Write } from "./dynalite.ts";

/**
 * Opens the store in a folder, which it creates where there is none, or in memory.
 *
 * @param onDiskFault called for each later write that fails.
 * @throws an error of one sentence when the folder is in use or cannot be written.
 */
export async function openStore(folder?: string, onDiskFault: (error: unknown) => void = () => undefined): Promise<Store> {
  if (folder === undefined) return storeInMemory();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await refuseWithoutCurrent(folder);
    const store = database.create({ path: folder, createTableMs: 0 });
    await store.db.open();
    const { db } = store;
    const underneath: Store["db"] = Object.getPrototypeOf(db); // dynalite's own close is for good
    const level = { batch: db.batch.bind(db), open: () => db.open(), close: () => underneath.close.call(db) };
    const queue = new WriteQueue(level, { onDiskFault, freeBytes: () => freeBytesIn(folder) });
    return Object.assign(store, { db: Object.assign(db, { batch: queue.batch.bind(queue) }) });
  } catch (error) {
    throw error instanceof DamagedDataError ? error : refusalFor(folder, error);
  }
}

/**
 * It keeps each key and each value as a small buffer. Node cuts small buffers out of blocks of 64 KiB, and one that is kept keeps its
 * block: 50 KB for each job, which has 2 KB in the table. From here on, each buffer has a block of its own.
 */
function storeInMemory(): Store {
  Buffer.poolSize = 0;
  return database.create({ createTableMs: 0 });
}

/** @throws {@link DamagedDataError} for a LevelDB that has lost the file that names all others: LevelDB would begin a new one in silence. */
async function refuseWithoutCurrent(folder: string): Promise<void> {
  const names = await readdir(folder);
  const table = names.find((name) => /^MANIFEST-|\.(ldb|sst)$/.test(name));
  if (table === undefined || names.includes("CURRENT")) return;
  throw new DamagedDataError(
    `The file ${join(folder, "CURRENT")} is missing, without which the tables cannot be read; put a copy of the folder in its place, or start with --reset.`,
  );
}

function refusalFor(folder: string, error: unknown): Error {
  const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  if (cause?.code === "LEVEL_LOCKED")
    return new StartError(`The data folder ${folder} is in use by another npm start; stop it or choose another with --data.`);
  if (cause?.code === "LEVEL_CORRUPTION")
    return new DamagedDataError(
      `The tables in ${folder} are damaged (${cause.message}); put a copy of the folder in their place, or start with --reset.`,
    );
  if (cause !== undefined)
    return new DamagedDataError(`The tables in ${folder} cannot be opened (${cause.message}); choose another folder with --data.`);
  return new StartError(`The data folder ${folder} cannot be written (${code ?? message}); choose another with --data.`);
}

interface WriteQueueOptions {
  /** Called with the error of each write that failed. */
  readonly onDiskFault: (error: unknown) => void;
  /** Free bytes in the file system of the tables. */
  readonly freeBytes: () => Promise<number>;
}

/** The room that LevelDB needs to open: the writes of its log become a table of up to 4 MiB. */
const roomToOpenBytes = 8 * 1024 * 1024;

/** Free bytes of the file system that a folder lies on. */
async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Writes that belong together, and who waits for them. */
interface Waiting {
  readonly writes: readonly Write[];
  readonly done: (error?: unknown) => void;
}

/**
 * Does LevelDB's writes one after another, all that wait for one in a single batch, and reopens it before the next one where one has failed.
 *
 * A write that fails for want of room leaves its beginning in LevelDB's log. What LevelDB writes and acknowledges behind that
 * is gone when the log is next read, so nothing must be.
 */
export class WriteQueue {
  readonly #level: Pick<Level, "batch" | "open" | "close">;
  readonly #options: WriteQueueOptions;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #isSound = true;

  constructor(level: Pick<Level, "batch" | "open" | "close">, options: WriteQueueOptions) {
    this.#level = level;
    this.#options = options;
  }

  /** @throws {@link AwsError} `InternalServerError`, as DynamoDB answers it, where the write failed. */
  batch(writes: readonly Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, done: (error) => (error === undefined ? resolve() : reject(error)) });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      const error = await this.#write(together.flatMap(({ writes }) => writes)).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      for (const { done } of together) done(error);
    }
    this.#isWriting = false;
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
