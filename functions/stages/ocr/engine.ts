import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import type { Box } from "./clean-up/letters.ts";
import { defaultLanguages, type EngineFile, engineFiles, languageFile, languagesIn, pathOfEngineFile } from "./engine-files.ts";
import type { PageImage } from "./page-image.ts";

/** The method by which the engine tells ink from paper while it looks for lines. */
export type Threshold = "Otsu" | "Sauvola";

/** The kind of page that the engine expects: text in columns of lines, wherever there is any, as on signs and maps, or a single line. */
export type Layout = "columns" | "sparse" | "line";

export interface Manner {
  readonly threshold?: Threshold;
  readonly layout?: Layout;
}

/** A word that was read, or what was taken for one. */
export interface Word {
  readonly text: string;
  /** 0..1 */
  readonly confidence: number;
  /** The word begins a line, or a paragraph. */
  readonly begins?: "line" | "paragraph";
  /** In pixels of the page. */
  readonly box: Box;
}

export interface Engine {
  /** Reads a page of dark print on light paper, its lines level. Words come in the order in which they are read. */
  read(page: PageImage, manner?: Manner): Word[];
}

/** The used part of tesseract.js-core. */
interface TesseractCore {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
  readonly TessBaseAPI: new () => Tesseract;
}

/** @see https://github.com/tesseract-ocr/tesseract/blob/5.3.0/include/tesseract/baseapi.h */
interface Tesseract {
  Init(dataFolder: null, language: string, engineMode: number): number;
  SetVariable(name: string, value: string): boolean;
  SetImageFile(exif: number, angle: number): number;
  Recognize(monitor: null): number;
  GetTSVText(page: number): string;
  Clear(): void;
}

/** The script's host. Its own messages stay unprinted: they can quote a document. */
interface CoreOptions {
  locateFile(): string;
  print(): void;
  printErr(): void;
}

/** OEM_LSTM_ONLY, PSM_AUTO, PSM_SPARSE_TEXT and PSM_SINGLE_LINE: with the mode that this build would use by itself, columns are read across. */
const lstmOnly = 1;
const segmentations: Readonly<Record<Layout, string>> = { columns: "3", sparse: "11", line: "7" };
const imageFile = "/input";
const thresholdingMethods: Readonly<Record<Threshold, string>> = { Otsu: "0", Sauvola: "2" };

/**
 * Loads the engine and its languages, those of the stack's config: with English 0.2 s, and 20 MB that grow to 90 with the largest page
 * and no further, however many follow.
 */
export async function openEngine(ocrLanguages = process.env["OCR_LANGUAGES"] ?? defaultLanguages): Promise<Engine> {
  const { script, wasm } = filesForThisProcessor();
  const openCore: (options: CoreOptions) => Promise<TesseractCore> = createRequire(import.meta.url)(pathOfEngineFile(script));
  const core = await openCore({ locateFile: () => pathOfEngineFile(wasm), print() {}, printErr() {} });
  const tesseract = startTesseract(core, ocrLanguages);
  return {
    read: (page, manner = {}) => recognize(core, tesseract, page, manner),
  };
}

function filesForThisProcessor(): Record<"script" | "wasm", EngineFile> {
  const build = `tesseract-core-${WebAssembly.validate(relaxedSimdModule) ? "relaxedsimd" : "simd"}-lstm`;
  return { script: named(`${build}.js`), wasm: named(`${build}.wasm`) };
}

function named(name: string): EngineFile {
  const file = engineFiles.find((one) => one.name === name);
  if (file === undefined) throw new Error(`${name} is not among the engine's files.`);
  return file;
}

/** `(func (result v128) (i8x16.relaxed_swizzle (i8x16.splat (i32.const 1)) (i8x16.splat (i32.const 2))))` */
const relaxedSimdModule = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic and version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // types
  ...[3, 2, 1, 0], // functions
  ...[10, 15, 1, 13, 0, 0x41, 1, 0xfd, 15, 0x41, 2, 0xfd, 15, 0xfd, 0x80, 2, 11], // code
]);

function startTesseract(core: TesseractCore, ocrLanguages: string): Tesseract {
  const tesseract = new core.TessBaseAPI();
  const files = languagesIn(ocrLanguages).map((language) => [`./${language}.traineddata`, languageFile(language)] as const);
  for (const [name, file] of files) core.FS.writeFile(name, gunzipSync(readFileSync(pathOfEngineFile(file))));
  if (tesseract.Init(null, ocrLanguages, lstmOnly) !== 0) throw new Error("The OCR engine did not start.");
  for (const [name] of files) core.FS.unlink(name);
  return tesseract;
}

function recognize(core: TesseractCore, tesseract: Tesseract, page: PageImage, { threshold = "Otsu", layout = "columns" }: Manner): Word[] {
  core.FS.writeFile(imageFile, portableGreyMap(page));
  tesseract.SetVariable("user_defined_dpi", String(page.dpi ?? 0));
  tesseract.SetVariable("thresholding_method", thresholdingMethods[threshold]);
  tesseract.SetVariable("tessedit_pageseg_mode", segmentations[layout]);
  try {
    if (tesseract.SetImageFile(1, 0) !== 0) throw new Error("The OCR engine did not take the page.");
    tesseract.Recognize(null);
    return wordsIn(tesseract.GetTSVText(0));
  } finally {
    tesseract.Clear();
    core.FS.unlink(imageFile);
  }
}

function portableGreyMap({ grey, width, height }: PageImage): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`, "latin1"), grey]);
}

/**
 * Each line of the table is a page, a block, a paragraph, a line or a word: its level, the numbers of page, block, paragraph, line and
 * word, its box, confidence in percent and text.
 */
function wordsIn(table: string): Word[] {
  const words: Word[] = [];
  let [paragraph, line] = ["", ""];
  for (const row of table.split("\n")) {
    const [level, page, block, paragraphNumber, lineNumber, , left, top, width, height, confidence, text = ""] = row.split("\t");
    if (level !== "5" || text.trim() === "") continue;
    const [before, lineBefore] = [paragraph, line];
    paragraph = `${page} ${block} ${paragraphNumber}`;
    line = `${paragraph} ${lineNumber}`;
    const begins = paragraph !== before ? "paragraph" : line !== lineBefore ? "line" : undefined;
    words.push({
      text,
      confidence: Number(confidence) / 100,
      ...(begins && { begins }),
      box: boxOf(Number(left), Number(top), Number(width), Number(height)),
    });
  }
  return words;
}

const boxOf = (left: number, top: number, width: number, height: number): Box => ({
  left,
  top,
  right: left + width - 1,
  bottom: top + height - 1,
});
