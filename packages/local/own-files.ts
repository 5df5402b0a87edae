import { readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Removes a file of the data folder, or from one of its folders what npm start has created there, and the folders that are empty then.
 * What a link leads to stays.
 *
 * @param own matches the names of what npm start has created, without their folders: files, and folders with all that is in them.
 * @returns the paths that are left.
 */
export function removeOwn(path: string, own = /^/): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    rmSync(path, { force: true });
    return [];
  }
  const left = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (!own.test(entry.name)) return entry.isDirectory() ? removeOwn(inside, own) : [inside];
    rmSync(inside, { recursive: true });
    return [];
  });
  if (left.length === 0) rmdirSync(path);
  return left;
}
