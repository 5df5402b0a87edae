import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";

let library: Promise<PDFiumLibrary> | undefined;

async function rendered(pdf: Uint8Array, dpi: number, colorSpace: "Gray" | "BGRA") {
  library ??= PDFiumLibrary.init();
  const document = await (await library).loadDocument(pdf);
  const image = await document.getPage(0).render({ scale: dpi / 72, render: "bitmap", colorSpace });
  document.destroy();
  return image;
}

/** Draws the first page of a PDF. */
export async function renderSheet(pdf: Uint8Array, dpi: number): Promise<PageImage & { readonly dpi: number }> {
  const { data, width, height } = await rendered(pdf, dpi, "Gray");
  return { grey: new Uint8Array(data), width, height, dpi };
}

/** Draws the first page of a PDF in its colours. @returns four bytes a pixel: red, green, blue and 255. */
export async function renderColours(pdf: Uint8Array, dpi: number): Promise<Uint8Array> {
  return new Uint8Array((await rendered(pdf, dpi, "BGRA")).data);
}
