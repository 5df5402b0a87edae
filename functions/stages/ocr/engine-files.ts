import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export interface EngineFile {
  /** As a module is named: a file of a package, or an absolute path. */
  readonly specifier: string;
  /** The file's name beside the bundle. */
  readonly name: string;
}

/** The engine that opens PDFs. */
export const pdfiumFile: EngineFile = packaged("@hyzyla/pdfium", "pdfium.wasm");

/** The decoder of images. Its script starts threads of itself, so it has to keep its name. */
export const vipsFiles = {
  script: { specifier: "wasm-vips", name: "vips-node.js" },
  wasm: packaged("wasm-vips", "vips.wasm"),
} as const satisfies Record<string, EngineFile>;

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
  ...Object.values(vipsFiles),
] satisfies readonly EngineFile[];

/** The data by which a language is read: that of English is here, the fast model; that of others in packages, the one with the least errors. */
export function languageFile(language: string): EngineFile {
  const name = `${language}.traineddata.gz`;
  return language === defaultLanguages ? beside("tessdata", name) : packaged(`@tesseract.js-data/${language}/4.0.0_best_int`, name);
}

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

function beside(folder: string, name: string): EngineFile {
  return { specifier: fileURLToPath(new URL(`${folder}/${name}`, import.meta.url)), name };
}
