import { PDFiumLibrary } from "@hyzyla/pdfium";
import type { PageImage } from "../../../../functions/stages/ocr/page-image.ts";

type SheetImage = PageImage & { readonly dpi: number };

let library: Promise<PDFiumLibrary> | undefined;

async function rendered(pdf: Uint8Array, dpi: number, colorSpace: "Gray" | "BGRA", maxPages = Number.POSITIVE_INFINITY) {
  library ??= PDFiumLibrary.init();
  const document = await (await library).loadDocument(pdf);
  const images = [];
  for (let page = 0; page < Math.min(maxPages, document.getPageCount()); page++)
    images.push(await document.getPage(page).render({ scale: dpi / 72, render: "bitmap", colorSpace }));
  document.destroy();
  return images;
}

/** Draws the pages of a PDF. */
export async function renderSheets(pdf: Uint8Array, dpi: number, maxPages?: number): Promise<SheetImage[]> {
  const images = await rendered(pdf, dpi, "Gray", maxPages);
  return images.map(({ data, width, height }) => ({ grey: new Uint8Array(data), width, height, dpi }));
}

/** Draws the first page of a PDF. */
export async function renderSheet(pdf: Uint8Array, dpi: number): Promise<SheetImage> {
  const [sheet] = await renderSheets(pdf, dpi, 1);
  if (sheet === undefined) throw new Error("The PDF has no page.");
  return sheet;
}

/** Draws the first page of a PDF in its colours. @returns four bytes a pixel: red, green, blue and 255. */
export async function renderColours(pdf: Uint8Array, dpi: number): Promise<Uint8Array> {
  const [image] = await rendered(pdf, dpi, "BGRA", 1);
  return new Uint8Array(image?.data ?? []);
}
