import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { documentTerms, queryTerms } from "../../../../functions/stages/search/document-vector.ts";
import { weightsOf } from "../../../../functions/stages/search/term-weights.ts";

/** Different words that the frequency table does not know. */
const unknownWords = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `zq${String.fromCharCode(97 + (index % 26))}x${"k".repeat(1 + index / 26)}`);

describe("documentTerms", () => {
  test("puts the strongest term first: what is used more often, and what is rarer", () => {
    const { strongest } = documentTerms("A doctor with violins, a doctor at the zither with violins, violins.");

    expect(strongest).toEqual(["violin", "doctor", "zither"]);
  });

  test("leaves common terms out of the terms to look for, not out of the vector", () => {
    const { strongest, vector } = documentTerms("people work with violins");

    expect(strongest).toEqual(["violin"]);
    expect(vector).toHaveLength(3 * 5);
  });

  test("writes each term as its FNV-1a hash and its weight in 255ths of the strongest", () => {
    // The published test vector of FNV-1a: `foobar` hashes to 0xbf9cf968.
    // Weights: foobar (1 + ln 1) × 13, and `comput` 9.5: 255 × 9.5 / 13 = 186.3.
    const { vector } = documentTerms("computing the foobar");

    expect([...vector.slice(0, 5)]).toEqual([0xbf, 0x9c, 0xf9, 0x68, 255]);
    expect(vector[9]).toBe(186);
  });

  test("keeps the 32 strongest terms: 160 bytes", () => {
    const { strongest, vector } = documentTerms(unknownWords(100).join(" "));

    expect(strongest).toEqual(unknownWords(100).slice(0, 32));
    expect(vector).toHaveLength(160);
  });

  test("cuts long terms, and has each cut one once", () => {
    const { strongest } = documentTerms("donaudampfschifffahrt donaudampfschifffahrten der von und das");

    expect(strongest).toEqual(["donaudampfschifffahr"]);
  });

  test("of a text without words are none", () => {
    expect(documentTerms(" … 😀")).toEqual({ strongest: [], vector: new Uint8Array() });
  });

  test("are small enough for the record and an item, for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 50 })), (words) => {
        const { strongest, vector } = documentTerms(words.join(" "));

        expect(vector.length).toBeLessThanOrEqual(160);
        expect(new Set(strongest).size).toBe(strongest.length);
        for (const term of strongest) expect([...term].length).toBeLessThanOrEqual(20);
        for (const term of strongest) expect(term).not.toContain("#");
      }),
    );
  });
});

describe("queryTerms", () => {
  test("leaves out a reading without a term to look for", () => {
    const strongest = (query: string) => queryTerms(query).map((terms) => terms.strongest);

    expect(strongest("people with violins")).toEqual([["violin"], ["people", "violins"]]);
    expect(strongest("people")).toEqual([["people"]]);
    expect(strongest("the")).toEqual([]);
  });
});

describe("weightsOf", () => {
  test("reads the weights by hash, at any offset of the bytes", () => {
    const bytes = Uint8Array.of(9, 9, 0, 0, 0, 1, 255, 0xff, 0xff, 0xff, 0xff, 128);

    const weights = weightsOf(bytes.subarray(2));

    expect([...weights]).toEqual([
      [1, 255],
      [0xffffffff, 128],
    ]);
  });

  test("reads a truncated vector up to its last whole term", () => {
    expect([...weightsOf(Uint8Array.of(0, 0, 0, 1, 255, 0, 0))]).toEqual([[1, 255]]);
    expect([...weightsOf(new Uint8Array())]).toEqual([]);
  });
});
