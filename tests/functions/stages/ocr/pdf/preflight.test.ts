import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { PDFDocument } from "pdf-lib";
import { describe, expect, test } from "vitest";
import { preflight } from "../../../../../functions/stages/ocr/pdf/preflight.ts";
import { flateStream, line, onePage, stream } from "../../../../support/pdf-file.ts";

const mebibyte = 1024 * 1024;
const tooLarge = expect.objectContaining({ name: "DocumentTooLarge" });
const spaces = (bytes: number) => Buffer.alloc(bytes, " ");

/** Bytes that deflate to a twentieth: growth that a drawing could have. */
function drawing(bytes: number) {
  const content = spaces(bytes);
  for (let at = 0; at < bytes; at += 20_000) randomBytes(1000).copy(content, at);
  return content;
}

/** The part of such a file that deflate makes of it, under dictionaries that say so in different words. */
const contents = (dictionary: string, content: Uint8Array, times = 1) => {
  const deflated = flateStream("", content, times);
  const start = deflated.indexOf("stream\n") + "stream\n".length;
  return onePage(stream(dictionary, deflated.subarray(start, deflated.lastIndexOf("\nendstream"))));
};

describe("lets pass", () => {
  test.each([
    ["text", onePage(stream("", line("Hello")))],
    ["1 MiB of nothing", onePage(flateStream("", spaces(mebibyte)))],
    ["31 MiB that grow as a drawing does", onePage(flateStream("", drawing(31 * mebibyte)))],
    ["a blank picture", onePage("null", { objects: [flateStream("/Subtype /Image", spaces(24_000_000))] })],
    ["what is not deflated", onePage(stream("/Filter/LZWDecode", spaces(100)))],
    ["what only says so", onePage(stream("/Filter/FlateDecode", "nothing of the kind"))],
  ])("%s", (_, file) => {
    expect(() => preflight(file)).not.toThrow();
  });

  test("what comes after 256 MiB, to have an end", () => {
    const deflated = flateStream("", drawing(30 * mebibyte));
    const bombAfter = (count: number) =>
      onePage("null", { objects: [...Array<Buffer>(count).fill(deflated), flateStream("", spaces(3 * mebibyte))] });

    expect(() => preflight(bombAfter(8))).toThrow(tooLarge);
    expect(() => preflight(bombAfter(9))).not.toThrow();
  });

  test("200 scans of 8 megapixels, without inflating them", () => {
    const scan = flateStream("/Subtype/Image", spaces(8_000_000));

    // Were they inflated, the last one would pass unseen.
    const last = flateStream("", spaces(3 * mebibyte));
    expect(() => preflight(onePage("null", { objects: Array<Buffer>(200).fill(scan) }))).not.toThrow();
    expect(() => preflight(onePage("null", { objects: [...Array<Buffer>(200).fill(scan), last] }))).toThrow(tooLarge);
  });

  test("what a library writes", async () => {
    const document = await PDFDocument.create();
    for (let page = 0; page < 30; page++) document.addPage().drawText("Hello");
    const file = await document.save();

    expect(() => preflight(file)).not.toThrow();
  });
});

describe("refuses", () => {
  const beforeEnd = (file: Buffer) => file.subarray(0, file.indexOf("endstream") - 9);
  const bomb = spaces(3 * mebibyte);

  test.each([
    ["contents", contents("/Filter/FlateDecode", bomb)],
    ["a short name", contents("/Filter/Fl", bomb)],
    ["a name in a list", contents("/Filter [ /FlateDecode ]", bomb)],
    [
      "a line end of two bytes",
      Buffer.from(contents("/Filter/FlateDecode", bomb).toString("latin1").replace("stream\n", "stream\r\n"), "latin1"),
    ],
    ["deflated twice", contents("/Filter[/FlateDecode/Fl]", spaces(60 * mebibyte), 2)],
    ["deflated, and something else", contents("/Filter[/FlateDecode/LZWDecode]", bomb)],
    ["an object stream", onePage("null", { objects: [flateStream("/Type/ObjStm/N 1/First 4", bomb)] })],
    ["a stream of cross-references", onePage("null", { objects: [flateStream("/Type/XRef/W[1 2 1]", bomb)] })],
    ["the second stream", onePage(flateStream("", line("x")), { objects: [flateStream("", bomb)] })],
    ["more than 32 MiB, however little they grow", onePage(flateStream("", drawing(33 * mebibyte)))],
    ["what is cut off", contents("/Filter/FlateDecode", bomb).subarray(0, 3000)],
    ["what is deflated twice, and cut off", beforeEnd(contents("/Filter[/Fl/Fl]", spaces(60 * mebibyte), 2))],
  ])("%s", (_, file) => {
    expect(() => preflight(file)).toThrow(tooLarge);
  });

  test("in a sentence with both sizes", () => {
    const deflated = flateStream("", bomb);
    const file = onePage(deflated);

    expect(() => preflight(file)).toThrow(/^A part of the document grows from \d{4} bytes to more than 1048576\.$/);
  });
});

test("ends on whatever bytes there are", async () => {
  const words = fc.constantFrom("stream", "endstream", "\r\n", "obj", "/Filter/FlateDecode", "/Fl", "[", "x\x9c", "\0");
  const files = fc
    .array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 60 })
    .map((parts) => Buffer.from(parts.join(""), "latin1"));

  await fc.assert(
    fc.property(files, (file) => {
      expect(preflight(file)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("goes over the file once, whatever stands in it", () => {
  for (const part of ["stream", "streamendstream", "obj/Filter", "/Filter/a", "/Filter [ /a "]) preflight(Buffer.alloc(4 * mebibyte, part));
});
