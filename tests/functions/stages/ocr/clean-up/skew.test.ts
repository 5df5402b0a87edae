import fc from "fast-check";
import { expect, test } from "vitest";
import { inkOf } from "../../../../../functions/stages/ocr/clean-up/ink.ts";
import { skewOf } from "../../../../../functions/stages/ocr/clean-up/skew.ts";
import { turned } from "../../../../../functions/stages/ocr/clean-up/turn.ts";
import { stripedPage } from "../striped-page.ts";

test("finds the angle by which lines fall within a fifth of a degree, also on a page that lies on its side", () => {
  fc.assert(
    fc.property(fc.double({ min: -14, max: 14, noNaN: true }), fc.boolean(), (fall, sideways) => {
      const page = turned(stripedPage({ fall }), sideways ? 3 : 0);

      const skew = skewOf(inkOf(page), 0.5);

      expect(skew.sideways).toBe(sideways);
      expect(Math.abs(skew.degrees - fall)).toBeLessThan(0.2);
    }),
    { numRuns: 5 },
  );
});

test("an empty page is level", () => {
  const page = { grey: new Uint8Array(640_000).fill(235), width: 800, height: 800 };

  const skew = skewOf(inkOf(page), 0.5);

  expect(skew).toEqual({ degrees: 0, sideways: false });
});
