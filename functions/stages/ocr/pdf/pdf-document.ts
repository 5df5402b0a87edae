import type { PageImage } from "../page-image.ts";
import { DocumentProtectedError, DocumentUnreadableError } from "../stage.ts";
import type { CodeRange } from "./character-maps.ts";
import { readNotes } from "./notes.ts";
import type { PageLayer } from "./page-layer.ts";
import { Pdfium, type PdfiumCalls } from "./pdfium.ts";
import { readCharacters } from "./read-characters.ts";
import type { Part } from "./render-size.ts";

/** Of pdfium's headers fpdfview.h, fpdf_edit.h and fpdf_flatten.h. */
const passwordError = 4;
const securityError = 5;
const textObject = 1;
const pathObject = 2;
const imageObject = 3;
const formObject = 5;
const flattenForDisplay = 0;
const greyBitmap = 1;
const white = 0xffffffff;
const withAnnotationsInGrey = 0x01 | 0x08;

/** A path of more segments than a rectangle has may be the outline of a letter; so may be many lines. */
const maxRuleSegments = 6;
const maxRules = 30;
/** So few strokes are no letters. */
const maxMarks = 3;
/** Objects of a page that are looked at. */
const maxObjects = 100_000;

/**
 * An open PDF. Pages are counted from 0, and each call frees what it took for its page.
 *
 * Every call can throw what {@link Pdfium.run} throws; the document is not to be used after that.
 */
export class PdfDocument {
  readonly pageCount: number;
  readonly #pdfium: Pdfium;
  readonly #address: number;
  readonly #ranges: readonly CodeRange[];
  /** By page: they are gone once its annotations are drawn on it. */
  readonly #notes = new Map<number, readonly string[]>();

  private constructor(pdfium: Pdfium, address: number, pageCount: number, ranges: readonly CodeRange[]) {
    this.#pdfium = pdfium;
    this.#address = address;
    this.#ranges = ranges;
    this.pageCount = pageCount;
  }

  /**
   * @param ranges what the file's fonts say of their characters, besides what pdfium takes from them.
   * @throws {@link DocumentProtectedError} where it takes a password other than the empty one.
   * @throws {@link DocumentUnreadableError} where it is no PDF, or too damaged to be repaired.
   */
  static async open(bytes: Uint8Array, millis: number, ranges: readonly CodeRange[] = []): Promise<PdfDocument> {
    const pdfium = await Pdfium.open(bytes.length);
    return pdfium.run(millis, (calls) => {
      const address = load(calls, bytes);
      return new PdfDocument(pdfium, address, calls._FPDF_GetPageCount(address), ranges);
    });
  }

