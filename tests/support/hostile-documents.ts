import { deflateSync } from "node:zlib";
import type { DocumentType } from "../../functions/stages/document.ts";
import { encryptedPdf } from "./encrypted-pdf.ts";
import { flateStream, line, onePage, type PdfObject, pdfFile, stream } from "./pdf-file.ts";
import { webpFile } from "./scanned-documents.ts";
import { type TiffParts, tiffFile } from "./tiff-file.ts";

export interface HostileDocument {
  readonly name: string;
  readonly type: DocumentType;
  readonly bytes: Uint8Array;
}

const megabyte = 1_000_000;
/** At level 1, because the tests wait for it; it makes four times as much of it as a bomb would be. */
const deflate = (bytes: Uint8Array) => deflateSync(bytes, { level: 1 });
const deflated = (dictionary: string, bytes: Uint8Array) => stream(`${dictionary}/Filter/FlateDecode`, deflate(bytes));
const spaces = (bytes: number) => Buffer.alloc(bytes, " ");

/** A page that one picture fills. */
const pictured = (dictionary: string, content: Buffer) =>
  onePage(stream("", "q 612 0 0 792 0 0 cm/I Do Q"), {
    resources: "/XObject<</I 6 0 R>>",
    objects: [stream(`/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8${dictionary}`, content)],
  });

const form = (xObjects: string, content: string) =>
  stream(`/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<<${xObjects}>>>>`, content);
const drawing = (content: string) => onePage(flateStream("", content));

/** Files of few bytes that stand for very many. */
const bombs: Readonly<Record<string, () => Buffer>> = {
  "contents of 200 MB": () => onePage(deflated("", spaces(200 * megabyte))),
  "contents of 40 MB, deflated three times": () => onePage(flateStream("", spaces(40 * megabyte), 3)),
  "an object stream of 200 MB": () =>
    onePage(stream("", line("x")), { objects: [deflated("/Type/ObjStm/N 1/First 4", spaces(200 * megabyte))] }),
  "a stream of cross-references of 200 MB": () => crossReferenceStream(Buffer.alloc(200 * megabyte)),
  "a million words upon each other": () => drawing(line("x").repeat(megabyte)),
  "contents of 200 MB behind ASCIIHex": () =>
    onePage(stream("/Filter[/ASCIIHexDecode/FlateDecode]", deflate(spaces(200 * megabyte)).toString("hex"))),
  "a picture of 30,000 × 30,000, all white": () =>
    pictured("/Width 30000/Height 30000/Filter/FlateDecode", deflate(Buffer.alloc(900 * megabyte, 0xff))),
  "a picture of 60,000 × 60,000 as a fax": () =>
    pictured("/Width 60000/Height 60000/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>", Buffer.alloc(7500, 0xff)),
  "a picture of 60,000 × 60,000 in JBIG2": () => pictured("/Width 60000/Height 60000/Filter/JBIG2Decode", jbig2(60_000)),
  "a picture of 60,000 × 60,000 in JPEG 2000": () => pictured("/Width 60000/Height 60000/Filter/JPXDecode", jpeg2000(60_000)),
  "saved states without end": () => drawing(`${"q ".repeat(3 * megabyte)}${line("deep")}`),
  "forms of ten forms each, twelve deep": () =>
    onePage(stream("", "/A Do"), { resources: "/XObject<</A 6 0 R>>", objects: nestedForms(12, 10) }),
};

/** Files that go round in circles, or very deep, or on and on; there is an end to them. */
const mazes: Readonly<Record<string, readonly [make: () => Buffer, text: string]>> = {
  "a form within itself": [
    () => onePage(stream("", `${line("Around")}/A Do`), { resources: "/XObject<</A 6 0 R>>", objects: [form("/A 6 0 R", "/A Do")] }),
    "Around",
  ],
  "arrays without end": [() => drawing(`${line("Before")}${"[".repeat(500_000)}`), "Before"],
  "dictionaries without end": [() => onePage(stream("", line("Dictionaries")), { resources: "/X <</A ".repeat(200_000) }), "Dictionaries"],
  "a page of 350,000 km": [() => onePage(stream("", line("Wide")), { mediaBox: "0 0 1e9 1e9" }), "Wide"],
  "1,000 pages": [() => pagesFile(`[${"3 0 R ".repeat(1000)}]`, 1000, line("Leaf")), Array(1000).fill("Leaf").join("\n\n")],
  "a page tree that bites its tail": [() => pagesFile("[3 0 R 2 0 R]", 2, line("Tail")), "Tail"],
  "a billion pages, it says": [() => pagesFile("[3 0 R]", 1_000_000_000, line("The only one")), "The only one"],
};

