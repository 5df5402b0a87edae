import { readFile } from "node:fs/promises";
import { PDFiumModule } from "@hyzyla/pdfium";
import { StageError } from "../../errors.ts";
import { pathOfEngineFile, pdfiumFile } from "../engine-files.ts";
import { DocumentTooLargeError, DocumentUnreadableError } from "../stage.ts";
import { TimeLimitError, withinTime } from "../time-limit.ts";

/** pdfium's functions in C, as far as they are called here. Pages, objects and buffers are addresses; 0 is none. */
export interface PdfiumCalls extends Awaited<ReturnType<typeof PDFiumModule>> {
  readonly _FPDFPage_GetAnnotCount: (page: number) => number;
  readonly _FPDFPage_GetAnnot: (page: number, index: number) => number;
  readonly _FPDFPage_CloseAnnot: (annotation: number) => void;
  readonly _FPDFAnnot_GetSubtype: (annotation: number) => number;
  readonly _FPDFAnnot_GetFlags: (annotation: number) => number;
  readonly _FPDFAnnot_GetAP: (annotation: number, mode: number, to: number, bytes: number) => number;
  readonly _FPDFAnnot_GetStringValue: (annotation: number, key: number, to: number, bytes: number) => number;
  readonly _FPDFPage_Flatten: (page: number, usage: number) => number;
  readonly _FPDFPage_SetMediaBox: (page: number, left: number, bottom: number, right: number, top: number) => void;
  readonly _FPDFPage_SetCropBox: (page: number, left: number, bottom: number, right: number, top: number) => void;
  readonly _FPDFPageObj_GetBounds: (object: number, left: number, bottom: number, right: number, top: number) => number;
  readonly _FPDFPageObj_SetIsActive: (object: number, isActive: number) => number;
  readonly _FPDFFormObj_CountObjects: (form: number) => number;
  readonly _FPDFFormObj_GetObject: (form: number, index: number) => number;
  readonly _FPDFImageObj_GetImagePixelSize: (image: number, width: number, height: number) => number;
  readonly _FPDFPath_CountSegments: (path: number) => number;
  readonly _FPDF_GetPageWidthF: (page: number) => number;
  readonly _FPDF_GetPageHeightF: (page: number) => number;
  readonly _FPDFPage_GetRotation: (page: number) => number;
  readonly _FPDF_GetPageBoundingBox: (page: number, box: number) => number;
  readonly _FPDFText_GetUnicode: (textPage: number, index: number) => number;
  readonly _FPDFText_IsHyphen: (textPage: number, index: number) => number;
  readonly _FPDFText_IsGenerated: (textPage: number, index: number) => number;
  readonly _FPDFText_HasUnicodeMapError: (textPage: number, index: number) => number;
  readonly _FPDFText_GetLooseCharBox: (textPage: number, index: number, box: number) => number;
  readonly _FPDFText_GetCharOrigin: (textPage: number, index: number, x: number, y: number) => number;
  readonly _FPDFText_GetFontSize: (textPage: number, index: number) => number;
  readonly _FPDFText_GetMatrix: (textPage: number, index: number, matrix: number) => number;
}

/** Bytes that reading may take beyond the file: a picture of 24 megapixels in four colours is drawn with 128 MiB. */
const workingBytes = 144 * 1024 * 1024;

/** Kept from one document to the next: compiling takes ten times as long as creating an instance. */
let compiled: WebAssembly.Module | undefined;

async function compilePdfium(): Promise<WebAssembly.Module> {
  compiled ??= await WebAssembly.compile(await readFile(pathOfEngineFile(pdfiumFile)));
  return compiled;
}

/**
 * An instance of pdfium behind two walls: the memory that it may take, and the time of each call. It serves one document,
 * so that none meets what another has left behind; a new one takes 15 ms.
 *
 * @see docs/decisions/0012-reading-a-pdf.md
 */
export class Pdfium {
  readonly #calls: PdfiumCalls;
  readonly #memory: MemoryWall;

  private constructor(calls: PdfiumCalls, memory: MemoryWall) {
    this.#calls = calls;
    this.#memory = memory;
  }

  /** @param fileBytes the size of the document that it is to read. */
  static async open(fileBytes: number): Promise<Pdfium> {
    const memory = new MemoryWall(fileBytes + workingBytes);
    const module = await compilePdfium();
    const options = {
      // What pdfium prints may quote the document.
      print: () => undefined,
      printErr: () => undefined,
      instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
        const instance = new WebAssembly.Instance(module, memory.around(imports));
        done(instance);
        return instance.exports;
      },
    };
    const calls = await withoutGlobals(() => PDFiumModule(options as unknown as Parameters<typeof PDFiumModule>[0]));
    calls._FPDF_InitLibraryWithConfig({});
    return new Pdfium(calls as PdfiumCalls, memory);
  }

  /**
   * Calls pdfium. After an error the instance is not to be used again.
   *
   * @throws {@link DocumentTooLargeError} where it wanted more memory than it may have, though it got along without.
   * @throws {@link DocumentUnreadableError} where it ended of itself (a trap, an abort).
   * @throws {@link TimeLimitError} after `millis`.
   */
  run<T>(millis: number, work: (calls: PdfiumCalls) => T): T {
    try {
      const found = withinTime(millis, () => work(this.#calls));
      if (!this.#memory.wasHit) return found;
    } catch (error) {
      if (!this.#memory.wasHit)
        throw error instanceof StageError || error instanceof TimeLimitError ? error : new DocumentUnreadableError();
    }
    throw new DocumentTooLargeError("The document needs more memory to be read than there is.");
  }
}

/** Takes back what `make` adds to the global object: getters for names of old, which would hold the instance for ever. */
async function withoutGlobals<T>(make: () => Promise<T>): Promise<T> {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  const made = await make();
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!before.has(name)) Reflect.deleteProperty(globalThis, name);
  return made;
}

/** Answers a module that asks for more memory than `maxBytes` as a machine would that has no more. */
class MemoryWall {
  readonly #maxBytes: number;
  wasHit = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  around(imports: WebAssembly.Imports): WebAssembly.Imports {
    const { env } = imports;
    const grow = env?.["emscripten_resize_heap"];
    if (typeof grow !== "function") throw new Error("This build of pdfium grows its memory in another way.");
    return { ...imports, env: { ...env, emscripten_resize_heap: (bytes: number) => this.#allows(bytes) && grow(bytes) } };
  }

  #allows(bytes: number): boolean {
    const allowed = bytes >>> 0 <= this.#maxBytes;
    if (!allowed) this.wasHit = true;
    return allowed;
  }
}
