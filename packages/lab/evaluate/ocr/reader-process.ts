// Reads pages in a process of its own, so that each reader's memory can be told from the others'.
import { readFileSync } from "node:fs";
import { typeOf } from "../../../../functions/stages/document-checks.ts";
import { openReader, type ReaderName, type Reading } from "./readers.ts";

/** A reader's task; one message, then one {@link MeasuredReading} for each file. */
export interface ReadingTask {
  readonly reader: ReaderName;
  /** Paths of PNG and JPEG files. */
  readonly files: readonly string[];
}

export interface MeasuredReading extends Reading {
  /** Of the process since it began. */
  readonly peakMemoryMiB: number;
}

process.once("message", async ({ reader, files }: ReadingTask) => {
  const read = await openReader(reader);
  for (const file of files) {
    const bytes = readFileSync(file);
    const type = typeOf(bytes) === "image/png" ? "image/png" : "image/jpeg";
    const reading = read({ type, bytes });
    process.send?.({ ...reading, peakMemoryMiB: process.resourceUsage().maxRSS / 1024 } satisfies MeasuredReading);
  }
  process.disconnect();
});
