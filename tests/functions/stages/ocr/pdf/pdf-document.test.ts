import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fontkit from "@pdf-lib/fontkit";
import { degrees, PDFDocument } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { PdfDocument } from "../../../../../functions/stages/ocr/pdf/pdf-document.ts";
import { textInOrder } from "../../../../../functions/stages/ocr/pdf/reading-order.ts";
import { partOf, readingOf, wholeOf } from "../../../../../functions/stages/ocr/pdf/render-size.ts";
import { TimeLimitError } from "../../../../../functions/stages/ocr/time-limit.ts";
import { encryptedPdf } from "../../../../support/encrypted-pdf.ts";
import { flateStream, line, onePage, pdfFile, stream } from "../../../../support/pdf-file.ts";

const millis = 10_000;
const open = (file: Uint8Array) => PdfDocument.open(file, millis);
const layerOf = async (file: Uint8Array) => (await open(file)).readLayer(0, millis);
const textIn = async (file: Uint8Array) => textInOrder(await layerOf(file));

/** The first page as a whole, with or without its text. */
async function drawn(file: Uint8Array, without?: "text") {
  const document = await open(file);
  const page = document.readLayer(0, millis);
  return document.render(0, partOf(page, wholeOf(page), readingOf(1)), millis, without);
}

/** A grey picture of 100 × 100 pixels, filled with one value, over the part of the page that the matrix says. */
const picture = (matrix: string, value = 0) =>
  onePage(stream("", `q ${matrix} cm/I Do Q`), {
    resources: "/XObject<</I 6 0 R>>",
    objects: [
      flateStream("/Type/XObject/Subtype/Image/Width 100/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8", Buffer.alloc(10_000, value)),
    ],
  });

/** A page of one group of objects, which holds a picture of its own. */
const nested = (content: string) =>
  onePage(stream("", "/G Do"), {
    resources: "/XObject<</G 6 0 R>>",
    objects: [
      stream("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 4 0 R>>/XObject<</I 7 0 R>>>>", content),
      flateStream("/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8", Buffer.alloc(100)),
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

  test("has the values of a form in it that the viewer is to write", async () => {
    const file = pdfFile([
      "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/NeedAppearances true/DR<</Font<</F1 4 0 R>>>>/DA(/F1 12 Tf 0 g)>>>>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Annots[5 0 R]>>",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Ada Lovelace)/Rect[100 700 300 720]/F 4/P 3 0 R>>",
    ]);

    expect(await textIn(file)).toBe("Ada Lovelace");
  });

  test("has the notes in it that are typed onto the page, each once, however often it is read", async () => {
    const note = (text: string, rest: string) => `<</Type/Annot/Subtype/FreeText/Rect[100 100 300 140]/Contents(${text})${rest}>>`;
    const file = pdfFile([
      "<</Type/Catalog/Pages 2 0 R>>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>/Annots[6 0 R 7 0 R 8 0 R 9 0 R]>>",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      stream("", line("The page")),
      note("Please check, then sign", "/DA(1 0 0 rg)"),
      note("Withdrawn", "/DA(1 0 0 rg)/F 2"),
      note("Drawn by pdfium", "/DA(/Helv 12 Tf)"),
      note("As its look says", "/AP<</N 10 0 R>>"),
      stream("/Type/XObject/Subtype/Form/BBox[0 0 200 40]/Resources<</Font<</F1 4 0 R>>>>", "BT/F1 12 Tf 100 10 Td(Approved)Tj ET"),
    ]);
    const document = await open(file);

    for (let time = 0; time < 2; time++) {
      const lines = textInOrder(document.readLayer(0, millis)).split(/\n+/);
      expect(lines.toSorted()).toEqual(["Approved", "Drawn by pdfium", "Please check, then sign", "The page"]);
    }
  });

  test("has nothing in it of what is beyond the edge of the page as it is shown", async () => {
    const at = (x: number, y: number, text: string) => `BT/F1 12 Tf ${x} ${y} Td(${text})Tj ET\n`;
    const content = [
      at(150, 150, "Seen"),
      at(150, 98, "Cut"),
      at(150, 310, "Above"),
      at(150, 80, "Below"),
      at(20, 200, "Left"),
      at(450, 200, "Right"),
    ];
    const cropped = (quarters: number) =>
      Buffer.from(
        onePage(stream("", content.join("")), { mediaBox: "0 0 600 600" })
          .toString("latin1")
          .replace("/MediaBox", `/CropBox[100 100 400 300]/Rotate ${90 * quarters}/MediaBox`),
        "latin1",
      );

    for (const quarters of [0, 1, 2, 3]) expect((await textIn(cropped(quarters))).split(/\s+/), `${quarters}`).toEqual(["Seen", "Cut"]);
  });

  test("keeps the size of its page, also where annotations are drawn on it and its parent has the size, or art a smaller one", async () => {
    const file = (page: string) =>
      pdfFile([
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 500 900]>>",
        `<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>/Annots[6 0 R]${page}>>`,
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        stream("", "BT/F1 12 Tf 60 860 Td(At the top)Tj ET"),
        "<</Type/Annot/Subtype/Square/Rect[100 100 300 140]/AP<</N 7 0 R>>>>",
        stream("/Type/XObject/Subtype/Form/BBox[0 0 200 40]/Resources<</Font<</F1 4 0 R>>>>", "BT/F1 12 Tf 10 10 Td(Stamped)Tj ET"),
      ]);

    for (const page of ["", "/ArtBox[50 50 200 200]"]) {
      const layer = await layerOf(file(page));
      expect(layer).toMatchObject({ width: 500, height: 900 });
      expect(textInOrder(layer)).toBe("At the top\n\nStamped");
    }
  });

  test("says which characters mean nothing", async () => {
    const font = "<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[65/g1/g2/g3]>>>>";
    const file = onePage(stream("", "BT/F2 24 Tf 72 700 Td(ABC)Tj ET"), { resources: "/Font<</F2 6 0 R>>", objects: [font] });

    expect(await layerOf(Buffer.from(file.toString("latin1").replace("/Font<</F1 4 0 R>>", ""), "latin1"))).toMatchObject({
      unknown: "ABC",
    });
  });

  test.each([
    ["a picture", picture("306 0 0 792 0 0"), "shapes"],
    ["text", onePage(stream("", line("x"))), "none"],
    ["nothing", onePage(stream("", "")), "none"],
    ["a stroke", onePage(stream("", "0 0 m 300 300 l S")), "none"],
    ["a grid", onePage(stream("", Array.from({ length: 20 }, (_, row) => `50 ${100 + row} m 500 ${100 + row} l S`).join("\n"))), "rules"],
    ["the outline of a letter", onePage(stream("", "0 0 m 1 0 l 1 5 l 2 5 l 2 6 l -1 6 l -1 5 l 0 5 l f")), "shapes"],
    ["a picture within a group", nested("q 200 0 0 200 0 0 cm/I Do Q"), "shapes"],
  ])("says that there is beside it: %s", async (_, file, drawings) => {
    expect((await layerOf(file)).drawings).toBe(drawings);
  });

  test("says how fine its pictures are, where there is nothing else", async () => {
    expect((await layerOf(picture("306 0 0 306 0 0"))).pictureDpi).toBeCloseTo((100 * 72) / 306, 3);
    expect((await layerOf(onePage(stream("", line("x"))))).pictureDpi).toBeUndefined();
  });

  test("has its places on the page as it is shown: cut out, and turned", async () => {
    const contents = stream("", "BT/F1 20 Tf 200 500 Td(A)Tj ET");
    const cut = onePage(contents, { mediaBox: "100 100 612 792" });
    const turned = onePage(contents, { mediaBox: "100 100 612 792]/Rotate 90/Group[" });

    expect([...(await layerOf(cut)).characters.origins]).toEqual([100, 292]);
    expect(await layerOf(turned)).toMatchObject({ width: 692, height: 512 });
    expect([...(await layerOf(turned)).characters.origins]).toEqual([400, 100]);
    expect([...(await layerOf(turned)).characters.turns]).toEqual([1]);
  });
});

