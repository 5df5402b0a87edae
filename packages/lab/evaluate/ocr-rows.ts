import type { Row } from "../../../scripts/table.ts";
import type { FolderRow, OcrRow } from "./ocr/evaluate-ocr.ts";

const percent = (share: number): string => (100 * share).toFixed(1);

export const ocrHead: Row = [
  "OCR",
  "pages",
  "words %",
  "median",
  "worst",
  "character errors %",
  "CPU s a page",
  "in a new process",
  "peak MiB",
];

export const ocrNote =
  "Every reader gets the same pages, generated from the seed. Words count in any order, characters where the text has one. Native Tesseract is measured where it is installed. CPU is that of a process that has read pages before; in a new process: the first six pages, with its start.";

export const ocrRow = ({ reader, group, pages, words, characterErrorRate, peakMemoryMiB, ...cpu }: OcrRow): Row => [
  `${group}, ${reader}`,
  String(pages),
  ...[words.mean, words.median, words.worst].map(percent),
  characterErrorRate === undefined ? "" : (100 * characterErrorRate).toFixed(2),
  cpu.cpuSecondsPerPage.toFixed(2),
  cpu.cpuSecondsPerFirstPage?.toFixed(2) ?? "",
  reader === "native tesseract" ? "" : String(peakMemoryMiB),
];

export const folderHead: Row = ["Page", "words %", "native", "truth", "sure letters", "CPU s", "native", "ratio"];

export const folderNote =
  "Words found by this project's reader and by native Tesseract. Where there is no <file>.truth.txt, the words that native Tesseract reads, right or wrong, are what is looked for. CPU is that of a process that has read pages before. The pages of a PDF are drawn for it at 240 dots an inch.";

export const folderRow = ({ page, ours, native, isTruthKnown, sureLetters, cpuSeconds }: FolderRow): Row => [
  page,
  percent(ours),
  percent(native),
  isTruthKnown ? "known" : "native's",
  String(sureLetters),
  cpuSeconds.ours.toFixed(2),
  cpuSeconds.native.toFixed(2),
  (cpuSeconds.ours / Math.max(0.01, cpuSeconds.native)).toFixed(1),
];

/** The means of all pages, and CPU in sum. */
export function folderSum(rows: readonly FolderRow[]): FolderRow {
  const sum = (figureOf: (row: FolderRow) => number) => rows.reduce((total, row) => total + figureOf(row), 0);
  return {
    page: "all",
    ours: sum(({ ours }) => ours) / rows.length,
    native: sum(({ native }) => native) / rows.length,
    isTruthKnown: rows.every(({ isTruthKnown }) => isTruthKnown),
    sureLetters: sum(({ sureLetters }) => sureLetters),
    cpuSeconds: { ours: sum(({ cpuSeconds }) => cpuSeconds.ours), native: sum(({ cpuSeconds }) => cpuSeconds.native) },
  };
}
