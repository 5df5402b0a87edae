import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, isAbsolute, join, normalize, resolve } from "node:path";
import { buffer } from "node:stream/consumers";

/** The content that a job is submitted with. */
export interface JobDocument {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** A document that is loaded when it is its turn. */
export interface NamedDocument {
  /** A file's relative path, or the first words of a text. */
  readonly name: string;
  /** The path of its results below the folder of `--out`, without their extension; no two documents have the same one. */
  readonly outName: string;
  /** @throws {@link WrongCallError} where the file cannot be read. */
  load(): Promise<JobDocument>;
}

/** The command was called wrongly; the message says what would be right. */
export class WrongCallError extends Error {
  override readonly name = "WrongCallError";
}

const plainText = "text/plain; charset=utf-8";

const contentTypes = new Map([
  [".txt", plainText],
  [".html", "text/html; charset=utf-8"],
  [".htm", "text/html; charset=utf-8"],
  [".png", "image/png"],
  [".jpg", "image/jpeg"],
  [".jpeg", "image/jpeg"],
  [".tif", "image/tiff"],
  [".tiff", "image/tiff"],
  [".webp", "image/webp"],
  [".pdf", "application/pdf"],
]);

const listedTypes = [...contentTypes.keys()].join(" ");

const contentTypeOf = (path: string): string | undefined => contentTypes.get(extname(path).toLowerCase());

/**
 * The documents that arguments of the command mean: standard input for `-`, a file for the path of one, the files of a folder and
 * of the folders in it, the argument's own text for anything else.
 *
 * @param folder where relative paths begin.
 * @throws {@link WrongCallError} for a file of a type that the API does not accept, a folder without any of a type that it does,
 * and what can only be the path of a missing file.
 */
export async function documentsFrom(
  args: readonly string[],
  folder: string,
  input: AsyncIterable<Uint8Array>,
): Promise<readonly NamedDocument[]> {
  const documents = await Promise.all(args.map((argument) => documentsOf(argument, folder, input)));
  return withOwnNames(documents.flat());
}

async function documentsOf(argument: string, folder: string, input: AsyncIterable<Uint8Array>): Promise<readonly NamedDocument[]> {
  if (argument === "-") {
    const load = async () => ({ contentType: plainText, body: new Uint8Array(await buffer(input)) });
    return [{ name: "standard input", outName: "standard-input", load }];
  }
  const path = resolve(folder, argument);
  const kind = argument === "" ? undefined : await kindOf(path);
  if (kind === "folder") return filesIn(argument, path);
  const contentType = contentTypeOf(argument);
  if (kind === "file" && contentType === undefined)
    throw new WrongCallError(`${argument} is a file, but not of a type that is read: ${listedTypes}.`);
  if (kind === "file") return [fileDocument(argument, path)];
  if (contentType !== undefined && !/\s/.test(argument)) throw new WrongCallError(`There is no file ${path}.`);
  return [textDocument(argument)];
}

/** @returns nothing where the argument is no path: a text can be too long for one, or have characters that no path may. */
async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : "file";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (/^(ENOENT|ENOTDIR|ENAMETOOLONG|ERR_INVALID_ARG_VALUE)$/.test(code ?? "")) return undefined;
    throw new WrongCallError(`${path} cannot be read: ${message}.`);
  }
}

/** Files and folders whose names begin with a dot are left out, as are files of other types. */
async function filesIn(argument: string, path: string): Promise<readonly NamedDocument[]> {
  const entries = await readdir(path, { recursive: true });
  const files = entries.filter((entry) => contentTypeOf(entry) !== undefined && !/(^|[\\/])\./.test(entry)).sort();
  if (files.length === 0) throw new WrongCallError(`There is no file of a type that is read in ${path}: ${listedTypes}.`);
  return files.map((file) => fileDocument(join(argument, file), join(path, file)));
}

function fileDocument(name: string, path: string): NamedDocument {
  const isBelow = !isAbsolute(name) && !normalize(name).startsWith("..");
  return { name, outName: isBelow ? normalize(name) : basename(name), load: () => contentOf(path) };
}

async function contentOf(path: string): Promise<JobDocument> {
  try {
    return { contentType: contentTypeOf(path) ?? plainText, body: new Uint8Array(await readFile(path)) };
  } catch (error) {
    throw new WrongCallError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

const shownCharacters = 40;

function textDocument(text: string): NamedDocument {
  const words = text.replace(/\s+/g, " ").trim();
  const name = words.length <= shownCharacters ? words : `${words.slice(0, shownCharacters)}…`;
  return { name, outName: "text", load: async () => ({ contentType: "application/json", body: JSON.stringify({ text }) }) };
}

/** Numbers the second and further documents of one name. */
function withOwnNames(documents: readonly NamedDocument[]): readonly NamedDocument[] {
  const taken = new Set<string>();
  return documents.map((document) => {
    const { outName } = document;
    let own = outName;
    for (let number = 2; taken.has(own); number++) own = `${outName}-${number}`;
    taken.add(own);
    return { ...document, outName: own };
  });
}