describe("a drawn page", () => {
  test("is grey, 240 dots an inch, black where there is ink", async () => {
    const { grey, width, height, dpi } = await drawn(picture("306 0 0 396 0 0", 100));

    expect({ width, height, dpi, length: grey.length }).toEqual({ width: 2040, height: 2640, dpi: 240, length: 2040 * 2640 });
    expect(grey[2560 * width + 100]).toBe(100); // below, on the left
    expect(grey[100 * width + 100]).toBe(255);
    expect(grey[2560 * width + 2000]).toBe(255);
  });

  test("is turned as the file says", async () => {
    const document = await PDFDocument.create();
    document.addPage([612, 792]).setRotation(degrees(90));

    expect(await drawn(await document.save())).toMatchObject({ width: 2640, height: 2040 });
  });
});

describe("a page drawn without its text", () => {
  const inkOf = ({ grey }: { grey: Uint8Array }) => grey.filter((value) => value < 130).length;
  const written = (text: string) => onePage(stream("", text));

  test("has nothing of it, and everything else", async () => {
    const stroke = "0 0 m 300 300 l S ";

    expect(inkOf(await drawn(written(line("Text")), "text"))).toBe(0);
    expect(inkOf(await drawn(written(stroke + line("Text")), "text"))).toBe(inkOf(await drawn(written(stroke))));
  });

  test("has nothing of the text within groups", async () => {
    expect(inkOf(await drawn(nested(line("Within"))))).toBeGreaterThan(0);
    expect(inkOf(await drawn(nested(line("Within")), "text"))).toBe(0);
  });

  test("does not take the text from the page", async () => {
    const document = await open(written(line("Text")));
    const page = document.readLayer(0, millis);
    const part = partOf(page, wholeOf(page), readingOf(1));
    document.render(0, part, millis, "text");

    expect(inkOf(document.render(0, part, millis))).toBeGreaterThan(0);
  });
});

test("a part of a page is cut out of the whole", async () => {
  const document = await open(picture("306 0 0 396 100 100", 100));
  const page = { width: 612, height: 792 };

  const part = document.render(0, partOf(page, { left: 90, top: 592, right: 300, bottom: 692 + 10 }, readingOf(1)), millis);

  expect(part).toMatchObject({ width: 700, height: 366, dpi: 240 });
  expect([part.grey[30], part.grey[40], part.grey[340 * 700 + 340]]).toEqual([255, 100, 255]);
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

    expect(() => slow.render(0, partOf({ width: 612, height: 792 }, wholeOf({ width: 612, height: 792 }), readingOf(1)), 200)).toThrow(
      TimeLimitError,
    );
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
