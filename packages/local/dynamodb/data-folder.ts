import { mkdir } from "node:fs/promises";
import { database, type Store } from "./dynalite.ts";
import { freeBytesIn, WriteQueue } from "./write-queue.ts";

/**
 * Opens the store in a folder, which it makes where there is none, or in memory.
 *
 * @param onDiskFault told of each later write that fails.
 * @throws an error of one sentence when the folder is in use or cannot be written.
 */
export async function openStore(folder?: string, onDiskFault: (error: unknown) => void = () => undefined): Promise<Store> {
  if (folder === undefined) return database.create({ createTableMs: 0 });
  try {
    await mkdir(folder, { recursive: true });
    const store = database.create({ path: folder, createTableMs: 0 });
    await store.db.open();
    const { db } = store;
    const underneath: Store["db"] = Object.getPrototypeOf(db); // dynalite's own close is for good
    const level = { batch: db.batch.bind(db), open: () => db.open(), close: () => underneath.close.call(db) };
    const queue = new WriteQueue(level, { onDiskFault, freeBytes: () => freeBytesIn(folder) });
    return Object.assign(store, { db: Object.assign(db, { batch: queue.batch.bind(queue) }) });
  } catch (error) {
    throw new Error(sentenceFor(folder, error), { cause: error });
  }
}

function sentenceFor(folder: string, error: unknown): string {
  const { code, cause, message } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  if (cause?.code === "LEVEL_LOCKED")
    return `The data folder ${folder} is in use by another npm start; stop it or choose another with --data.`;
  return `The data folder ${folder} cannot be written (${cause?.message ?? code ?? message}); choose another with --data.`;
}
