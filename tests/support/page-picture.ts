import { PDFiumLibrary } from "@hyzyla/pdfium";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { encoded } from "./encoded-image.ts";
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

/** Pictures of pages, one for each list of lines, as one file; the suffix names its kind. */
export async function pagesAs(suffix: string, pages: readonly (readonly string[])[], options: object = {}): Promise<Uint8Array> {
  const pictures = pages.map(async (lines) => {
    const { data, width, height } = await picture(lines, 2);
    return { samples: Uint8Array.from({ length: width * height }, (_, pixel) => data[4 * pixel] ?? 0), width, height };
  });
  return encoded(await Promise.all(pictures), suffix, options);
}

export async function pageJpeg(lines: readonly string[], scale = 2): Promise<Buffer> {
  return jpeg.encode(await picture(lines, scale), 90).data;
}
