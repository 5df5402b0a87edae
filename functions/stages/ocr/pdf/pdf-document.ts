import type { PageImage } from "../page-image.ts";
import { DocumentProtectedError, DocumentUnreadableError } from "../stage.ts";
import type { PageLayer } from "./page-layer.ts";
import { Pdfium, type PdfiumCalls } from "./pdfium.ts";
import { renderSize } from "./render-size.ts";

/** Of pdfium's headers fpdfview.h, fpdf_edit.h and fpdf_flatten.h. */
const passwordError = 4;
const securityError = 5;
const imageObject = 3;
const formObject = 5;
const flattenForDisplay = 0;
const greyBitmap = 1;
const white = 0xffffffff;
const withAnnotationsInGrey = 0x01 | 0x08;

/** Characters that a page may have before the rest of them is let go: more than the text of a document may be long. */
const maxCharacters = 1024 * 1024;

/**
 * An open PDF. Pages are counted from 0, and each call frees what it took for its page.
 *
 * Every call can throw what {@link Pdfium.run} throws; the document is not to be used after that.
 */
export class PdfDocument {
  readonly pageCount: number;
  readonly #pdfium: Pdfium;
  readonly #address: number;

  private constructor(pdfium: Pdfium, address: number, pageCount: number) {
    this.#pdfium = pdfium;
    this.#address = address;
    this.pageCount = pageCount;
  }

  /**
   * @throws {@link DocumentProtectedError} where it takes a password other than the empty one.
   * @throws {@link DocumentUnreadableError} where it is no PDF, or too damaged to be repaired.
   */
  static async open(bytes: Uint8Array, millis: number): Promise<PdfDocument> {
    const pdfium = await Pdfium.open(bytes.length);
    return pdfium.run(millis, (calls) => {
      const address = load(calls, bytes);
      return new PdfDocument(pdfium, address, calls._FPDF_GetPageCount(address));
    });
  }

  /** The page's own text, the values of filled-in fields included. */
  readLayer(page: number, millis: number): PageLayer {
    return this.#onPage(page, millis, (calls, address) => {
      const pictured = picturedPart(calls, address);
      const blank = calls._FPDFPage_CountObjects(address) === 0;
      return { ...readCharacters(calls, address), pictured, blank };
    });
  }

  /** The page as it is shown, in grey. */
  render(page: number, millis: number): PageImage {
    return this.#onPage(page, millis, (calls, address) => {
      const { width, height, dpi } = renderSize(calls._FPDF_GetPageWidth(address), calls._FPDF_GetPageHeight(address));
      return { grey: draw(calls, address, width, height), width, height, dpi };
    });
  }

  #onPage<T>(page: number, millis: number, work: (calls: PdfiumCalls, address: number) => T): T {
    return this.#pdfium.run(millis, (calls) => {
      const address = loadFlattened(calls, this.#address, page);
      const found = work(calls, address);
      calls._FPDF_ClosePage(address);
      return found;
    });
  }
}

function load(calls: PdfiumCalls, bytes: Uint8Array): number {
  // pdfium reads from here as long as the document is open, so it is never freed; the instance goes with the document.
  const start = calls.wasmExports.malloc(bytes.length);
  if (start === 0) throw new DocumentUnreadableError();
  calls.HEAPU8.set(bytes, start);
  const address = calls._FPDF_LoadMemDocument(start, bytes.length, 0);
  if (address !== 0) return address;
  const reason = calls._FPDF_GetLastError();
  throw reason === passwordError || reason === securityError ? new DocumentProtectedError() : new DocumentUnreadableError();
}

/** Opens a page with its annotations drawn on it: what is filled into a form is in them and not in the page. */
function loadFlattened(calls: PdfiumCalls, document: number, page: number): number {
  const address = loadPage(calls, document, page);
  if (calls._FPDFPage_GetAnnotCount(address) === 0) return address;
  calls._FPDFPage_Flatten(address, flattenForDisplay);
  calls._FPDF_ClosePage(address);
  return loadPage(calls, document, page);
}

function loadPage(calls: PdfiumCalls, document: number, page: number): number {
  const address = calls._FPDF_LoadPage(document, page);
  if (address === 0) throw new DocumentUnreadableError();
  return address;
}

function readCharacters(calls: PdfiumCalls, page: number): Pick<PageLayer, "characters" | "unknown"> {
  const text = calls._FPDFText_LoadPage(page);
  const count = Math.min(calls._FPDFText_CountChars(text), maxCharacters);
  let characters = "";
  let unknown = 0;
  // One by one: FPDFText_GetText leaves off the end of a text with ligatures in it.
  for (let index = 0; index < count; index++) {
    characters += String.fromCodePoint(calls._FPDFText_IsHyphen(text, index) === 1 ? softHyphen : calls._FPDFText_GetUnicode(text, index));
    if (calls._FPDFText_HasUnicodeMapError(text, index) === 1) unknown++;
  }
  calls._FPDFText_ClosePage(text);
  return { characters, unknown };
}

const softHyphen = 0xad;

/** Groups of objects count as pictures: a picture is often wrapped into one. */
function picturedPart(calls: PdfiumCalls, page: number): number {
  const bounds = calls.wasmExports.malloc(16);
  let area = 0;
  for (let index = 0; index < calls._FPDFPage_CountObjects(page); index++) {
    const object = calls._FPDFPage_GetObject(page, index);
    if (![imageObject, formObject].includes(calls._FPDFPageObj_GetType(object))) continue;
    if (calls._FPDFPageObj_GetBounds(object, bounds, bounds + 4, bounds + 8, bounds + 12) === 0) continue;
    const [left = 0, bottom = 0, right = 0, top = 0] = new Float32Array(calls.HEAPU8.buffer, bounds, 4);
    area += (right - left) * (top - bottom);
  }
  calls.wasmExports.free(bounds);
  return area / (calls._FPDF_GetPageWidth(page) * calls._FPDF_GetPageHeight(page));
}

function draw(calls: PdfiumCalls, page: number, width: number, height: number): Uint8Array {
  const bitmap = calls._FPDFBitmap_CreateEx(width, height, greyBitmap, 0, 0);
  if (bitmap === 0) throw new DocumentUnreadableError();
  calls._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, white);
  calls._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, withAnnotationsInGrey);
  const start = calls._FPDFBitmap_GetBuffer(bitmap);
  const stride = calls._FPDFBitmap_GetStride(bitmap);
  const grey = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) grey.set(calls.HEAPU8.subarray(start + row * stride, start + row * stride + width), row * width);
  calls._FPDFBitmap_Destroy(bitmap);
  return grey;
}
