import { PDFDocument } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { Pace } from "../../../../../functions/stages/ocr/pace.ts";
import type { PageImage } from "../../../../../functions/stages/ocr/page-image.ts";
import { openPdf } from "../../../../../functions/stages/ocr/pdf/pdf-pages.ts";
import { flateStream, line, onePage, pdfFile, stream } from "../../../../support/pdf-file.ts";

const pace = new Pace(() => 600_000);

/** Reads the first page with a page reader that finds this on every picture, and says what it was shown. */
async function firstPage(file: Uint8Array, onPicture = "read off the picture", confidence = 0.9) {
  const shown: PageImage[] = [];
  const source = await openPdf(file, pace, async (image) => {
    shown.push(image);
    return { text: onPicture, confidence };
  });
  const page = (await source.readLayer(0)) ?? (await source.readPage(0));
  return { ...page, shown: shown.length, images: shown };
}

/** Black bars as high and wide as letters, in so many rows of thirty, as a grey picture of 600 × 800. */
function barsPicture(rows: number) {
  const grey = Buffer.alloc(480_000, 0xff);
  for (let row = 0; row < rows; row++)
    for (let bar = 0; bar < 30; bar++)
      for (let y = 0; y < 10; y++) grey.fill(0, (40 + 20 * row + y) * 600 + 60 + 14 * bar, (40 + 20 * row + y) * 600 + 67 + 14 * bar);
  return flateStream("/Type/XObject/Subtype/Image/Width 600/Height 800/ColorSpace/DeviceGray/BitsPerComponent 8", grey);
}

/** A page that a scan of print fills, with this written over it. */
const scan = (overlay = "", rows = 30) =>
  onePage(stream("", `q 612 0 0 792 0 0 cm/I Do Q ${overlay}`), { resources: "/XObject<</I 6 0 R>>", objects: [barsPicture(rows)] });

const written = (text: string, x: number, y: number, size = 10) => `BT/F1 ${size} Tf ${x} ${y} Td(${text})Tj ET\n`;

test("a page of text is taken at its word", async () => {
  expect(await firstPage(onePage(stream("", line("Written"))))).toMatchObject({ text: "Written", confidence: 1, shown: 0 });
});

test.each([
  ["nothing", ""],
  ["a stroke", "0 0 m 600 700 l S"],
])("a page with %s on it is not looked at", async (_, contents) => {
  expect(await firstPage(onePage(stream("", contents)))).toMatchObject({ text: "", confidence: 1, shown: 0 });
});

test("a scan is read", async () => {
  expect(await firstPage(scan())).toMatchObject({ text: "read off the picture", confidence: 0.9, shown: 1 });
});

test.each([
  ["an envelope's id", written("DocuSign Envelope ID: 7B2F1C04-44C1-4D9A-A8E1-0C5AD21F88B3", 20, 780, 8)],
  ["a fax's header", written("03/03/2024 14:02 FAX 0049 30 123456 P. 003/011", 30, 780)],
])("a scan with %s above it is read, and both are kept", async (_, stamp) => {
  const text = /\((.*)\)/.exec(stamp)?.[1];

  const { confidence, ...page } = await firstPage(scan(stamp));

  expect(page).toMatchObject({ text: `${text}\n\nread off the picture`, shown: 1 });
  expect(confidence).toBeGreaterThan(0.9);
  expect(confidence).toBeLessThan(1);
});

test.each(["Page 3", "ABC-000123", "Scanned with CamScanner"])("a scan with %j below it is read, and both are kept", async (stamp) => {
  expect(await firstPage(scan(written(stamp, 400, 10)))).toMatchObject({ text: `read off the picture\n\n${stamp}`, shown: 1 });
});

