import fc from "fast-check";
import { expect, test } from "vitest";
import { minimise } from "../../train/minimise.ts";

test("finds the minimum of an ill-conditioned quadratic function", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 8 }), (centre) => {
      const steepness = centre.map((_, index) => 10 ** (index % 3));
      const bowl = (point: Float64Array, gradient: Float64Array) =>
        centre.reduce((value, middle, index) => {
          const away = (point[index] ?? 0) - middle;
          gradient[index] = (steepness[index] ?? 0) * away;
          return value + ((steepness[index] ?? 0) * away * away) / 2;
        }, 1); // the minimum is 1: rounds that gain less than a millionth of it may end it

      const found = minimise(bowl, new Float64Array(centre.length), 200);

      for (const [index, middle] of centre.entries()) expect(Math.abs((found[index] ?? 0) - middle)).toBeLessThan(0.02);
    }),
  );
});

test("stays at the minimum", () => {
  const found = minimise(
    ([x = 0], gradient) => {
      gradient[0] = 2 * (x - 3);
      return (x - 3) ** 2 + 1;
    },
    Float64Array.of(3),
    10,
  );

  expect(found).toEqual(Float64Array.of(3));
});