  /** The page's own text, the values of filled-in fields included, and the notes typed onto it. */
  readLayer(page: number, millis: number): PageLayer {
    return this.#onPage(page, millis, (calls, address) => ({
      ...readCharacters(calls, address, this.#ranges),
      notes: this.#notes.get(page) ?? [],
      width: calls._FPDF_GetPageWidthF(address),
      height: calls._FPDF_GetPageHeightF(address),
      ...drawingsOn(calls, address),
    }));
  }

  /** A part of the page as it is shown, in grey; `without` its text it is what is left when all characters are taken off. */
  render(page: number, part: Part, millis: number, without?: "text"): PageImage {
    return this.#onPage(page, millis, (calls, address) => {
      if (without === "text") for (const object of objectsOf(calls, address)) hideText(calls, object);
      return { grey: draw(calls, address, part), width: part.width, height: part.height, dpi: part.dpi };
    });
  }

  /** True if a picture on the page cannot be decoded. It is drawn as nothing, or as black from where its data end. */
  hasDamagedPicture(page: number, millis: number): boolean {
    return this.#onPage(page, millis, (calls, address) => {
      for (const object of objectsOf(calls, address))
        if (calls._FPDFPageObj_GetType(object) === imageObject && isDamaged(calls, object)) return true;
      return false;
    });
  }

  #onPage<T>(page: number, millis: number, work: (calls: PdfiumCalls, address: number) => T): T {
    return this.#pdfium.run(millis, (calls) => {
      const address = this.#loadFlattened(calls, page);
      const found = work(calls, address);
      calls._FPDF_ClosePage(address);
      return found;
    });
  }

  /** Opens a page with its annotations drawn on it: what is filled into a form is in them and not in the page. */
  #loadFlattened(calls: PdfiumCalls, page: number): number {
    const address = loadPage(calls, this.#address, page);
    if (calls._FPDFPage_GetAnnotCount(address) === 0) return address;
    if (!this.#notes.has(page)) this.#notes.set(page, readNotes(calls, address));
    // Programs that fill in forms may leave it to the viewer to write the values: pdfium does so when it draws, wherever that is.
    draw(calls, address, beside);
    keepingSize(calls, address, () => calls._FPDFPage_Flatten(address, flattenForDisplay));
    calls._FPDF_ClosePage(address);
    return loadPage(calls, this.#address, page);
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

/** A bitmap of one pixel, and a page drawn beside it. */
const beside = { left: 2, top: 2, width: 1, height: 1, pageWidth: 1, pageHeight: 1 };

/** Flattening gives a page that takes its size from its parent that of a letter, and one with an ArtBox the size of that. */
function keepingSize(calls: PdfiumCalls, page: number, flatten: () => void): void {
  const scratch = calls.wasmExports.malloc(16);
  calls._FPDF_GetPageBoundingBox(page, scratch);
  const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(calls.HEAPU8.buffer, scratch, 4).slice();
  calls.wasmExports.free(scratch);
  const setSize = (): void => {
    calls._FPDFPage_SetMediaBox(page, left, bottom, right, top);
    calls._FPDFPage_SetCropBox(page, left, bottom, right, top);
  };
  setSize();
  flatten();
  setSize();
}

function loadPage(calls: PdfiumCalls, document: number, page: number): number {
  const address = calls._FPDF_LoadPage(document, page);
  if (address === 0) throw new DocumentUnreadableError();
  return address;
}

/** The objects of a page, and those of the groups among them. */
function* objectsOf(calls: PdfiumCalls, page: number): Generator<number> {
  let count = 0;
  const groups: number[] = [];
  for (let index = 0; index < calls._FPDFPage_CountObjects(page) && count < maxObjects; index++, count++)
    yield noting(calls, calls._FPDFPage_GetObject(page, index), groups);
  for (let group = groups.pop(); group !== undefined; group = groups.pop())
    for (let index = 0; index < calls._FPDFFormObj_CountObjects(group) && count < maxObjects; index++, count++)
      yield noting(calls, calls._FPDFFormObj_GetObject(group, index), groups);
}

function noting(calls: PdfiumCalls, object: number, groups: number[]): number {
  if (calls._FPDFPageObj_GetType(object) === formObject) groups.push(object);
  return object;
}

function hideText(calls: PdfiumCalls, object: number): void {
  if (calls._FPDFPageObj_GetType(object) === textObject) calls._FPDFPageObj_SetIsActive(object, 0);
}

function drawingsOn(calls: PdfiumCalls, page: number): Pick<PageLayer, "drawings" | "pictureDpi"> {
  let [rules, shapes, dpi] = [0, 0, 0];
  for (const object of objectsOf(calls, page)) {
    const type = calls._FPDFPageObj_GetType(object);
    if (type === imageObject) dpi = Math.max(dpi, dpiOf(calls, object));
    else if (type === pathObject && calls._FPDFPath_CountSegments(object) <= maxRuleSegments) rules++;
    else if (type !== textObject && type !== formObject) shapes++;
  }
  const isPrintPossible = dpi > 0 || shapes > 0 || rules > maxRules;
  return {
    drawings: isPrintPossible ? "shapes" : rules > maxMarks ? "rules" : "none",
    pictureDpi: rules + shapes === 0 && dpi > 0 ? dpi : undefined,
  };
}

/** Of the direction in which it is finer; that of a picture within a group may be of another size than this says. */
function dpiOf(calls: PdfiumCalls, image: number): number {
  const scratch = calls.wasmExports.malloc(24);
  calls._FPDFImageObj_GetImagePixelSize(image, scratch, scratch + 4);
  calls._FPDFPageObj_GetBounds(image, scratch + 8, scratch + 12, scratch + 16, scratch + 20);
  const [width = 0, height = 0] = new Uint32Array(calls.HEAPU8.buffer, scratch, 2);
  const [left = 0, bottom = 0, right = 0, top = 0] = new Float32Array(calls.HEAPU8.buffer, scratch + 8, 4);
  calls.wasmExports.free(scratch);
  // A picture that lies on its side has its width along the page's height.
  return (pointsPerInch * Math.max(width, height)) / Math.max(1e-3, Math.min(right - left, top - bottom));
}

const pointsPerInch = 72;

/** A smaller picture that is all black may be a rule. */
const minBlackPixels = 10_000;

function isDamaged(calls: PdfiumCalls, picture: number): boolean {
  const bitmap = calls._FPDFImageObj_GetBitmap(picture);
  if (bitmap === 0) return true;
  const [start, stride] = [calls._FPDFBitmap_GetBuffer(bitmap), calls._FPDFBitmap_GetStride(bitmap)];
  const height = calls._FPDFBitmap_GetHeight(bitmap);
  const isLarge = calls._FPDFBitmap_GetWidth(bitmap) * height >= minBlackPixels;
  const isBlack = isLarge && calls.HEAPU8.subarray(start, start + stride * height).every((value) => value === 0);
  calls._FPDFBitmap_Destroy(bitmap);
  return isBlack;
}

function draw(
  calls: PdfiumCalls,
  page: number,
  { left, top, width, height, pageWidth, pageHeight }: Omit<Part, "scale" | "dpi">,
): Uint8Array {
  const bitmap = calls._FPDFBitmap_CreateEx(width, height, greyBitmap, 0, 0);
  if (bitmap === 0) throw new DocumentUnreadableError();
  calls._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, white);
  calls._FPDF_RenderPageBitmap(bitmap, page, -left, -top, pageWidth, pageHeight, 0, withAnnotationsInGrey);
  const start = calls._FPDFBitmap_GetBuffer(bitmap);
  const stride = calls._FPDFBitmap_GetStride(bitmap);
  const grey = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) grey.set(calls.HEAPU8.subarray(start + row * stride, start + row * stride + width), row * width);
  calls._FPDFBitmap_Destroy(bitmap);
  return grey;
}
