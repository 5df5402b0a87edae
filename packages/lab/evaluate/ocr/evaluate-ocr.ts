import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pageGroups } from "./pages.ts";
import type { PageFigure, ReadingTask } from "./reader-process.ts";
import { hasNativeTesseract, type ReaderName, readerNames } from "./readers.ts";

export interface OcrEvaluation {
  readonly seed: number;
  /** In each group of pages. */
  readonly pages: number;
  /** Called with a line for each page that was read. */
  readonly onProgress?: (line: string) => void;
}

/** How one reader did on one group of pages. */
export interface OcrRow {
  readonly reader: ReaderName;
  readonly group: string;
  readonly pages: number;
  /** The mean of the pages' character error rates, each at most 1. */
  readonly characterErrorRate: number;
  readonly cpuSecondsPerPage: number;
  /** Of the process that made and read the pages; of the native reader only what made them. */
  readonly peakMemoryMiB: number;
}

/** Makes pages whose text is known, and has every reader read the same ones. */
export async function evaluateOcr({ seed, pages, onProgress = () => {} }: OcrEvaluation): Promise<OcrRow[]> {
  const readers = readerNames.filter((name) => name !== "native tesseract" || hasNativeTesseract());
  const rows: OcrRow[] = [];
  for (const reader of readers) {
    const figures = await figuresOf({ reader, groups: pageGroups, seed, pagesPerGroup: pages }, onProgress);
    rows.push(
      ...pageGroups.map((group) =>
        rowOf(
          reader,
          group,
          figures.filter((figure) => figure.group === group),
        ),
      ),
    );
  }
  return rows;
}

async function figuresOf(task: ReadingTask, onProgress: (line: string) => void): Promise<PageFigure[]> {
  const child = fork(fileURLToPath(import.meta.resolve("./reader-process.ts")));
  const figures: PageFigure[] = [];
  const ended = Promise.withResolvers<void>();
  child.on("message", (figure: PageFigure) => {
    figures.push(figure);
    onProgress(`${task.reader}: ${(100 * figure.errorRate).toFixed(1)} % of ${figure.group}, ${figure.description}`);
  });
  child.once("error", ended.reject);
  child.once("exit", (code) =>
    code === 0 ? ended.resolve() : ended.reject(new Error(`The process that reads pages ended with ${code}.`)),
  );
  child.send(task);
  await ended.promise;
  return figures;
}

function rowOf(reader: ReaderName, group: string, figures: readonly PageFigure[]): OcrRow {
  const mean = (figureOf: (figure: PageFigure) => number) => figures.reduce((sum, figure) => sum + figureOf(figure), 0) / figures.length;
  return {
    reader,
    group,
    pages: figures.length,
    characterErrorRate: mean(({ errorRate }) => errorRate),
    cpuSecondsPerPage: mean(({ cpuSeconds }) => cpuSeconds),
    peakMemoryMiB: Math.round(Math.max(...figures.map(({ peakMemoryMiB }) => peakMemoryMiB))),
  };
}
