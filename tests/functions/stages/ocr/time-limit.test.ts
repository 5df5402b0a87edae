import { expect, test } from "vitest";
import { TimeLimitError, withinTime } from "../../../../functions/stages/ocr/time-limit.ts";

/** A module whose exported function `f` is `(loop (br 0))`. */
const endless = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0, 10, 9, 1, 7, 0, 3, 0x40, 12, 0, 11, 11],
]);

test("hands through what the work gives and what it throws", () => {
  const mistake = new RangeError("of the work");

  expect(withinTime(1000, () => 42)).toBe(42);
  expect(withinTime(Number.POSITIVE_INFINITY, () => 42)).toBe(42);
  expect(() =>
    withinTime(1000, () => {
      throw mistake;
    }),
  ).toThrow(mistake);
});

test("ends a script that does not end", () => {
  expect(() =>
    withinTime(20, () => {
      for (;;);
    }),
  ).toThrow(TimeLimitError);
});

test("ends WebAssembly that does not end", async () => {
  const { f } = new WebAssembly.Instance(await WebAssembly.compile(endless), {}).exports;

  expect(() => withinTime(20, f as () => void)).toThrow(TimeLimitError);
});

test("does not begin what has no time", () => {
  let begun = false;

  expect(() =>
    withinTime(0, () => {
      begun = true;
    }),
  ).toThrow(TimeLimitError);
  expect(begun).toBe(false);
});
