import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isImage, type ScannedDocument } from "../../../../functions/stages/document.ts";
import { StageError } from "../../../../functions/stages/errors.ts";
import { readDocument } from "../../../../functions/stages/ocr/read-document.ts";
import { pngOf } from "./pages.ts";
import { renderSheets } from "./render-sheet.ts";

/** The compared readers: the project's, and Tesseract as the machine has it. */
export const readerNames = ["ours", "native tesseract"] as const;
export type ReaderName = (typeof readerNames)[number];

export interface Reading {
  readonly text: string;
  /** 0..1; 0 where the reader does not say. */
  readonly confidence: number;
  readonly cpuSeconds: number;
  /** The name of the error with which a document without a text ended. */
  readonly error?: string;
}

type Reader = (document: ScannedDocument) => Promise<Reading>;

/** Longer than any page takes: the figures are not to depend on how busy the machine is. */
const unhurried = { remainingMillis: () => 600_000 };
/** Dots an inch at which native Tesseract is given the pages of a PDF, which it does not read: those at which the stage reads them. */
const pdfDpi = 240;

export const readers: Readonly<Record<ReaderName, Reader>> = {
  ours: async (document) => {
    const before = process.cpuUsage();
    const { text, confidence, ...outcome } = await readDocument(document, unhurried).catch(withoutText);
    const { user, system } = process.cpuUsage(before);
    return { text, confidence, cpuSeconds: (user + system) / 1e6, ...("error" in outcome && { error: outcome.error }) };
  },
  "native tesseract": readNatively,
};

/** True if this machine has the native engine, which nothing else in the project asks for. */
export function hasNativeTesseract(): boolean {
  return spawnSync("tesseract", ["--version"]).status === 0;
}

function withoutText(error: unknown): Omit<Reading, "cpuSeconds"> {
  if (!(error instanceof StageError)) throw error;
  return { text: "", confidence: 0, error: error.name };
}

async function readNatively(document: ScannedDocument): Promise<Reading> {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    const images = isImage(document) ? [document.bytes] : (await renderSheets(document.bytes, pdfDpi)).map(pngOf);
    const files = images.map((_, index) => join(folder, String(index)));
    for (const [index, file] of files.entries()) writeFileSync(file, images[index] ?? "");
    const before = childrenCpuSeconds();
    const env = { ...process.env, OMP_THREAD_LIMIT: "1" };
    const texts = files.map((file) => spawnSync("tesseract", [file, "-", "--psm", "3"], { encoding: "utf8", env }).stdout);
    return { text: texts.join("\n"), confidence: 0, cpuSeconds: childrenCpuSeconds() - before };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of the children that have ended; 0 where the system does not say. Linux counts in hundredths of a second. */
function childrenCpuSeconds(): number {
  if (process.platform !== "linux") return 0;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
