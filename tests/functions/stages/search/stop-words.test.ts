import { eld } from "eld/extrasmall";
import { describe, expect, test } from "vitest";
import table from "../../../../functions/stages/search/stop-words.generated.json" with { type: "json" };
import { englishStopWords, stopWordsFor } from "../../../../functions/stages/search/stop-words.ts";
import { termUses } from "../../../../functions/stages/search/term-uses.ts";
import { segmentWords } from "../../../../functions/stages/words.ts";

const stopWordsOf = (text: string) => stopWordsFor([...segmentWords(text.toLowerCase())]);

describe("stopWordsFor", () => {
  test.each([
    ["German", "Der Wald ist im Winter still, und die Vögel sind nicht mehr da.", ["der", "ist", "und", "die", "nicht"]],
    ["French", "Le chat est sur la table et les enfants ne sont pas là.", ["le", "est", "sur", "et", "pas"]],
    ["Spanish", "El perro de la casa está con los niños en el jardín.", ["el", "de", "la", "con", "los"]],
    ["Russian", "Она не знала, что он был в городе и не мог позвонить.", ["она", "не", "что", "он", "и"]],
    ["Arabic", "ذهب الولد إلى المدرسة مع صديقه في الصباح", ["إلى", "مع", "في"]],
    ["Japanese", "これは日本の本です。それは私のものです。", ["これ", "は", "の", "それ"]],
    ["Chinese", "我们在这里等你，因为他们也会来。", ["在", "也", "会", "来"]],
  ])("knows %s", (_, text, expected) => {
    const stopWords = stopWordsOf(text);

    expect(expected.filter((word) => !stopWords.has(word))).toEqual([]);
    expect(stopWords).not.toBe(englishStopWords);
  });

  test.each([
    ["Spanish", "Todos los niños juegan en el jardín, y también sus padres están con ellos cuando pueden.", "niños juegan jardín padres"],
    [
      "French",
      "Tous les enfants jouent dans le jardin, et leurs parents sont aussi avec eux quand ils peuvent.",
      "enfants jouent jardin parents",
    ],
    ["Dutch", "Alle kinderen spelen in de tuin, en hun ouders zijn ook bij hen wanneer ze kunnen.", "kinderen spelen tuin ouders"],
    ["Ukrainian", "Усі діти граються в саду, і їхні батьки також із ними, коли можуть.", "діти граються саду батьки"],
  ])("leaves the words of a %s text that say something", (_, text, content) => {
    const words = termUses(text).map(({ word }) => word);

    expect(words).toEqual(expect.arrayContaining(content.split(" ")));
    expect(words.length).toBeLessThanOrEqual(content.split(" ").length + 2);
  });

  test("knows both languages of a text, and in a text in one of them no word of the other", () => {
    const german = "Der See ist im Winter kalt, und die Vögel sind nicht mehr da. ";
    const english = "The harbour office sends each crew a letter, since this week storms broke both gates and their lights. ";
    const words = (text: string) => termUses(text).map(({ word }) => word);
    const both = ["winter", "kalt", "vögel", ...words(english)];

    expect(words(german)).toContain("see");
    expect(words(german + english)).toEqual(both);
    expect(words(german.repeat(3) + english)).toEqual(both);
  });

  test("there is a list for each language that is detected, except English", () => {
    const { Languages } = eld.info() as unknown as { Languages: Readonly<Record<string, string>> };

    expect(Object.keys(table.words).sort()).toEqual(
      Object.values(Languages)
        .filter((language) => language !== "en")
        .sort(),
    );
    expect(Object.values(table.words).filter((words) => words === "")).toEqual([]);
  });

  test("treats a text as English that no list has a word of, and one with as many words of another language", () => {
    expect(stopWordsOf("qwertz asdfgh")).toBe(englishStopWords);
    expect(stopWordsOf("in")).toBe(englishStopWords); // also Dutch, German and Italian
  });

  test("leaves the names of Object's own members alone", () => {
    const stopWords = stopWordsFor(["constructor", "__proto__", "the"]);

    expect(["constructor", "__proto__", "the"].filter((word) => stopWords.has(word))).toEqual(["the"]);
  });
});
