import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { documentTerms } from "../../../../functions/stages/search/document-vector.ts";
import { relate } from "../../../../functions/stages/search/relate.ts";

/** A vector of these weights, by terms numbered as their index; zero is a term that the document has not. */
const vectorOf = (...weights: number[]): Uint8Array =>
  Uint8Array.from(weights.flatMap((weight, term) => (weight === 0 ? [] : [0, 0, 0, term, weight])));

describe("relate", () => {
  test("measures similarity by the cosine", () => {
    // 3 × 10 × 10 of 3 × 10 × 10 and 4 × 10 × 10: 3 / √(3 × 4) = 0.866.
    const related = relate(vectorOf(10, 10, 10), [{ jobId: "a", vector: vectorOf(10, 10, 10, 10) }]);

    expect(related).toEqual({ found: 1, documents: [{ jobId: "a", similarity: 0.87 }] });
  });

  test("the same text has similarity 1, for any scale of its weights", () => {
    const related = relate(vectorOf(100, 50, 20), [{ jobId: "a", vector: vectorOf(200, 100, 40) }]);

    expect(related.documents).toEqual([{ jobId: "a", similarity: 1 }]);
  });

  test.each([
    ["one shared term", vectorOf(10, 0, 0, 10), 0],
    ["two shared terms", vectorOf(10, 10, 0, 10), 1],
    ["two shared terms of little weight", vectorOf(1, 1, 0, 19), 0], // 20 / (√300 × √363) = 0.06
    ["similarity just below 0.1", vectorOf(1, 1, 0, 11, 3, 1, 1), 0], // 20 / (√300 × √134) = 0.0998
    ["similarity just above 0.1", vectorOf(1, 1, 0, 11, 3, 1), 1], // 20 / (√300 × √133) = 0.1001
    ["nothing", new Uint8Array(), 0],
  ])("with %s", (_, vector, found) => {
    const related = relate(vectorOf(10, 10, 10), [{ jobId: "a", vector }]);

    expect(related.found).toBe(found);
  });

  test("counts all that are related and lists the five most similar, in the order of their ids where they tie", () => {
    const alike = ["d", "b", "c", "a"].map((jobId) => ({ jobId, vector: vectorOf(10, 10, 10, 5) }));
    const best = { jobId: "z", vector: vectorOf(10, 10, 10) };
    const worst = { jobId: "0", vector: vectorOf(10, 10, 10, 20) };

    const related = relate(vectorOf(10, 10, 10), [worst, ...alike, best]);

    expect(related.found).toBe(6);
    expect(related.documents.map(({ jobId }) => jobId)).toEqual(["z", "a", "b", "c", "d"]);
  });

  test("finds nothing for a document without terms", () => {
    expect(relate(new Uint8Array(), [{ jobId: "a", vector: vectorOf(1, 1, 1) }])).toEqual({ found: 0, documents: [] });
  });

  test("is symmetric", () => {
    const text = fc
      .array(fc.constantFrom("violin", "harbour", "glacier", "comet", "zebra", "doctor", "window"), { maxLength: 12 })
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [documentTerms(one).vector, documentTerms(other).vector];

        expect(relate(a, [{ jobId: "x", vector: b }])).toEqual(relate(b, [{ jobId: "x", vector: a }]));
      }),
    );
  });
});