test("a scanned letter under two digital lines is read, without them", async () => {
  const lines = ["Forwarded by the district office for your information.", "Please answer within fourteen days of the date above."];
  const { images, text } = await firstPage(scan(lines.map((one, index) => written(one, 60, 775 - 14 * index)).join("")));

  expect(text).toBe(`${lines.join("\n")}\n\nread off the picture`);
  expect(images[0]).toMatchObject({ width: expect.any(Number) });
  expect(images[0]?.height).toBeLessThan(2300); // of 2640: the lines are not on it
});

test.each([written("Page 3", 400, 10), line("Page 3")])("a stamp is better than nothing: %j", async (stamp) => {
  expect(await firstPage(scan(stamp), "")).toMatchObject({ text: "Page 3", confidence: 1, shown: 1 });
});

test("what is read of a figure without being sure is left out", async () => {
  const caption = "The yield by year and district";

  expect(await firstPage(scan(written(caption, 60, 10)), "|| il1 ~ -- ll", 0.5)).toMatchObject({ text: caption, confidence: 1 });
  expect(await firstPage(scan(written(caption, 60, 10)), "1970 1980", 0.8)).toMatchObject({ text: `1970 1980\n\n${caption}` });
});

const sentence = "Somebody has read this page before us";
/** The text in each row of bars, as wide as it, invisible. */
const underlaid = (text: string, rows = 30) =>
  `3 Tr ${5300 / text.length} Tz ${Array.from({ length: rows }, (_, row) => written(text, 61, 742 - 19.8 * row, 16)).join("")}`;

test("a scan with its text under it is taken at its word", async () => {
  const { text, ...page } = await firstPage(scan(underlaid(sentence)));

  expect(page).toMatchObject({ confidence: 1, shown: 0 });
  expect(text.split(/\n+/)).toEqual(Array(30).fill(sentence));
});

test("a scan with the text of its first lines under it is read whole", async () => {
  expect(await firstPage(scan(underlaid(sentence, 3)), sentence.repeat(30))).toMatchObject({ text: sentence.repeat(30), shown: 1 });
  expect(await firstPage(scan(underlaid(sentence, 3)), "hardly anything")).toMatchObject({ confidence: 0, shown: 1 });
});

test("a scan with nonsense under it is read whole", async () => {
  expect(await firstPage(scan(underlaid("Vrphergb kdv uhdg wklv sdjh ehiruh xv")))).toMatchObject({
    text: "read off the picture",
    shown: 1,
  });
});

test("a digital page with a figure that has no letters is taken at its word", async () => {
  const curve = `100 500 m ${Array.from({ length: 40 }, (_, at) => `${110 + 10 * at} ${500 + 100 * Math.sin(at)} l`).join(" ")} S `;

  expect(await firstPage(onePage(stream("", curve + line("The yield by year"))))).toMatchObject({
    text: "The yield by year",
    confidence: 1,
    shown: 0,
  });
});

test("letters drawn as outlines beside a page number are read", async () => {
  const letters = Array.from({ length: 200 }, (_, at) => {
    const [x, y] = [60 + 12 * (at % 40), 600 - 20 * Math.floor(at / 40)];
    return `${x} ${y} m ${x + 2} ${y} l ${x + 2} ${y + 8} l ${x + 5} ${y + 8} l ${x + 5} ${y + 10} l ${x - 3} ${y + 10} l ${x - 3} ${y + 8} l ${x} ${y + 8} l f`;
  });

  expect(await firstPage(onePage(stream("", `${letters.join("\n")} ${written("17", 300, 20)}`)))).toMatchObject({
    text: "read off the picture\n\n17",
    shown: 1,
  });
});

describe("letters that the file names falsely", () => {
  const page = onePage(stream("", line("Wkh kduerxu frpplvvlrq phw rq Wxhvgdb")));

  test("are read off the page", async () => {
    expect(await firstPage(page, "The harbour commission met on Tuesday")).toMatchObject({
      text: "The harbour commission met on Tuesday",
      confidence: 0.9,
      shown: 1,
    });
  });

  test("are not believed where nothing is read", async () => {
    expect(await firstPage(page, "")).toMatchObject({ text: "", shown: 1 });
  });

  test("are believed where the page says the same", async () => {
    expect(await firstPage(page, "Wkh kduerxu frpplvvlrq phw 0n Wxhvgdb")).toMatchObject({
      text: "Wkh kduerxu frpplvvlrq phw rq Wxhvgdb",
      confidence: expect.closeTo(5 / 6),
    });
  });
});

