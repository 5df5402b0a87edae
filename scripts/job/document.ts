import { readFile, stat } from "node:fs/promises";
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
  [".png", "image/png"],
  [".jpg", "image/jpeg"],
  [".jpeg", "image/jpeg"],
  [".pdf", "application/pdf"],
]);

/**
 * The document that an argument of the command means: standard input for `-`, a file for the path of one, the argument's own text for anything else.
 *
 * @param folder where relative paths begin.
 * @throws {WrongCallError} for a file of a type that the API does not take, and for what can only be the path of a missing file.
 */
export async function documentFrom(argument: string, folder: string, input: AsyncIterable<Uint8Array>): Promise<JobDocument> {
  if (argument === "-") return { contentType: plainText, body: new Uint8Array(await buffer(input)) };
  const extension = extname(argument).toLowerCase();
  const contentType = contentTypes.get(extension);
  const path = resolve(folder, argument);
  if (extension !== "" && (await isFile(path))) {
    if (contentType === undefined)
      throw new WrongCallError(`${argument} is a file, but not of a type that is read: ${[...contentTypes.keys()].join(" ")}.`);
    return { contentType, body: await contentOf(path) };
  }
  if (contentType !== undefined && !/\s/.test(argument)) throw new WrongCallError(`There is no file ${path}.`);
  return { contentType: "application/json", body: JSON.stringify({ text: argument }) };
}

async function contentOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw new WrongCallError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // a text can be too long for a path, or hold characters that no path may
  }
}
