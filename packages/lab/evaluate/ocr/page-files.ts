import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { typeOf } from "../../../../functions/stages/document-checks.ts";
import { type PageGroup, testPage } from "./pages.ts";

/** A page in a file, and what stands on it where that is known. */
export interface PageFile {
  readonly file: string;
  readonly description: string;
  readonly truth?: string;
}

/** Draws the pages of a group into a folder. */
export async function writePages(folder: string, group: PageGroup, seed: number, pages: number): Promise<PageFile[]> {
  mkdirSync(folder, { recursive: true });
  const files: PageFile[] = [];
  for (let index = 0; index < pages; index++) {
    const { document, truth, description } = await testPage(group, seed, index);
    const file = join(folder, `${group.replaceAll(" ", "-")}-${index}.${document.type === "image/png" ? "png" : "jpg"}`);
    writeFileSync(file, document.bytes);
    files.push({ file, description: `${group}, ${description}`, truth });
  }
  return files;
}

/**
 * The images and PDFs in a folder, whatever their names, each with the text of `<file>.truth.txt` or `<name>.truth.txt` beside it, if
 * there is one.
 */
export function pagesIn(folder: string): PageFile[] {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  const read = names.filter((name) => typeOf(readFileSync(join(folder, name))) !== undefined);
  return read.sort().map((name) => {
    const truth = [name, parse(name).name].map((stem) => join(folder, `${stem}.truth.txt`)).find((file) => existsSync(file));
    return { file: join(folder, name), description: name, ...(truth !== undefined && { truth: readFileSync(truth, "utf8") }) };
  });
}