describe("letters of a bitmap font without names", () => {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  const lines = (texts: readonly string[]) =>
    onePage(stream("", `BT/F2 12 Tf 14 TL 60 700 Td ${texts.map((text) => `(${text})'`).join("")} ET`), {
      resources: "/Font<</F2 6 0 R>>",
      objects: [
        `<</Type/Font/Subtype/Type3/FontBBox[0 0 50 70]/FontMatrix[.01 0 0 .01 0 0]/CharProcs<<${codes.map((code) => `/a${code} 7 0 R`).join("")}>>/Encoding<</Differences[0${codes.map((code) => `/a${code}`).join("")}]>>/FirstChar 0/LastChar 255/Widths[${"50 ".repeat(256)}]>>`,
        stream("", "50 0 0 0 40 70 d1 0 0 40 70 re f"),
      ],
    });
  const text = [
    "The o\\016cial report of the harbour commission was \\014nished on Tuesday,",
    "and none of those who were present had a di\\013erent opinion of the breakwater.",
    "Therefore the commission decided that Wei\\377 and \\232i\\272kov publish everything.",
  ];

  test("are those of their codes where these are words, ligatures and letters with accents included", async () => {
    expect(await firstPage(lines(text))).toMatchObject({
      text: "The official report of the harbour commission was finished on Tuesday,\nand none of those who were present had a different opinion of the breakwater.\nTherefore the commission decided that Weiß and Žižkov publish everything.",
      confidence: 1,
      shown: 0,
    });
  });

  test.each([
    [
      "these are no words",
      "wkh riilfldo uhsruw ri wkh kduerxu frpplvvlrq zdv ilqlvkhg rq wxhvgdb dqg qrqh ri wkrvh zkr zhuh suhvhqw kdg dqrwkhu rslqlrq ri wkh euhdnzdwhu",
    ],
    [
      "these stand for another script",
      "EntaUtha Emeinen hmEras pEnte kai kUros metapEmpetai ton adelfOn apO thalAtthj kai parHn strAteuma pollOn anthrOpon pEzon kai ippEwn",
    ],
    ["they are few", "Seventeen ships in harbour"],
  ])("are read off the page where %s", async (_, words) => {
    expect(await firstPage(lines([words]))).toMatchObject({ text: "read off the picture", shown: 1 });
  });
});

test("letters that the file does not name at all are read off the page, where nothing else is on it", async () => {
  const unnamed = onePage(stream("", "BT/F2 24 Tf 72 700 Td(\\001\\001\\001)Tj ET"), {
    resources: "/Font<</F2 6 0 R>>",
    objects: [
      "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</g1 7 0 R>>/Encoding<</Differences[1/g1]>>/FirstChar 1/LastChar 1/Widths[9]>>",
      stream("", "9 0 d0 0 0 2 9 re f 0 0 7 2 re f"),
    ],
  });

  expect(await firstPage(unnamed)).toMatchObject({ text: "read off the picture", shown: 1 });
});

/** A page in a font of two bytes a character, with these ranges in its map of characters, or another map. */
function inWideFont(text: string, ranges: string, map = " 9 0 R"): Buffer {
  const codes = Buffer.from(text, "utf16le").swap16().toString("hex");
  return onePage(stream("", `BT/F2 12 Tf 72 700 Td<${codes}>Tj ET`), {
    resources: "/Font<</F2 6 0 R>>",
    objects: [
      `<</Type/Font/Subtype/Type0/BaseFont/Arial/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode${map}>>`,
      "<</Type/Font/Subtype/CIDFontType2/BaseFont/Arial/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>/FontDescriptor 8 0 R/DW 600>>",
      "<</Type/FontDescriptor/FontName/Arial/Flags 32/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80>>",
      flateStream("", `1 begincodespacerange<0000><FFFF>endcodespacerange\n${ranges}\nendcmap`),
    ],
  });
}

