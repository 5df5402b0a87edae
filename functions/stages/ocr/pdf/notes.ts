import type { PdfiumCalls } from "./pdfium.ts";

/** Of pdfium's header fpdf_annot.h, and flags of annotations that are not seen. */
const freeText = 3;
const normalAppearance = 0;
const hiddenOrNoView = 0x02 | 0x20;
/** Bytes of an empty string: UTF-16 with an end. */
const emptyBytes = 2;

/** The notes typed onto a page whose look the file leaves to the viewer: pdfium draws some of them. */
export function readNotes(calls: PdfiumCalls, page: number): readonly string[] {
  const notes: string[] = [];
  for (let index = 0; index < calls._FPDFPage_GetAnnotCount(page); index++) {
    const annotation = calls._FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    if (isLeftToViewer(calls, annotation)) notes.push(contentsOf(calls, annotation));
    calls._FPDFPage_CloseAnnot(annotation);
  }
  return notes;
}

const isLeftToViewer = (calls: PdfiumCalls, annotation: number): boolean =>
  calls._FPDFAnnot_GetSubtype(annotation) === freeText &&
  calls._FPDFAnnot_GetAP(annotation, normalAppearance, 0, 0) <= emptyBytes &&
  (calls._FPDFAnnot_GetFlags(annotation) & hiddenOrNoView) === 0;

function contentsOf(calls: PdfiumCalls, annotation: number): string {
  const { malloc, free } = calls.wasmExports;
  const key = Buffer.from("Contents\0");
  const keyAt = malloc(key.length);
  calls.HEAPU8.set(key, keyAt);
  const bytes = calls._FPDFAnnot_GetStringValue(annotation, keyAt, 0, 0);
  const at = malloc(bytes);
  calls._FPDFAnnot_GetStringValue(annotation, keyAt, at, bytes);
  const contents = Buffer.from(calls.HEAPU8.subarray(at, at + bytes - emptyBytes)).toString("utf16le");
  free(at);
  free(keyAt);
  return contents;
}
