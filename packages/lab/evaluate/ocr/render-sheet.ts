import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";

let library: Promise<PDFiumLibrary> | undefined;

/** Draws the first page of a PDF. */
export async function renderSheet(pdf: Uint8Array, dpi: number): Promise<PageImage & { readonly dpi: number }> {
  library ??= PDFiumLibrary.init();
  const document = await (await library).loadDocument(pdf);
  const { data, width, height } = await document.getPage(0).render({ scale: dpi / 72, render: "bitmap", colorSpace: "Gray" });
  document.destroy();
  return { grey: new Uint8Array(data), width, height, dpi };
}
