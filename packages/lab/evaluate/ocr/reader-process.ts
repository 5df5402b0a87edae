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
  /** Of the process since it began. */
  readonly peakMemoryMiB: number;
}

process.once("message", async ({ reader, files }: ReadingTask) => {
  const read = readers[reader];
  // The engine is compiled further while it reads its first page; what that costs is no page's.
  for (const file of reader === "ours" ? files.slice(0, 1) : []) await read(documentIn(file));
  for (const file of files) {
    const reading = await read(documentIn(file));
    process.send?.({ ...reading, peakMemoryMiB: process.resourceUsage().maxRSS / 1024 } satisfies MeasuredReading);
  }
  process.disconnect();
});

function documentIn(file: string): ScannedDocument {
  const bytes = readFileSync(file);
  const type = typeOf(bytes);
  if (type === undefined) throw new Error(`${file} is neither an image that is read nor a PDF.`);
  return { type, bytes };
}
