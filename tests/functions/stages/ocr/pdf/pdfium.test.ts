import { expect, test } from "vitest";
import { Pdfium } from "../../../../../functions/stages/ocr/pdf/pdfium.ts";
import { NoTextFoundError } from "../../../../../functions/stages/ocr/stage.ts";
import { TimeLimitError } from "../../../../../functions/stages/ocr/time-limit.ts";

const mebibyte = 1024 * 1024;
const open = () => Pdfium.open(1000);
const nowhere = 2 ** 31 - 16;

test("gives what the work gives", async () => {
  expect((await open()).run(1000, (calls) => calls._FPDF_GetLastError())).toBe(0);
});

test("a trap in it is the document's fault", async () => {
  const pdfium = await open();

  expect(() => pdfium.run(1000, (calls) => calls._FPDF_GetPageCount(nowhere))).toThrow(
    expect.objectContaining({ name: "DocumentUnreadable" }),
  );
});

test("an error that has a name keeps it", async () => {
  const pdfium = await open();

  expect(() =>
    pdfium.run(1000, () => {
      throw new NoTextFoundError();
    }),
  ).toThrow(NoTextFoundError);
});

test("ends with its time", async () => {
  const pdfium = await open();

  expect(() =>
    pdfium.run(20, (calls) => {
      for (;;) calls._FPDF_GetLastError();
    }),
  ).toThrow(TimeLimitError);
});

test.each([
  [100, "is there"],
  [144, "is not there, with what pdfium itself takes"],
  [2000, "is not there"],
])("room for %d MiB %s", async (size, there) => {
  const pdfium = await open();
  const work = () => pdfium.run(1000, (calls) => calls.wasmExports.malloc(size * mebibyte));

  if (there === "is there") expect(work()).toBeGreaterThan(0);
  else expect(work).toThrow(expect.objectContaining({ name: "DocumentTooLarge" }));
});

test("a document has room beside the work on it", async () => {
  const pdfium = await Pdfium.open(100 * mebibyte);

  expect(pdfium.run(1000, (calls) => calls.wasmExports.malloc(200 * mebibyte))).toBeGreaterThan(0);
});