describe("a map of characters with a range over more than 256 codes, as programs in PHP write it", () => {
  const text = "Счёт на оплату услуг за ноябрь, Łódź, Αθήνα";

  test("is taken at its word", async () => {
    const page = await firstPage(inWideFont(text, "1 beginbfrange\n<0000> <FFFF> <0000>\nendbfrange"));

    expect(page).toMatchObject({ text, confidence: 1, shown: 0 });
  });

  test("may count from another code", async () => {
    const moved = Array.from(text, (character) => String.fromCodePoint(character.charCodeAt(0) + 0x20)).join("");

    expect(await firstPage(inWideFont(moved, "1 beginbfrange <0020> <0520> <0000> endbfrange"))).toMatchObject({ text, shown: 0 });
  });

  test("may be a name", async () => {
    for (const name of ["/Identity-H", "\n/Identity-V"])
      expect(await firstPage(inWideFont(text, "", name))).toMatchObject({ text, shown: 0 });
  });

  test("is not believed where another font has another one", async () => {
    const ranges = "2 beginbfrange <0000> <FFFF> <0000> <0000> <FFFF> <0001> endbfrange";

    expect(await firstPage(inWideFont(text, ranges))).toMatchObject({ text: "read off the picture", shown: 1 });
  });
});

test("nonsense is never better than nothing", async () => {
  const font = "<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[65/g1/g2/g3]>>>>";
  const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>";
  const contents = stream("", `${line("ABCABC")} 0 0 m 300 300 l S`);
  const file = pdfFile(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, font, contents]);

  expect(await firstPage(file, "")).toMatchObject({ text: "", shown: 0 });
});

const greyPicture = "/Subtype/Image/Width 600/Height 800/ColorSpace/DeviceGray/BitsPerComponent 8";
const jbig2Picture = "/Subtype/Image/Width 600/Height 800/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/JBIG2Decode";
/** The header of a page of 600 × 800 white pixels (ITU-T T.88, 7.4.8), and that of a region whose data are missing. */
const jbig2Page = Buffer.from("00000000300001000000130000025800000320000000000000000000 0000".replaceAll(" ", ""), "hex");
const jbig2Region = Buffer.from("0000000126000100000063010203", "hex");

/** A page that a picture fills, and what is written over it. */
const pictured = (picture: Buffer, overlay = "") =>
  onePage(stream("", `q 612 0 0 792 0 0 cm/I Do Q ${overlay}`), { resources: "/XObject<</I 6 0 R>>", objects: [picture] });

test.each([
  ["a picture", flateStream(greyPicture, Buffer.alloc(480_000, 0xff))],
  ["a fax", stream(jbig2Picture, jbig2Page)],
])("a page that %s leaves white is blank", async (_, picture) => {
  expect(await firstPage(pictured(picture))).toMatchObject({ text: "", confidence: 1, shown: 0 });
});

describe("a picture that cannot be decoded", () => {
  const damaged = stream(`${greyPicture}/Filter/DCTDecode`, "not a JPEG");
  const unreadable = { name: "DocumentUnreadable" };

  test.each([
    ["no JPEG", damaged],
    ["no JPEG 2000", stream(`${greyPicture}/Filter/JPXDecode`, "not one")],
    ["nothing", stream(greyPicture, "")],
    ["an unknown compression", stream(`${greyPicture}/Filter/OddDecode`, "odd")],
    ["a fax cut off", stream(jbig2Picture, Buffer.concat([jbig2Page, jbig2Region]))],
    ["no deflated data", stream(`${greyPicture}/Filter/FlateDecode`, "not deflated")],
  ])("is no blank page: %s", async (_, picture) => {
    await expect(firstPage(pictured(picture))).rejects.toMatchObject(unreadable);
  });

  test("is not made up for by a stamp", async () => {
    await expect(firstPage(pictured(damaged, written("ABC-000123", 400, 10)))).rejects.toMatchObject(unreadable);
  });

  test("does not take the page's text with it", async () => {
    const lines = Array.from({ length: 8 }, (_, index) =>
      written("The committee met on Tuesday in the old reading room", 60, 700 - 14 * index),
    );

    const { text } = await firstPage(pictured(damaged, lines.join("")));

    expect(text.match(/committee/g)).toHaveLength(8);
  });
});

