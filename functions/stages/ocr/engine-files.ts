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

/**
 * The files that the OCR function reads once an image comes, and not before. The build copies these files beside the bundle: a bundler
 * would break the script, which looks for its own folder.
 */
export const engineFiles = [
  ...["relaxedsimd", "simd"].flatMap((build) => [
    packaged("tesseract.js-core", `tesseract-core-${build}-lstm.js`),
    packaged("tesseract.js-core", `tesseract-core-${build}-lstm.wasm`),
  ]),
  beside("tessdata", "eng.traineddata.gz"),
  pdfiumFile,
] satisfies readonly EngineFile[];

/** The path of a file: beside the bundle, or in its package where the source itself is run. */
export function pathOfEngineFile({ specifier, name }: EngineFile): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(specifier);
}

function packaged(folder: string, name: string): EngineFile {
  return { specifier: `${folder}/${name}`, name };
}

function beside(folder: string, name: string): EngineFile {
  return { specifier: fileURLToPath(new URL(`${folder}/${name}`, import.meta.url)), name };
}
