import fc from "fast-check";
import { expect, test } from "vitest";
import { typeOf } from "../../../../../functions/stages/document-checks.ts";
import { decodeImage } from "../../../../../functions/stages/ocr/decode-image.ts";
import { characterErrorRate } from "../../../evaluate/ocr/character-error-rate.ts";
import { rotated } from "../../../evaluate/ocr/degrade/geometry.ts";
import { pngOf, testPage } from "../../../evaluate/ocr/pages.ts";
import { createRandom } from "../../../evaluate/ocr/random.ts";

test.each([
  { truth: "kitten", read: "sitting", rate: 3 / 6 },
  { truth: "two  words\n", read: "two words", rate: 0 },
  { truth: "word", read: "", rate: 1 },
  { truth: "a", read: "something else", rate: 1 },
  { truth: "", read: "", rate: 0 },
  { truth: "", read: "x", rate: 1 },
])("reading $read for $truth is an error rate of $rate", ({ truth, read, rate }) => {
  const found = characterErrorRate(truth, read);

  expect(found).toBe(rate);
});

test("the same seed makes the same page, another one another", async () => {
  const [page, again, other] = [await testPage("hard", 4, 2), await testPage("hard", 4, 2), await testPage("hard", 5, 2)];

  expect(again).toEqual(page);
  expect(other.truth).not.toBe(page.truth);
  expect(typeOf(page.document.bytes)).toBe(page.document.type);
  expect(page.truth.length).toBeGreaterThan(100);
});

test("chance keeps to its bounds", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -9, max: 9 }), fc.nat(9), (seed, least, more) => {
      const drawn = createRandom(seed).integer(least, least + more);

      expect(drawn).toBeGreaterThanOrEqual(least);
      expect(drawn).toBeLessThanOrEqual(least + more);
    }),
  );
});

test("a page is turned clockwise, and comes back out of its file", async () => {
  const page = { grey: Uint8Array.from({ length: 16 * 20 }, (_, index) => (index % 16 < 8 ? 0 : 255)), width: 16, height: 20 };

  const turned = await decodeImage({ type: "image/png", bytes: pngOf(rotated(page, 90, 255)) });

  expect([turned.width, turned.height]).toEqual([20, 16]);
  expect([turned.grey[3 * 20 + 10], turned.grey[12 * 20 + 10]]).toEqual([0, 255]);
});