/** Pages of one and the same kind. */
const pagesOf = (count: number, box: string, contents: string) =>
  pdfFile([
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Kids[${"3 0 R ".repeat(count)}]/Count ${count}>>`,
    `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Contents 4 0 R>>`,
    stream("", contents),
  ]);

/** The outline of a T of 10 points. */
const letterT = (x: number, y: number) =>
  `${x} ${y} m ${x + 2} ${y} l ${x + 2} ${y + 8} l ${x + 5} ${y + 8} l ${x + 5} ${y + 10} l ${x - 3} ${y + 10} l ${x - 3} ${y + 8} l ${x} ${y + 8} l f `;
const zigzag = `0 0 m ${Array.from({ length: 60 }, (_, at) => `${(997 * at) % 14_400} ${(6151 * at) % 14_400} l`).join(" ")} S`;

describe("pages of hostile sizes", () => {
  test.each([
    ["one stroke", "0 0 14400 14400", "0 0 m 14400 14400 l S"],
    ["a zigzag", "0 0 14400 14400", zigzag],
    ["a zigzag on a turned page that is cut out of nowhere", "0 0 14400 14400]/Rotate 90/CropBox[-1e6 -1e6 1e6 1e6", zigzag],
    ["a zigzag in units of 35 cm", "0 0 14400 14400]/UserUnit 1000/Z[", zigzag],
    ["letters outside the page", "0 0 612 792", Array.from({ length: 50 }, (_, at) => letterT(9000 + 12 * at, 9000)).join("")],
  ])("%s: nobody reads them", async (_, box, contents) => {
    expect(await firstPage(pagesOf(20, box, contents))).toMatchObject({ text: "", shown: 0 });
  });

  test("of a large page the part with letters is read, and no more", async () => {
    const letters = Array.from({ length: 40 }, (_, at) => letterT(7000 + 12 * at, 12_000)).join("");
    const { images } = await firstPage(pagesOf(20, "0 0 14400 14400", letters));

    expect(images).toHaveLength(1);
    expect(images[0]?.dpi).toBe(240);
    expect((images[0]?.width ?? 0) * (images[0]?.height ?? 0)).toBeLessThan(500_000);
  });

  test("a picture is not drawn finer than twice what it is", async () => {
    const chequered = stream(
      "/Subtype/Image/Width 4/Height 4/ColorSpace/DeviceGray/BitsPerComponent 8",
      Buffer.from("ff00ff0000ff00ffff00ff0000ff00ff", "hex"),
    );
    const page = { mediaBox: "0 0 14400 14400", resources: "/XObject<</I 6 0 R>>", objects: [chequered] };
    const { images } = await firstPage(onePage(stream("", "q 14400 0 0 14400 0 0 cm/I Do Q"), page));

    expect(images.every(({ width, height }) => width * height <= 100)).toBe(true);
  });
});

test("any page of a long document is read without those before it", async () => {
  const document = await PDFDocument.create();
  for (let page = 0; page < 400; page++) document.addPage().drawText(`This is page ${page}.`);
  const source = await openPdf(await document.save(), pace, () => Promise.reject(new Error()));

  expect(await source.readLayer(399)).toEqual({ text: "This is page 399.", confidence: 1 });
  expect(await source.readLayer(17)).toEqual({ text: "This is page 17.", confidence: 1 });
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
