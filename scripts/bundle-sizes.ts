/** Prints the size of each function's archive, in bytes, unpacked and zipped. Run with Node 24. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { buildFunctions } from "../infrastructure/bundle.ts";

const folder = await buildFunctions(join(import.meta.dirname, ".."));
const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(2).padStart(8);
for (const name of globSync("*/", { cwd: folder }).sort()) {
  const files = globSync("*", { cwd: join(folder, name) }).map((file) => readFileSync(join(folder, name, file)));
  const [bytes, zipped] = [files, files.map((file) => deflateRawSync(file))].map((all) => all.reduce((sum, { length }) => sum + length, 0));
  process.stdout.write(`${name.padEnd(16)}${mebibytes(bytes ?? 0)} MiB${mebibytes(zipped ?? 0)} MiB zipped\n`);
}
