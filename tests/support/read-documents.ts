/**
 * Reads documents one after the other in this process and prints the outcome of each as a line of JSON. Run with
 * `--expose-gc`, so that none is charged with what another one has left.
 *
 * Arguments: files, each after its type.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { DocumentType } from "../../functions/stages/document.ts";
import { readDocument } from "../../functions/stages/ocr/read-document.ts";

/** The outcome of reading a document. */
export interface Reading {
  readonly file: string;
  /** `read`, or the error's name. */
  readonly outcome: string;
  /** The text, or the error's message. */
  readonly text: string;
  readonly millis: number;
  /** The process's peak memory during it, beyond its memory before the first document, in MB. */
  readonly megabytes: number;
}

const startedMillis = performance.now();
const remainingMillis = (): number => startedMillis + 600_000 - performance.now();

const heldMegabytes = peakMegabytes();

for (let index = 2; index < process.argv.length; index += 2) {
  const [type, file] = process.argv.slice(index, index + 2) as [DocumentType, string];
  console.log(JSON.stringify(await read(type, file)));
}

async function read(type: DocumentType, file: string): Promise<Reading> {
  const bytes = readFileSync(file);
  globalThis.gc?.();
  forgetPeak();
  const before = performance.now();
  const [outcome, text] = await readDocument({ type, bytes }, { remainingMillis }).then(
    (found) => ["read", found.text] as const,
    (error: Error) => [error.name, error.message] as const,
  );
  return { file, outcome, text, millis: Math.round(performance.now() - before), megabytes: peakMegabytes() - heldMegabytes };
}

/** @see https://docs.kernel.org/filesystems/proc.html: 5 sets the peak back to what is held now */
function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Not Linux, or not allowed: the peak is that of all documents up to here.
  }
}

function peakMegabytes(): number {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Math.round((Number(kibibytes) * 1024) / 1e6);
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1000);
  }
}
