import { PDFiumLibrary } from "@hyzyla/pdfium";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { onePage, stream } from "./pdf-file.ts";

/** A page with these lines on it, as a PDF that holds them as text. */
export function writtenPage(lines: readonly string[]): Buffer {
  const written = lines.map((line, index) => `BT/F1 20 Tf 60 ${700 - 40 * index} Td(${line})Tj ET`).join("\n");
  return onePage(stream("", written));
}

/** A picture of a page with these lines, of 612 × 792 pixels times `scale`. */
async function picture(lines: readonly string[], scale: number): Promise<PNG> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(writtenPage(lines));
  const { width, height, data } = await document.getPage(0).render({ scale, render: "bitmap" });
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  document.destroy();
  library.destroy();
  return png;
}

/** The picture as a PNG in grey. */
export async function pagePng(lines: readonly string[], { scale = 2, deflateLevel = 6 } = {}): Promise<Buffer> {
  return PNG.sync.write(await picture(lines, scale), { colorType: 0, deflateLevel });
}

export async function pageJpeg(lines: readonly string[], scale = 2): Promise<Buffer> {
  return jpeg.encode(await picture(lines, scale), 90).data;
}
