import fc from "fast-check";
import jsonata from "jsonata";
import { expect, test } from "vitest";
import { Bench, evaluate, only } from "./state-machine.ts";

const nothing = expect.stringMatching(/^States\.QueryEvaluationError: .* returned nothing \(undefined\)\.$/);
const failure = (sentence: string) =>
  expect.stringMatching(new RegExp(`^States\\.QueryEvaluationError: .*${sentence.replace(/[$()]/g, "\\$&")}`));

test.each([
  ["$partition([1, 2, 3, 4, 5, 6, 7, 8, 9], 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
  ["$partition([1, 2, 3], 2.9)", [[1, 2], [3]]],
  ["$partition([1, 2], 0)", nothing],
  ["$partition([], 2)", nothing],
  ["$partition([1], 'a')", failure("$partition takes a number")],
  ["$range(0, 10, 2)", [0, 2, 4, 6, 8, 10]],
  ["$range(0, 9, 4)", [0, 4, 8]],
  ["$range(5, 1, -2)", [5, 3, 1]],
  ["$range(-1.7, 1, 1)", [-1, 0, 1]],
  ["$range(3, 3, 1)", 3],
  ["$range(1, 3)", nothing],
  ["$range(1, 3, -1)", nothing],
  ["$range(1, 3, 0)", nothing],
  ["$count($range(1, 360145, 1))", 360_145],
  ["$range(1, 360146, 1)", failure("$range would build 360146 elements")],
  ["$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
  ["$hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"],
  ["$hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["$substring($hash('abc', 'SHA-384'), 0, 16)", "cb00753f45a35e8b"],
  ["$substring($hash('abc', 'SHA-512'), 0, 16)", "ddaf35a193617aba"],
  ["$hash('abc', 'sha-256')", failure("$hash knows MD5, SHA-1, SHA-256, SHA-384, SHA-512, not sha-256")],
  ["$hash('abc')", nothing],
  ["$hash(1, 'MD5')", failure("$hash takes a string")],
  ["$parse('{\"a\": [1, null]}')", { a: [1, null] }],
  ["$parse('{')", failure("threw an error during evaluation. Expected property name")],
  ["$millis()", 1_769_860_800_000],
  ["$now()", "2026-01-31T12:00:00.000Z"],
  ["$now('[Y0001]-[M01]')", "2026-01"],
  ["$string(1/0)", failure("threw an error during evaluation. D3001")],
  ["$parseInteger('abc', '0')", "NaN"],
])("%s", async (expression, value) => {
  const output = await evaluate(expression);

  expect(output).toEqual(value);
});

test("time stands still while an expression is evaluated", async () => {
  const bench = new Bench(only({ Type: "Pass", Output: "{% [$millis(), $toMillis($now()), $millis()] %}", End: true }));
  let now = 0;
  bench.clock.now = () => now++;

  const outcome = await bench.execute();

  expect(new Set("output" in outcome ? (outcome.output as number[]) : []).size).toBe(1);
});

test("$random and $uuid draw from the machine's own source", async () => {
  const draws = [0.25, 0.75];

  const random = await evaluate("[$random(), $random()]", {}, { random: () => draws.shift() ?? 0 });
  const uuid = await evaluate("$uuid()", {}, { random: () => 0.999 });

  expect(random).toEqual([0.25, 0.75]);
  expect(uuid).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
});

test("$random with a seed gives the same number every time, and another for another seed", async () => {
  const draws = await evaluate("[$random(7), $random(7), $random(8)]");

  const [first, again, other] = draws as number[];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(Math.min(...(draws as number[]))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...(draws as number[]))).toBeLessThan(1);
});

test("$shuffle keeps every element, in the order that the source of chance gives", async () => {
  const draws = [0.3, 0.1, 0.2];

  const output = await evaluate("$shuffle(['a', 'b', 'c'])", {}, { random: () => draws.shift() ?? 0 });

  expect(output).toEqual(["b", "c", "a"]);
});

test.each([
  [`${Array(100).fill("1").join("+")}`, 100],
  [`${Array(101).fill("1").join("+")}`, failure("D1011: Stack overflow")],
  ["($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(1000))", failure("D1011: Stack overflow")],
  ["[1..1000000]", failure("D2015|D2014")],
  ["($f := function($n) { $f($n + 1) }; $f(0))", failure("Expression evaluation timeout: 1000ms. Check for infinite loop")],
])("an expression has the bounds of Step Functions: %.40s", async (expression, value) => {
  const output = await evaluate(expression);

  expect(output).toEqual(value);
});

test("a plain path gives what JSONata gives", async () => {
  const names = fc.constantFrom("a", "b", "__proto__", "length");
  const leaf = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.boolean(), fc.constant([]), fc.constant([1]), fc.constant([[2]]));
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(leaf, fc.array(tie("node"), { maxLength: 3 }), fc.dictionary(names, tie("node"), { maxKeys: 3 })),
  })).node;

  await fc.assert(
    fc.asyncProperty(tree, fc.array(fc.constantFrom("a", "b", "length"), { maxLength: 3 }), async (document, path) => {
      const input: unknown = JSON.parse(JSON.stringify(document));
      const expression = ["$states", "input", ...path].join(".");
      const expected: unknown = await jsonata(expression).evaluate(undefined, { states: { input } });

      const output = await evaluate(expression, input);

      expect(JSON.stringify(output)).toEqual(
        expected === undefined ? expect.stringContaining("returned nothing (undefined)") : JSON.stringify(expected),
      );
    }),
    { numRuns: 150 },
  );
});
