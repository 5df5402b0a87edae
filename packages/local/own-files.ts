import { readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Removes a file of the data folder, or from one of its folders the files that npm start has created there, and the folders that are
 * empty then.
 *
 * @param own matches the names of the files, without their folders.
 * @returns the paths that are left.
 */
export function removeOwn(path: string, own = /^/): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) {
    rmSync(path);
    return [];
  }
  const left = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    return entry.isDirectory() || own.test(entry.name) ? removeOwn(inside, own) : [inside];
  });
  if (left.length === 0) rmdirSync(path);
  return left;
}
