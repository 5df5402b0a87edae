import { expect, test } from "vitest";
import type { PdfiumCalls } from "../../../../../functions/stages/ocr/pdf/pdfium.ts";
import { readCharacters } from "../../../../../functions/stages/ocr/pdf/read-characters.ts";

test("a code that is none of Unicode is a character without a meaning", () => {
  const codes = [0x41, 0xe38181, -1]; // the second is that of a CMap in UTF-8
  const answers = {
    wasmExports: { malloc: () => 0 },
    HEAPU8: new Uint8Array(64),
    _FPDFText_CountChars: () => codes.length,
    _FPDFText_GetUnicode: (_: number, index: number) => codes[index],
    _FPDFText_IsGenerated: () => 1,
  };
  const calls = new Proxy(answers, { get: (target, name) => Reflect.get(target, name) ?? (() => 0) }) as unknown as PdfiumCalls;

  const { characters, unknown } = readCharacters(calls, 1, []);

  expect(String.fromCodePoint(...characters.codes)).toBe("A\ufffd\ufffd");
  expect(unknown).toBe("\ufffd\ufffd");
});
