import { expect, test } from "vitest";
import lexicon from "../../../functions/stages/ml-inference/lexicon.generated.json" with { type: "json" };
import { lexiconTable } from "../build-lexicon.ts";

test("groups words by their rating, and leaves out what is not one token", () => {
  const table = lexiconTable(["good\t1.9\t0.9\t[…]", "nice\t1.9", ":-)\t1.3", "two words\t3", "no\t-1.2", "plain\t0.0", ""]);

  expect(table).toEqual({ "1.3": ":)", "1.9": "good nice" });
});

test("the lexicon of the project is VADER's", () => {
  expect(lexicon.words["3.1"].split(" ")).toContain("great");
  expect(Object.values(lexicon.words).flatMap((words) => words.split(" ")).length).toBeGreaterThan(7_000);
});