/** A file whose tree of pages says this of its kids; number 2 is the tree itself, 3 a page with these contents. */
function pagesFile(kids: string, count: number, contents: string): Buffer {
  return pdfFile(["<</Type/Catalog/Pages 2 0 R>>", `<</Type/Pages/Kids${kids}/Count ${count}>>`, page("4 0 R"), stream("", contents)]);
}

const page = (contents: string) =>
  `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${contents}/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>`;

const few = Buffer.alloc(100);
const largest = { width: 16_000, height: 3750 };
/** TIFFs of few bytes, and how they end. */
const tiffs: Readonly<Record<string, readonly [TiffParts, outcome: string]>> = {
  "of 60,000 × 60,000": [{ width: 60_000, height: 60_000, strip: few }, "DocumentTooLarge"],
  "of two thousand million columns": [{ width: 2 ** 31, height: 32, strip: few }, "DocumentUnreadable"],
  "of 60 megapixels without data": [{ ...largest, strip: few }, "DocumentUnreadable"],
  "of 60 megapixels in one strip of LZW": [{ ...largest, compression: 5, strip: few }, "DocumentUnreadable"],
  "of 60 megapixels as a fax": [{ ...largest, bits: 1, compression: 4, strip: few }, "NoTextFound"],
  "whose next directory is the same one": [{ width: 100, height: 100, next: 8 }, "NoTextFound"],
  "whose next directory is beyond its end": [{ width: 100, height: 100, next: 1e9 }, "DocumentUnreadable"],
  "of 60,000 samples a pixel": [{ width: 100, height: 100, entries: [[277, 60_000]] }, "UnsupportedDocument"],
};

/** Documents that are refused, with the error's name. */
export function refused(): ReadonlyMap<HostileDocument, string> {
  const pdf = (name: string, bytes: Uint8Array): HostileDocument => ({ name, type: "application/pdf", bytes });
  return new Map<HostileDocument, string>([
    ...Object.entries(bombs).map(([name, make]) => [pdf(name, make()), "DocumentTooLarge"] as const),
    [
      pdf("a picture of 65,000 × 65,000 in JPEG", pictured("/Width 65000/Height 65000/Filter/DCTDecode", jpeg(65_000, 65_000))),
      "DocumentUnreadable",
    ],
    [pdf("nothing", Buffer.alloc(0)), "DocumentUnreadable"],
    [pdf("a header alone", Buffer.from("%PDF-1.7\n")), "DocumentUnreadable"],
    [pdf("an image that claims to be a PDF", png(100, 100, 10_100)), "DocumentUnreadable"],
    [{ name: "a PDF that claims to be an image", type: "image/png", bytes: onePage(stream("", line("x"))) }, "DocumentUnreadable"],
    [pdf("a password", encryptedPdf("A secret", "sesame")), "DocumentProtected"],
    [{ name: "a PNG of 60,000 × 60,000", type: "image/png", bytes: png(60_000, 60_000, 100) }, "DocumentTooLarge"],
    [{ name: "a PNG of 100 × 100 and 200 MB", type: "image/png", bytes: png(100, 100, 200 * megabyte) }, "NoTextFound"],
    [{ name: "a JPEG of 65,000 × 65,000", type: "image/jpeg", bytes: jpeg(65_000, 65_000) }, "DocumentTooLarge"],
    [{ name: "a JPEG without a scan", type: "image/jpeg", bytes: jpeg(4000, 6000) }, "DocumentUnreadable"],
    [{ name: "a WebP of 16,000 × 16,000", type: "image/webp", bytes: webpFile(16_000, 16_000) }, "DocumentTooLarge"],
    [{ name: "a WebP without a picture", type: "image/webp", bytes: webpFile(4000, 4000) }, "DocumentUnreadable"],
    ...Object.entries(tiffs).map(
      ([name, [parts, outcome]]) => [{ name: `a TIFF ${name}`, type: "image/tiff", bytes: tiffFile(parts) }, outcome] as const,
    ),
  ]);
}

