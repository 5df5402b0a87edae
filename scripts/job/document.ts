import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";

/** The content that a job is submitted with. */
export interface JobDocument {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
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
  [".pdf", "application/pdf"],
]);

/**
 * The document that an argument of the command means: standard input for `-`, a file for the path of one, the argument's own text for anything else.
 *
 * @param folder where relative paths begin.
 * @throws {WrongCallError} for a file of a type that the API does not accept, and for what can only be the path of a missing file.
 */
export async function documentFrom(argument: string, folder: string, input: AsyncIterable<Uint8Array>): Promise<JobDocument> {
  if (argument === "-") return { contentType: plainText, body: new Uint8Array(await buffer(input)) };
  const extension = extname(argument).toLowerCase();
  const contentType = contentTypes.get(extension);
  const path = resolve(folder, argument);
  const content = extension === "" ? undefined : await contentOf(path);
  if (content !== undefined && contentType === undefined)
    throw new WrongCallError(`${argument} is a file, but not of a type that is read: ${[...contentTypes.keys()].join(" ")}.`);
  if (content !== undefined && contentType !== undefined) return { contentType, body: content };
  if (contentType !== undefined && !/\s/.test(argument)) throw new WrongCallError(`There is no file ${path}.`);
  return { contentType: "application/json", body: JSON.stringify({ text: argument }) };
}

/** @returns nothing where the argument is no path: a text can be too long for one, or have characters that no path may. */
async function contentOf(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (/^(ENOENT|ENOTDIR|EISDIR|ENAMETOOLONG|ERR_INVALID_ARG_VALUE)$/.test(code ?? "")) return undefined;
    throw new WrongCallError(`${path} cannot be read: ${message}.`);
  }
}
