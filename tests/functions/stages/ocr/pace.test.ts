import { expect, test } from "vitest";
import { Pace } from "../../../../functions/stages/ocr/pace.ts";

/** Time that passes only when it is said so. */
function countdown(millis: number) {
  let left = millis;
  return {
    remaining: () => left,
    pass: async (passed: number) => {
      left -= passed;
    },
  };
}

test("keeps five seconds for what comes after", () => {
  expect(new Pace(() => 60_000).remainingMillis()).toBe(55_000);
  expect(new Pace(() => 5_000).remainingMillis()).toBe(0);
  expect(new Pace(() => -1).remainingMillis()).toBe(0);
});

test.each([
  [11_250, true],
  [11_249, false],
])("a first page may take 6.25 s: with %d ms it is begun: %s", (remaining, begun) => {
  expect(new Pace(() => remaining).hasTimeForPage()).toBe(begun);
});

test("a first page may be known to take less", () => {
  expect([new Pace(() => 6_250, 1_000).hasTimeForPage(), new Pace(() => 6_249, 1_000).hasTimeForPage()]).toEqual([true, false]);
});

test.each([
  [17_500, true],
  [17_501, false],
])("after a page of 10 s, and another of %d ms, one of 12.5 s fits in: %s", async (passed, fits) => {
  const time = countdown(5_000 + 40_000);
  const pace = new Pace(time.remaining);

  await pace.time(() => time.pass(10_000));
  await pace.time(() => time.pass(0));
  await time.pass(passed);

  expect(pace.hasTimeForPage()).toBe(fits);
});

test("after quick pages, a little time is enough", async () => {
  const time = countdown(20_000);
  const pace = new Pace(time.remaining);

  await pace.time(() => time.pass(100));
  await time.pass(14_775);

  expect(pace.hasTimeForPage()).toBe(true);
  await time.pass(1);
  expect(pace.hasTimeForPage()).toBe(false);
});

test("a page that fails teaches nothing, and its error goes through", async () => {
  const pace = new Pace(() => 60_000);

  await expect(pace.time(() => Promise.reject(new RangeError()))).rejects.toThrow(RangeError);
});
