import { inflateSync, constants as zlib } from "node:zlib";
import { bufferOf } from "../../document.ts";
import { DocumentTooLargeError } from "../stage.ts";
import { type CodeRange, identityIn, leftOutOf } from "./character-maps.ts";

/** A part of a file may grow to so many bytes, whatever it is. */
const harmlessBytes = 1024 * 1024;
/** Beyond them it may grow by this factor; drawings and fonts grow by up to about 30. */
const maxGrowth = 100;
const maxBytes = 32 * 1024 * 1024;
/** Bytes that are inflated before the rest of the file passes unseen. */
const effortBytes = 256 * 1024 * 1024;
/** Of the maps of all fonts. */
const maxRanges = 1_000;
/** Bytes before the keyword `stream` among which its dictionary is looked for. */
const dictionaryWithin = 1024;

/**
 * Refuses a file that would make work out of all proportion to its size: a few kilobytes can hold millions of lines to be
 * drawn. It reads the file as bytes, from its beginning to its end, and trusts nothing that the file says of itself.
 *
 * Pictures pass: a blank scan deflates as well as a bomb. What they and other kinds of compression can grow to is up to
 * {@link Pdfium}'s walls, as is whatever is hidden from this.
 *
 * @returns what its fonts say of their characters beyond what pdfium takes from them.
 * @throws {@link DocumentTooLargeError} where a part inflates past the limits.
 */
export function preflight(file: Uint8Array): readonly CodeRange[] {
  const bytes = bufferOf(file);
  const ranges: CodeRange[] = [...identityIn(bytes)];
  let effort = 0;
  for (const { dictionary, content } of streamsIn(bytes)) {
    if (isPicture(dictionary)) continue;
    const { inflated, work } = inflatedTimes(content, inflationsOf(dictionary));
    ranges.push(...[...identityIn(inflated), ...leftOutOf(inflated)].slice(0, maxRanges - ranges.length));
    effort += work;
    if (effort > effortBytes) break;
  }
  return ranges;
}

function* streamsIn(file: Buffer): Generator<{ dictionary: string; content: Buffer }> {
  let end = 0;
  for (;;) {
    const keyword = file.indexOf("stream", end, "latin1");
    if (keyword === -1) return;
    const start = keyword + "stream".length;
    const next = file.indexOf("endstream", start, "latin1");
    const before = file.toString("latin1", Math.max(end, keyword - dictionaryWithin), keyword);
    end = next === -1 ? file.length : next + "endstream".length;
    yield {
      dictionary: before.slice(before.lastIndexOf("obj")),
      content: file.subarray(afterLineEnd(file, start), next === -1 ? end : next),
    };
  }
}

function afterLineEnd(file: Buffer, at: number): number {
  const afterReturn = file[at] === 0x0d ? at + 1 : at;
  return file[afterReturn] === 0x0a ? afterReturn + 1 : afterReturn;
}

const isPicture = (dictionary: string): boolean => /\/Subtype\s*\/Image\b/.test(dictionary);

/** The number of times that the content is to be inflated before another filter's turn, if one comes. */
function inflationsOf(dictionary: string): number {
  const filters = /\/Filter\s*\[?\s*((?:\/\w+\s*)+)/.exec(dictionary)?.[1] ?? "";
  const names = filters
    .split("/")
    .map((name) => name.trim())
    .slice(1);
  const others = names.findIndex((name) => name !== "FlateDecode" && name !== "Fl");
  return others === -1 ? names.length : others;
}

/** @returns the content, and the bytes that were inflated on the way to it. */
function inflatedTimes(content: Buffer, times: number): { readonly inflated: Buffer; readonly work: number } {
  const limit = Math.min(maxBytes, Math.max(harmlessBytes, maxGrowth * content.length));
  let [inflated, work] = [content, 0];
  for (let time = 0; time < times; time++) {
    inflated = inflate(inflated, limit);
    work += inflated.length;
  }
  return { inflated, work };
}

function inflate(content: Buffer, limit: number): Buffer {
  try {
    // What a truncated stream holds counts too: pdfium reads it.
    return inflateSync(content, { maxOutputLength: limit, finishFlush: zlib.Z_SYNC_FLUSH });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw new DocumentTooLargeError(`A part of the document grows from ${content.length} bytes to more than ${limit}.`);
    }
    return Buffer.alloc(0);
  }
}
