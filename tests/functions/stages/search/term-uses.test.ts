import { describe, expect, test } from "vitest";
import { queryTermUses, termUses } from "../../../../functions/stages/search/term-uses.ts";

const termsOf = (text: string) => termUses(text).map(({ term }) => term);
const wordsOf = (text: string) => termUses(text).map(({ word }) => word);

describe("termUses", () => {
  test("counts the forms of a word as one term, and shows the most frequent form", () => {
    const uses = termUses("Computers compute. A computer, my computer, is computing with Turing, as Turing did.");

    // Forms of `comput` are 3,702 of the 49,719,560 words that SUBTLEXus counts: 9.505; it does not know `Turing`.
    expect(uses).toEqual([
      { term: "comput", word: "computer", count: 5, capitalised: 0, first: 0, inverseFrequency: 9.5 },
      { term: "ture", word: "turing", count: 2, capitalised: 2, first: 5, inverseFrequency: 13 },
    ]);
  });

  test("shows the earliest of equally frequent forms", () => {
    expect(wordsOf("rivers river")).toEqual(["rivers"]);
  });

  test.each([
    ["stop words in any case", "The THE the and Of harbour", ["harbour"]],
    ["contractions", "they'd don’t we've it's isn't harbour", ["harbour"]],
    ["numbers", "1984 3.14 42nd harbour", ["harbour"]],
    ["short words that are no acronyms", "zq жж harbour", ["harbour"]],
    ["addresses", "https://bad.example/worse?a=b, www.bad.example and bad.one@worse.example, harbour", ["harbour"]],
    ["a link before text without spaces", "港口https://bad.example/worse。灯塔", ["港口", "灯塔"]],
    ["paths", "/usr/share/bad.txt or harbour", ["harbour"]],
    ["identifiers", "b9a65c71d l3a5bk7wagm harbour", ["harbour"]],
    ["words of more than 40 characters", `${"harbour".repeat(6)} harbour`, ["harbour"]],
  ])("passes over %s", (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  test.each([
    ["possessives", "Lambda's Lambda’s", ["lambda"]],
    ["French elisions", "l'automne n'est pas l’hiver, et les enfants sont dans l'eau", ["automne", "hiver", "enfants", "eau"]],
    ["words with a slash or digits", "and/or male/female utf8 wh1000xm4", ["male", "female", "utf8", "wh1000xm4"]],
    ["acronyms of two letters", "the AI of the harbour", ["ai", "harbour"]],
    ["wide and ligated forms", "ＨＡＲＢＯＵＲ eﬃciency", ["harbour", "efficiency"]],
    ["composed and decomposed accents", "cafe\u0301 caf\u00e9", ["café"]],
    ["hidden characters", "har\u200bbour har\u00adbour \u202eharbour\u202c \ufeffharbour", ["harbour"]],
    ["names of Object's own members", "constructor __proto__ toString", ["constructor", "__proto__", "tostring"]],
  ])("reads %s", (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  test("does not take three letters for a plural", () => {
    expect(termsOf("AWS gas")).toEqual(["aws", "gas"]);
  });

  test("counts a capital as a name's, but not at the start of the text", () => {
    const uses = termUses("Harbour and Harbour");

    expect(uses.map(({ capitalised }) => capitalised)).toEqual([1]);
  });

  test("gives all words of another language the same weight, and stems none", () => {
    const uses = termUses("Der Film handelt von den Filmen und der Party nach dem Film, die nicht gut ist.");

    expect(uses.map(({ term, inverseFrequency }) => `${term} ${inverseFrequency}`)).toEqual([
      "film 13",
      "handelt 13",
      "filmen 13",
      "party 13",
    ]);
  });

  test("looks at the first 200 Ki characters", () => {
    const text = `${"harbour ".repeat(25_598)}lighthouse keeper`; // the cut is in `keeper`

    const uses = termUses(text);

    expect(uses.map(({ word, count }) => `${word} ${count}`)).toEqual(["harbour 25598", "lighthouse 1"]);
  });
});

describe("queryTermUses", () => {
  const termsOf = (query: string) => queryTermUses(query).map((uses) => uses.map(({ term }) => term));

  test.each([
    ["a word without a language", "facture", [["factur"], ["facture"]]],
    [
      "English",
      "the computers of the voyage",
      [
        ["comput", "voyag"],
        ["computers", "voyage"],
      ],
    ],
    [
      "another language first, with its own stop words",
      "la voiture est dans les garages",
      [
        ["voiture", "garages"],
        ["la", "voitur", "est", "dan", "les", "garag"],
      ],
    ],
    [
      "words of two letters, and no shorter ones",
      "ai s3 x",
      [
        ["ai", "s3"],
        ["ai", "s3"],
      ],
    ],
    ["stop words, elisions and numbers left out", "what's l'avion 20417", [["avion"], ["avion"]]],
    ["no word", "the 1 😀", [[], []]],
  ])("reads %s", (_, query, terms) => {
    expect(termsOf(query)).toEqual(terms);
  });

  test("weights English stems by their rarity, and all words of other languages equally", () => {
    const [english, other] = queryTermUses("people");

    expect(english?.[0]?.inverseFrequency).toBeLessThan(8);
    expect(other?.[0]?.inverseFrequency).toBe(13);
  });
});
