import { mkdir } from "node:fs/promises";
import { database, type Store } from "./dynalite.ts";

/**
 * Opens the store in a folder, which it makes where there is none, or in memory.
 *
 * @throws an error of one sentence when the folder is in use or cannot be written.
 */
export async function openStore(folder?: string): Promise<Store> {
  if (folder === undefined) return database.create({ createTableMs: 0 });
  try {
    await mkdir(folder, { recursive: true });
    const store = database.create({ path: folder, createTableMs: 0 });
    await store.db.open();
    return store;
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
