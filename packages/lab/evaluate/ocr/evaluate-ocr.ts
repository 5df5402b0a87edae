import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { characterErrorRate } from "./character-error-rate.ts";
import { type PageFile, pagesIn, writePages } from "./page-files.ts";
import { isOrdered, type PageGroup, pageGroups } from "./pages.ts";
import type { MeasuredReading, ReadingTask } from "./reader-process.ts";
import { hasNativeTesseract, type ReaderName, type Reading, readerNames } from "./readers.ts";
import { wordsFound } from "./words-found.ts";

export interface OcrEvaluation {
  readonly seed: number;
  /** In each group of pages. */
  readonly pages: number;
  /** Called with a line for each page that was read. */
  readonly onProgress?: (line: string) => void;
}

/** The figures of one reader on one group of pages. */
export interface OcrRow {
  readonly reader: ReaderName;
  readonly group: string;
  readonly pages: number;
  /** The share of the words found: the mean of the pages, the median page and the worst. */
  readonly words: { readonly mean: number; readonly median: number; readonly worst: number };
  /** The mean of the pages' character error rates, each at most 1; of pages whose text has an order. */
  readonly characterErrorRate?: number;
  readonly cpuSecondsPerPage: number;
  /** Of the first pages of a process, its start included; of a reader that has one for more than a page. */
  readonly cpuSecondsPerFirstPage?: number;
  /** Of the process that read the pages; the native reader runs beside it. */
  readonly peakMemoryMiB: number;
}

/** Draws pages whose text is known, and has every reader read the same ones. */
export async function evaluateOcr({ seed, pages, onProgress = () => {} }: OcrEvaluation): Promise<OcrRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  try {
    const rows: OcrRow[] = [];
    for (const group of pageGroups) {
      const files = await writePages(folder, group, seed, pages);
      for (const reader of availableReaders()) rows.push(rowOf(reader, group, files, await readingsOf(reader, files, onProgress)));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The figures of the project's reader and native Tesseract on one document of a folder. */
export interface FolderRow {
  /** The file's name, and that of the error with which the project's reader ended. */
  readonly page: string;
  /** Words found; where no truth is known, of those that native Tesseract reads. */
  readonly ours: number;
  readonly native: number;
  readonly isTruthKnown: boolean;
  /** Letters and digits that were read, weighed by how sure they are. */
  readonly sureLetters: number;
  readonly cpuSeconds: { readonly ours: number; readonly native: number };
}

/** @throws Error where the folder has no pages, or the machine no native Tesseract. */
export async function evaluateFolder(folder: string, onProgress: (line: string) => void): Promise<FolderRow[]> {
  const files = pagesIn(folder);
  if (files.length === 0) throw new Error(`${folder} holds no image and no PDF.`);
  if (!hasNativeTesseract()) throw new Error("Native Tesseract is not installed; on Debian: apt-get install tesseract-ocr.");
  const native = await readingsOf("native tesseract", files, onProgress);
  const ours = await readingsOf("ours", files, onProgress);
  return files.map(({ description, truth }, index) => {
    const [own, other] = [ours[index] ?? nothing, native[index] ?? nothing];
    return {
      page: own.error === undefined ? description : `${description}: ${own.error}`,
      ours: wordsFound(truth ?? other.text, own.text),
      native: wordsFound(truth ?? other.text, other.text),
      isTruthKnown: truth !== undefined,
      sureLetters: Math.round(own.confidence ** 2 * (own.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0)),
      cpuSeconds: { ours: own.cpuSeconds, native: other.cpuSeconds },
    };
  });
}

const nothing: Reading = { text: "", confidence: 0, cpuSeconds: 0 };

const availableReaders = (): ReaderName[] => readerNames.filter((name) => name !== "native tesseract" || hasNativeTesseract());

async function readingsOf(reader: ReaderName, files: readonly PageFile[], onProgress: (line: string) => void): Promise<MeasuredReading[]> {
  const child = fork(fileURLToPath(import.meta.resolve("./reader-process.ts")));
  const readings: MeasuredReading[] = [];
  const ended = Promise.withResolvers<void>();
  child.on("message", (reading: MeasuredReading) => {
    const { description, truth } = files[readings.length] ?? { description: "" };
    const found = truth === undefined ? "" : `${(100 * wordsFound(truth, reading.text)).toFixed(0)} % of the words of `;
    onProgress(`${reader}: ${found}${description}, ${reading.cpuSeconds.toFixed(1)} s`);
    readings.push(reading);
  });
  child.once("error", ended.reject);
  child.once("exit", (code) =>
    code === 0 ? ended.resolve() : ended.reject(new Error(`The process that reads pages ended with ${code}.`)),
  );
  child.send({ reader, files: files.map(({ file }) => file) } satisfies ReadingTask);
  await ended.promise;
  return readings;
}

function rowOf(reader: ReaderName, group: PageGroup, files: readonly PageFile[], readings: readonly MeasuredReading[]): OcrRow {
  const found = readings.map(({ text }, index) => wordsFound(files[index]?.truth ?? "", text));
  const first = readings.flatMap(({ cpuSecondsAtFirst }) => cpuSecondsAtFirst ?? []);
  const errors = readings.map(({ text }, index) => characterErrorRate(files[index]?.truth ?? "", text));
  return {
    reader,
    group,
    pages: readings.length,
    words: { mean: meanOf(found), median: found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0, worst: Math.min(...found) },
    ...(isOrdered(group) && { characterErrorRate: meanOf(errors) }),
    cpuSecondsPerPage: meanOf(readings.map(({ cpuSeconds }) => cpuSeconds)),
    ...(first.length > 0 && { cpuSecondsPerFirstPage: meanOf(first) }),
    peakMemoryMiB: Math.round(Math.max(...readings.map(({ peakMemoryMiB }) => peakMemoryMiB))),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
