import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export interface EngineFile {
  /** Of the package's file, as a module is named. */
  readonly specifier: string;
  /** The file's name beside the bundle. */
  readonly name: string;
}

/** The engine that opens PDFs. */
export const pdfiumFile: EngineFile = packaged("@hyzyla/pdfium", "pdfium.wasm");

/**
 * The files that the OCR function reads once an image comes, and not before, besides the data of its languages. The build copies these files beside the bundle: a bundler
 * would break the script, which looks for its own folder.
 */
export const engineFiles = [
  ...["relaxedsimd", "simd"].flatMap((build) => [
    packaged("tesseract.js-core", `tesseract-core-${build}-lstm.js`),
    packaged("tesseract.js-core", `tesseract-core-${build}-lstm.wasm`),
  ]),
  pdfiumFile,
] satisfies readonly EngineFile[];

/** The data by which a language is read: the variant with the least errors, in whole numbers. */
export const languageFile = (language: string): EngineFile =>
  packaged(`@tesseract.js-data/${language}/4.0.0_best_int`, `${language}.traineddata.gz`);

/** The languages of `eng+deu`, by the names of their packages. */
export const languagesIn = (ocrLanguages: string): readonly string[] => ocrLanguages.split("+");

/** Languages that are read where the config says nothing. */
export const defaultLanguages = "eng";

/** The path of a file: beside the bundle, or in its package where the source itself is run. */
export function pathOfEngineFile({ specifier, name }: EngineFile): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(specifier);
}

/** `false` where there is no such package, or none with this file. */
export function isInstalled({ specifier }: EngineFile): boolean {
  try {
    createRequire(import.meta.url).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

function packaged(folder: string, name: string): EngineFile {
  return { specifier: `${folder}/${name}`, name };
}
