import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fontkit from "@pdf-lib/fontkit";
import { degrees, PDFDocument } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { textOf } from "../../../../../functions/stages/ocr/pdf/page-layer.ts";
import { PdfDocument } from "../../../../../functions/stages/ocr/pdf/pdf-document.ts";
import { TimeLimitError } from "../../../../../functions/stages/ocr/time-limit.ts";
import { encryptedPdf } from "../../../../support/encrypted-pdf.ts";
import { flateStream, line, onePage, stream } from "../../../../support/pdf-file.ts";

const millis = 10_000;
const open = (file: Uint8Array) => PdfDocument.open(file, millis);
const layerOf = async (file: Uint8Array) => (await open(file)).readLayer(0, millis);
const textIn = async (file: Uint8Array) => textOf(await layerOf(file));

/** A grey picture of 100 × 100 pixels, filled with one value, over the part of the page that the matrix says. */
const picture = (matrix: string, value = 0) =>
  onePage(stream("", `q ${matrix} cm/I Do Q`), {
    resources: "/XObject<</I 6 0 R>>",
    objects: [
      flateStream("/Type/XObject/Subtype/Image/Width 100/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8", Buffer.alloc(10_000, value)),
    ],
  });

describe("a text layer", () => {
  test("is read whole, its ligatures undone", async () => {
    const document = await PDFDocument.create();
    document.registerFontkit(fontkit);
    const file = createRequire(import.meta.url).resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf");
    const font = await document.embedFont(readFileSync(file), { subset: true });
    const page = document.addPage();
    page.drawText("Naïve office Ω", { font, x: 50, y: 700 });
    page.drawText("the last ﬁsh in a ﬂock: ff fi", { font, x: 50, y: 650 });

    expect(await textIn(await document.save())).toBe("Naïve office Ω\nthe last fish in a flock: ff fi");
  });

  test("has words that are divided at line ends put together", async () => {
    const contents = "BT/F1 12 Tf 14 TL 72 700 Td(This is an exam-)'(ple of Smith-)'(Jones.)' ET";

    expect(await textIn(onePage(stream("", contents)))).toBe("This is an example of Smith-Jones.");
  });

  test("has the values of a form in it", async () => {
    const document = await PDFDocument.create();
    const page = document.addPage();
    page.drawText("Name:", { x: 50, y: 705, size: 12 });
    const field = document.getForm().createTextField("name");
    field.setText("Ada Lovelace");
    field.addToPage(page, { x: 100, y: 700, width: 200, height: 20 });

    expect(await textIn(await document.save())).toContain("Ada Lovelace");
  });

  test("says which characters mean nothing", async () => {
    const font = "<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[65/g1/g2/g3]>>>>";
    const file = onePage(stream("", "BT/F2 24 Tf 72 700 Td(ABC)Tj ET"), { resources: "/Font<</F2 6 0 R>>", objects: [font] });

    expect(await layerOf(Buffer.from(file.toString("latin1").replace("/Font<</F1 4 0 R>>", ""), "latin1"))).toMatchObject({ unknown: 3 });
  });

  test("says what pictures cover of the page", async () => {
    expect((await layerOf(picture("306 0 0 792 0 0"))).pictured).toBeCloseTo(0.5, 3);
    expect(await layerOf(onePage(stream("", line("x"))))).toMatchObject({ pictured: 0, blank: false });
    expect(await layerOf(onePage(stream("", "")))).toMatchObject({ characters: "", pictured: 0, blank: true });
  });
});

describe("a drawn page", () => {
  test("is grey, 240 dots an inch, black where there is ink", async () => {
    const { grey, width, height, dpi } = (await open(picture("306 0 0 396 0 0", 100))).render(0, millis);

    expect({ width, height, dpi, length: grey.length }).toEqual({ width: 2040, height: 2640, dpi: 240, length: 2040 * 2640 });
    expect(grey[2560 * width + 100]).toBe(100); // below, on the left
    expect(grey[100 * width + 100]).toBe(255);
    expect(grey[2560 * width + 2000]).toBe(255);
  });

  test("is turned as the file says", async () => {
    const document = await PDFDocument.create();
    document.addPage([612, 792]).setRotation(degrees(90));

    expect((await open(await document.save())).render(0, millis)).toMatchObject({ width: 2640, height: 2040 });
  });
});

describe("encryption", () => {
  test("a file that opens without a password is read", async () => {
    expect(await textIn(encryptedPdf("Not a secret", ""))).toBe("Not a secret");
  });

  test("a file with a password is refused", async () => {
    await expect(open(encryptedPdf("A secret", "sesame"))).rejects.toMatchObject({ name: "DocumentProtected" });
  });
});

test("a file that is locked in a way of its own is refused as one with a password", async () => {
  const file = Buffer.from(encryptedPdf("A secret", "").toString("latin1").replace("/Filter/Standard", "/Filter/Of.Its.Own"), "latin1");

  await expect(open(file)).rejects.toMatchObject({ name: "DocumentProtected" });
});

describe("walls", () => {
  const good = onePage(stream("", line("Still here")));

  test("a call that takes too long is ended, and the next document is read", async () => {
    const slow = await open(onePage(flateStream("", "0 0 m 600 700 l 300 0 l S\n".repeat(300_000))));

    expect(() => slow.render(0, 200)).toThrow(TimeLimitError);
    expect(await textIn(good)).toBe("Still here");
  });

  test("a file that grows past the memory is refused, and the next document is read", async () => {
    const bomb = await open(onePage(flateStream("", Buffer.alloc(180_000_000, " "))));

    expect(() => bomb.readLayer(0, millis)).toThrow(expect.objectContaining({ name: "DocumentTooLarge" }));
    expect(await textIn(good)).toBe("Still here");
  });

  test("a page that cannot be opened is refused", async () => {
    const document = await open(good);

    expect(() => document.readLayer(-1, millis)).toThrow(expect.objectContaining({ name: "DocumentUnreadable" }));
    expect(await textIn(good)).toBe("Still here");
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a header alone", Buffer.from("%PDF-1.7\n")],
    ["no PDF", Buffer.from("Not a PDF at all, but some text.")],
  ])("%s is unreadable", async (_, file) => {
    await expect(open(file)).rejects.toMatchObject({ name: "DocumentUnreadable" });
  });
});
