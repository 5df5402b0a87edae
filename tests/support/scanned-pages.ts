import { deflateSync } from "node:zlib";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { line, onePage, type PdfObject, pdfFile, stream } from "./pdf-file.ts";

const size = { width: 240, height: 60 };

/** What a page of a scan shows: a word, nothing, or nothing that any reader can open. */
export type ScannedPage = { readonly word: string } | "empty" | "damaged";

/** A scan of small pages as a PDF without a text layer. Its empty pages are pictures too, and cost next to nothing to be read. */
export async function scannedPages(pages: readonly ScannedPage[]): Promise<Buffer> {
  const words = [...new Set(pages.flatMap((page) => (typeof page === "string" ? [] : [page.word])))];
  const pictures = [white, ...(await Promise.all(words.map(pictureOf)))];
  const firstPage = 3 + pictures.length;
  const objects: PdfObject[] = [
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, at) => `${firstPage + at} 0 R`).join(" ")}]>>`,
    ...pictures,
    ...pages.map((page) => {
      if (page === "damaged") return "null";
      const picture = 3 + (page === "empty" ? 0 : 1 + words.indexOf(page.word));
      return `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${size.width} ${size.height}]/Resources<</XObject<</P ${picture} 0 R>>>>/Contents ${firstPage + pages.length} 0 R>>`;
    }),
    stream("", `q ${size.width} 0 0 ${size.height} 0 0 cm/P Do Q`),
  ];
  return pdfFile(objects);
}

const imageObject = (grey: Uint8Array, width: number, height: number): Buffer =>
  stream(
    `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode`,
    deflateSync(grey),
  );

const white = imageObject(new Uint8Array(4).fill(255), 2, 2);

async function pictureOf(word: string): Promise<Buffer> {
  const library = await PDFiumLibrary.init();
  const written = onePage(stream("", line(word).replace("72 700", "20 20")), { mediaBox: `0 0 ${size.width} ${size.height}` });
  const document = await library.loadDocument(written);
  const { width, height, data } = await document.getPage(0).render({ scale: 3, render: "bitmap" });
  document.destroy();
  library.destroy();
  return imageObject(
    data.filter((_, at) => at % 4 === 0),
    width,
    height,
  );
}
