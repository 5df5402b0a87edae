import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestMatches } from "../../../../functions/stages/search/best-matches.ts";
import { documentTerms, queryTerms } from "../../../../functions/stages/search/document-vector.ts";

/** A vector of these weights, by terms numbered as their index; zero is a term that the document has not. */
const vectorOf = (...weights: number[]): Uint8Array =>
  Uint8Array.from(weights.flatMap((weight, term) => (weight === 0 ? [] : [0, 0, 0, term, weight])));

const similarityOf = (query: Uint8Array, document: Uint8Array) => bestMatches([query], [{ jobId: "a", vector: document }])[0]?.similarity;

describe("bestMatches", () => {
  test.each([
    ["all of a document", vectorOf(9), vectorOf(200), 1],
    ["one of four equal words", vectorOf(9), vectorOf(7, 7, 7, 7), 0.92], // 1.1 × 0.5 / (0.5 + 0.1)
    ["one of two words of the query", vectorOf(9, 9), vectorOf(200), 0.5],
    ["the weightier word of the query", vectorOf(20, 10), vectorOf(200), 0.67],
    ["both words of the query", vectorOf(20, 10), vectorOf(50, 50), 0.96], // 1.1 × 0.7071 / 0.8071
  ])("%s makes the similarity", (_, query, document, similarity) => {
    expect(similarityOf(query, document)).toBe(similarity);
  });

  test("a document with all words ranks above one with a single frequent one", () => {
    const both = { jobId: "both", vector: vectorOf(20, 20, 99, 99) };
    const one = { jobId: "one", vector: vectorOf(99, 0, 20) };

    expect(bestMatches([vectorOf(9, 9)], [one, both]).map(({ jobId }) => jobId)).toEqual(["both", "one"]);
  });

  test("of two readings the better one counts", () => {
    const candidates = [{ jobId: "a", vector: vectorOf(0, 200) }];

    expect(bestMatches([vectorOf(9), vectorOf(0, 9)], candidates)).toEqual([{ jobId: "a", similarity: 1 }]);
  });

  test.each([
    ["one of six words", vectorOf(1, 1, 1, 1, 1, 1), vectorOf(9), 0.17],
    ["one of seven words", vectorOf(1, 1, 1, 1, 1, 1, 1), vectorOf(9), undefined],
    ["no word", vectorOf(0, 9), vectorOf(9), undefined],
    ["a broken vector", vectorOf(9), Uint8Array.of(0, 0), undefined],
  ])("with %s in common: %s", (_, query, document, similarity) => {
    expect(similarityOf(query, document)).toBe(similarity);
  });

  test("lists the ten best, in the order of their ids where they tie", () => {
    const alike = [..."kjihgfedcba"].map((jobId) => ({ jobId, vector: vectorOf(9, 9) }));
    const best = { jobId: "z", vector: vectorOf(9) };

    const found = bestMatches([vectorOf(9)], [...alike, best]).map(({ jobId }) => jobId);

    expect(found).toEqual(["z", ..."abcdefghi"]);
  });

  test("a document matches any of its own words", () => {
    const words = fc.array(fc.constantFrom("violin", "harbour", "glaciers", "comet", "zebra", "voiture", "facture"), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(words, (some) => {
        const text = some.join(" ");
        const readings = queryTerms(text).map(({ vector }) => vector);

        expect(bestMatches(readings, [{ jobId: "a", vector: documentTerms(text).vector }])[0]?.similarity).toBeGreaterThan(0.75);
      }),
    );
  });
});
