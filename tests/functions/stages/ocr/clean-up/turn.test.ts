import fc from "fast-check";
import { expect, test } from "vitest";
import { turned } from "../../../../../functions/stages/ocr/clean-up/turn.ts";

const pages = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc.uint8Array({ minLength: width * height, maxLength: width * height }).map((grey) => ({ grey, width, height })),
  );

test("turns clockwise", () => {
  const page = { grey: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2 };

  const turns = [1, 2, 3].map((quarters) => turned(page, quarters));

  expect(turns).toEqual([
    { grey: Uint8Array.of(4, 1, 5, 2, 6, 3), width: 2, height: 3 },
    { grey: Uint8Array.of(6, 5, 4, 3, 2, 1), width: 3, height: 2 },
    { grey: Uint8Array.of(3, 6, 2, 5, 1, 4), width: 2, height: 3 },
  ]);
});

test("four quarters change nothing, however they are divided", () => {
  fc.assert(
    fc.property(pages, fc.integer({ min: 0, max: 4 }), (page, quarters) => {
      expect(turned(turned(page, quarters), 4 - quarters)).toEqual(page);
    }),
  );
});
