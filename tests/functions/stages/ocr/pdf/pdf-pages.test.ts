import { PDFDocument } from "pdf-lib";
import { expect, test } from "vitest";
import { Pace } from "../../../../../functions/stages/ocr/pace.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { openPdf } from "../../../../../functions/stages/ocr/pdf/pdf-pages.ts";
import { flateStream, line, onePage, pdfFile, stream } from "../../../../support/pdf-file.ts";

const pace = new Pace(() => 600_000);

/** Reads the first page with a page reader that finds this on every picture, and says what it was shown. */
async function firstPage(file: Uint8Array, onPicture = "read off the picture") {
  const shown: PageImage[] = [];
  const source = await openPdf(file, pace, async (image) => {
    shown.push(image);
    return { text: onPicture, confidence: 0.9 };
  });
  return { ...((await source.readLayer(0)) ?? (await source.readPage(0))), shown: shown.length };
}

/** A page that a picture fills, with this written over it. */
const scan = (overlay = "") =>
  onePage(stream("", `q 612 0 0 792 0 0 cm/I Do Q ${overlay}`), {
    resources: "/XObject<</I 6 0 R>>",
    objects: [
      flateStream("/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8", Buffer.alloc(100, "grey")),
    ],
  });

test("a page of text is taken at its word", async () => {
  expect(await firstPage(onePage(stream("", line("Written"))))).toEqual({ text: "Written", confidence: 1, shown: 0 });
});

test("a blank page is not looked at", async () => {
  expect(await firstPage(onePage(stream("", "")))).toEqual({ text: "", confidence: 1, shown: 0 });
});

test("a picture is read", async () => {
  expect(await firstPage(scan())).toEqual({ text: "read off the picture", confidence: 0.9, shown: 1 });
});

test("a picture with a stamp on it is read", async () => {
  expect(await firstPage(scan(line("Page 3")))).toMatchObject({ text: "read off the picture", shown: 1 });
});

test("a stamp is better than nothing", async () => {
  expect(await firstPage(scan(line("Page 3")), "")).toMatchObject({ text: "Page 3", confidence: 1, shown: 1 });
});

test("a scan with its text under it is taken at its word", async () => {
  const sentence = "Somebody has read this page before and written down what it says.";

  expect(await firstPage(scan(line(sentence)))).toMatchObject({ text: sentence, shown: 0 });
});

test("nonsense is never better than nothing", async () => {
  const font = "<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[65/g1/g2/g3]>>>>";
  const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>";
  const contents = stream("", `${line("ABCABC")} 0 0 m 300 300 l S`);
  const file = pdfFile(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, contents]);

  expect(await firstPage(file, "")).toMatchObject({ text: "", shown: 1 });
});

test("a page that is white when it is drawn is not looked at", async () => {
  const picture = stream("/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode", "not a JPEG");
  const file = onePage(stream("", "q 612 0 0 792 0 0 cm/I Do Q"), { resources: "/XObject<</I 6 0 R>>", objects: [picture] });

  expect(await firstPage(file)).toEqual({ text: "", confidence: 1, shown: 0 });
});

test("counts all pages", async () => {
  const document = await PDFDocument.create();
  for (let page = 0; page < 30; page++) document.addPage();

  expect(await openPdf(await document.save(), pace, () => Promise.reject(new Error()))).toMatchObject({ pageCount: 30 });
});

test("a file without pages is unreadable", async () => {
  const file = pdfFile(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]);

  await expect(firstPage(file)).rejects.toMatchObject({ name: "DocumentUnreadable" });
});

test("a bomb is refused before pdfium sees it", async () => {
  await expect(firstPage(onePage(flateStream("", Buffer.alloc(3_000_000, " "))))).rejects.toMatchObject({
    name: "DocumentTooLarge",
    message: expect.stringMatching(/^A part of the document grows/),
  });
});
