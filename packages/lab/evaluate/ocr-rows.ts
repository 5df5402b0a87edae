import type { Row } from "../../../scripts/table.ts";
import type { OcrRow } from "./ocr/evaluate-ocr.ts";

export const ocrHead: Row = ["OCR", "pages", "character errors %", "CPU s a page", "peak MiB"];

export const ocrNote = "Every reader gets the same pages, generated from the seed. Native Tesseract is measured where it is installed.";

export const ocrRow = ({ reader, group, pages, characterErrorRate, cpuSecondsPerPage, peakMemoryMiB }: OcrRow): Row => [
  `${reader}, ${group}`,
  String(pages),
  (100 * characterErrorRate).toFixed(2),
  cpuSecondsPerPage.toFixed(1),
  String(peakMemoryMiB),
];
