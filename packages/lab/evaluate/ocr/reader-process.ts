// Reads pages in a process of its own, so that each reader's memory can be told from the others'.
import { readFileSync } from "node:fs";
import type { ScannedDocument } from "../../../../functions/stages/document.ts";
import { typeOf } from "../../../../functions/stages/document-checks.ts";
import { type ReaderName, type Reading, readers } from "./readers.ts";

/** A reader's task; one message, then one {@link MeasuredReading} for each file. */
export interface ReadingTask {
  readonly reader: ReaderName;
  /** Paths of images and PDFs. */
  readonly files: readonly string[];
}

export interface MeasuredReading extends Reading {
  /** Of the same page when it was one of the first of the process, a part of its start included. */
  readonly cpuSecondsAtFirst?: number;
  /** Of the process since it began. */
  readonly peakMemoryMiB: number;
}

/** The pages after which hardly anything is left to be compiled: the reader's loops and the engine are while they are used. */
const warmUpPages = 6;

process.once("message", async ({ reader, files }: ReadingTask) => {
  const read = readers[reader];
  const first: Reading[] = [];
  for (const file of reader === "ours" ? files.slice(0, warmUpPages) : []) first.push(await read(documentIn(file)));
  for (const [index, file] of files.entries()) {
    const reading = await read(documentIn(file));
    const cpuSecondsAtFirst = first[index]?.cpuSeconds;
    const peakMemoryMiB = process.resourceUsage().maxRSS / 1024;
    process.send?.({ ...reading, ...(cpuSecondsAtFirst !== undefined && { cpuSecondsAtFirst }), peakMemoryMiB } satisfies MeasuredReading);
  }
  process.disconnect();
});

function documentIn(file: string): ScannedDocument {
  const bytes = readFileSync(file);
  const type = typeOf(bytes);
  if (type === undefined) throw new Error(`${file} is neither an image that is read nor a PDF.`);
  return { type, bytes };
}
