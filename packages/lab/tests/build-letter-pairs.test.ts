import { expect, test } from "vitest";
import letterPairs from "../../../functions/stages/ocr/pdf/letter-pairs.generated.json" with { type: "json" };
import { letterPairsOf } from "../build-letter-pairs.ts";

test("rates a pair by its share in each language, letters with marks as those without", () => {
  const { steps } = letterPairsOf([["ab", "áb"], ["ab"]]);

  // Three pairs in all, each a third of 729 possible ones: 7.9 powers of two, in halves; no other pair: -6.1.
  expect(steps[26]).toBe(`y${"a".repeat(26)}`);
  expect(steps[0]?.[1]).toBe("y");
  expect(steps[1]?.[26]).toBe("y");
});

test("the table of the project says which letters follow each other", () => {
  const rated = (pair: string) => letterPairs.steps[pair.charCodeAt(0) - 97]?.[pair.charCodeAt(1) - 97] ?? "";

  expect(letterPairs.steps.map((row) => row.length)).toEqual(Array(27).fill(27));
  for (const pair of ["th", "er", "an", "en", "qu"]) expect(rated(pair) > "m", pair).toBe(true);
  for (const pair of ["wk", "kq", "xj", "vq"]) expect(rated(pair) < "m", pair).toBe(true);
});