/** Documents that are read all the same, with their text. */
export function survived(): ReadonlyMap<HostileDocument, string> {
  return new Map(Object.entries(mazes).map(([name, [make, text]]) => [{ name, type: "application/pdf", bytes: make() }, text]));
}

/** A small file of two pages of text, for damaging. */
export function wholePdf(): Buffer {
  const pages = [page("5 0 R"), page("6 0 R")];
  return pdfFile([
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
    ...pages,
    flateStream("", line("First")),
    stream("", line("Second")),
  ]);
}

/** The file with some of its bits turned over. */
export function flipped(file: Uint8Array, bits: readonly number[]): Buffer {
  const damaged = Buffer.from(file);
  for (const bit of bits) damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return damaged;
}

function crossReferenceStream(entries: Buffer): Buffer {
  const start = Buffer.from("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n");
  const count = Math.floor(entries.length / 4);
  const table = deflated(`/Type/XRef/Size ${count}/W[1 2 1]/Root 1 0 R`, entries);
  return Buffer.concat([start, Buffer.from("9 0 obj\n"), table, Buffer.from(`\nendobj\nstartxref\n${start.length}\n%%EOF`)]);
}

/** A page of `side` × `side` and a region of the same size without content. */
function jbig2(side: number): Buffer {
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const segment = (number: number, type: number, content: readonly number[]) => [
    ...word(number),
    type,
    0,
    1,
    ...word(content.length),
    ...content,
  ];
  const pageInformation = [...word(side), ...word(side), ...word(0), ...word(0), 0, 0, 0];
  const region = [
    ...word(side),
    ...word(side),
    ...word(0),
    ...word(0),
    0,
    0,
    3,
    0xff,
    0xfd,
    0xff,
    2,
    0xfe,
    0xfe,
    0xfe,
    0xfe,
    ...Array<number>(64).fill(0),
  ];
  return Buffer.from([...segment(0, 48, pageInformation), ...segment(1, 38, region)]);
}

/** The headers of `side` × `side` grey pixels in one tile, and the tile without content. */
function jpeg2000(side: number): Buffer {
  const sides = Buffer.alloc(8);
  sides.writeUInt32BE(side, 0);
  sides.writeUInt32BE(side, 4);
  const size = Buffer.concat([
    Buffer.from("ff4fff5100290000", "hex"),
    sides,
    Buffer.alloc(8),
    sides,
    Buffer.alloc(8),
    Buffer.from("0001070101", "hex"),
  ]);
  const coding = Buffer.from("ff52000c00000001000504040001", "hex");
  const quantization = Buffer.from(`ff5c001340${"40".repeat(16)}`, "hex");
  return Buffer.concat([size, coding, quantization, Buffer.from("ff90000a0000000000000001ff93ffd9", "hex")]);
}

function nestedForms(depth: number, each: number): PdfObject[] {
  const innermost = form("", "0 0 m 9 9 l S");
  return [...Array.from({ length: depth - 1 }, (_, level) => form(`/A ${7 + level} 0 R`, "/A Do ".repeat(each))), innermost];
}

/** A grey PNG of this size, with so many bytes of data in it; its checksums are not right. */
function png(width: number, height: number, dataBytes: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, Buffer.from(type), content, Buffer.alloc(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflate(Buffer.alloc(dataBytes))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A JPEG's beginning and end, with nothing between them but its size. */
function jpeg(width: number, height: number): Buffer {
  return Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0, 0xff, 0xd9]);
}
