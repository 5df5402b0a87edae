import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyseSentiment, sentimentOf } from "../../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { featureCount } from "../../../../functions/stages/ml-inference/features.ts";

describe("analyseSentiment", () => {
  test("of the sample in the documentation", async () => {
    const { sentiment, confidence, language } = await analyseSentiment("AWS Lambda is a great serverless compute service");

    expect([sentiment, language]).toEqual(["POSITIVE", "en"]);
    expect(confidence).toBeGreaterThan(0.7);
  });

  test.each([
    ["I like the new layout.", "POSITIVE"],
    ["I don't like the new layout.", "NEGATIVE"],
    ["I don’t like the new layout.", "NEGATIVE"],
    ["It is not good at all.", "NEGATIVE"],
    ["Bad idea.", "NEGATIVE"],
    ["ho\u200brr\u200dible", "NEGATIVE"],
    ["Ｇｒｅａｔ ｐｈｏｎｅ！", "POSITIVE"],
    ["🙂", "POSITIVE"],
    ["★★★★★", "POSITIVE"],
    ["⭐️⭐️⭐️⭐️⭐️", "POSITIVE"],
    ["★☆☆☆☆", "NEGATIVE"],
    ["5/5", "POSITIVE"],
    ["I give it 10/10.", "POSITIVE"],
    ["4.5 out of 5", "POSITIVE"],
    ["1 out of 5", "NEGATIVE"],
    ["2/10", "NEGATIVE"],
    ["One star.", "NEGATIVE"],
    ["★★★☆☆", "NEUTRAL"],
    ["Open 24/7 from 1/5/2026", "NEUTRAL"],
    ["denies chest pain, no malignancy", "NEUTRAL"],
    ["Denies suicidal ideation. No hallucinations.", "NEUTRAL"],
    ["Impression: no acute intracranial abnormality.", "NEUTRAL"],
    ["No complaints, works perfectly.", "POSITIVE"],
    ["My back pain got worse, this chair is terrible.", "NEGATIVE"],
    ["The train leaves at nine.", "NEUTRAL"],
    ["", "NEUTRAL"],
  ])("%s is %s", async (text, expected) => {
    const { sentiment } = await analyseSentiment(text);

    expect(sentiment).toBe(expected);
  });

  test.each(["", ".", "\n\n", "- - -", "From: a@b.c\nTo: d@e.f\nContent-Type: image/png\n\n"])(
    "%j, without words, is NEUTRAL, without confidence",
    async (text) => {
      expect(await analyseSentiment(text)).toEqual({ sentiment: "NEUTRAL", confidence: 0.33 });
    },
  );

  test.each([
    ["zh", "我非常喜欢这个产品，质量很好，服务也很周到。"],
    ["ru", "Мне очень понравился этот фильм, он просто замечательный и очень смешной."],
    ["es", "Me encanta este producto, es una maravilla y llegó muy rápido. No tengo ninguna queja."],
  ])("a text in %s is NEUTRAL, without confidence", async (language, text) => {
    const analysis = await analyseSentiment(text);

    expect(analysis).toEqual({ sentiment: "NEUTRAL", confidence: 0.33, language });
  });

  test("a log has no sentiment", async () => {
    const line = "worker crashed, signal SIGKILL, restarting worker, fatal error, connection refused\n";

    expect(await analyseSentiment(line.repeat(5))).toMatchObject({ sentiment: "NEUTRAL", confidence: 0.33 });
  });

  test("a long text has the sentiment of most of its sentences", async () => {
    const praise = "The staff were friendly and the room was lovely. ".repeat(30);
    const facts = [
      "The house has four floors and stands next to the station.",
      "Breakfast is served from seven to ten in the room on the left.",
      "The bus to the museum leaves every twenty minutes.",
      "Each room has a table, two chairs and a wardrobe.",
      "The building was finished in 1932 and renovated in 2011.",
      "Guests leave their keys at the desk by the door.",
    ];
    const fact = `${facts.join(" ")} `.repeat(5);
    const complaint = "The lift was broken, which was awful. ";

    expect((await analyseSentiment(praise + complaint)).sentiment).toBe("POSITIVE");
    expect((await analyseSentiment(fact)).sentiment).toBe("NEUTRAL");
    expect((await analyseSentiment(complaint.repeat(30) + fact.slice(0, 300))).sentiment).toBe("NEGATIVE");
  });

  test("has more confidence in many sentences than in one", async () => {
    const complaint = "The lift was broken, which was awful. ";

    const [one, many] = [await analyseSentiment(complaint), await analyseSentiment(complaint.repeat(10))];

    expect(many.sentiment).toBe(one.sentiment);
    expect(many.confidence).toBeGreaterThan(one.confidence);
  });

  test("looks at the first 200 Ki code units only", async () => {
    const head = "The train leaves at nine. ".repeat(8000).slice(0, 200 * 1024);

    const analysis = await analyseSentiment(head + " I hate this terrible train.".repeat(10_000));

    expect(analysis).toEqual(await analyseSentiment(head));
  });

  const mebibyte = (unit: string) => unit.repeat(Math.ceil(2 ** 20 / unit.length));

  test.each([
    ["one word", mebibyte("a")],
    ["one word in capitals, except for its end", `${"A".repeat(200_000)}a`],
    ["spaces", mebibyte(" ")],
    ["line ends", mebibyte("\n \n")],
    ["emoji", mebibyte("😀")],
    ["zero-width characters", mebibyte("\u200b")],
    ["bidirectional controls", mebibyte("\u202e\u2066a")],
    ["combining marks", `a${mebibyte("\u0301\u0323")}`],
    ["words that objects have", mebibyte("constructor __proto__ hasOwnProperty ")],
    ["punctuation", mebibyte("!")],
    ["full stops", mebibyte(". ")],
    ["eyes", mebibyte(":")],
    ["mouths", mebibyte("(((")],
    ["apostrophes", mebibyte("a'")],
    ["negations", mebibyte("not never ")],
    ["addresses", mebibyte("https://")],
    ["lone surrogates", mebibyte("\ud83d")],
  ])("analyses a mebibyte of %s", async (_, text) => {
    const { confidence } = await analyseSentiment(text);

    expect(confidence).toBeGreaterThanOrEqual(0.33);
  });

  test("answers any text with the likeliest of three and a confidence of two decimals", async () => {
    const word = fc.constantFrom("great", "NOT", "but", "terrible", ":)", "!", "the", "is", "__proto__");
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.oneof(word, fc.string({ unit: "grapheme" }))).map((words) => words.join(" ")),
    );

    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const { sentiment, confidence, language = "" } = await analyseSentiment(text);

        expect(["NEGATIVE", "NEUTRAL", "POSITIVE"]).toContain(sentiment);
        expect(confidence).toBeGreaterThanOrEqual(0.33);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(String(confidence)).toMatch(/^[01](\.\d{1,2})?$/);
        expect(language).toMatch(/^([a-z]{2})?$/);
      }),
    );
  });
});

describe("sentimentOf", () => {
  /** Every text has the score ln 2 for NEGATIVE, by the bias alone. */
  const model = { weights: new Int8Array(3 * featureCount), scale: [1, 1, 1], bias: [Math.log(2), 0, 0], doubt: 0 } as const;

  /** Of NEGATIVE, where the score ln 2 counts `times`. */
  const probability = (times: number) => 2 ** times / (2 ** times + 2);
  const words = (count: number) => "word ".repeat(count);

  test("n sentences count half as their mean score, half as √n times", () => {
    expect(sentimentOf(`${words(18)}.`, model)[0]).toBeCloseTo(probability(1), 10);
    expect(sentimentOf(`${words(18)}. `.repeat(16), model)[0]).toBeCloseTo(probability((1 + 4) / 2), 10);
  });

  test("a short sentence counts more, down to four words, and one with praise and blame less", () => {
    expect(sentimentOf(words(8), model)[0]).toBeCloseTo(probability(Math.sqrt(18 / 8)), 10);
    expect(sentimentOf(words(2), model)[0]).toBeCloseTo(probability(Math.sqrt(18 / 4)), 10);
    expect(sentimentOf(`${words(16)}good bad`, model)[0]).toBeCloseTo(probability(0.8), 10);
  });

  test("a sentence ends after 60 tokens at the latest, and nothing counts as one of usual length", () => {
    const ofSixty = Math.sqrt(18 / 60);
    expect(sentimentOf(words(60), model)[0]).toBeCloseTo(probability(ofSixty), 10);
    expect(sentimentOf(words(120), model)[0]).toBeCloseTo(probability((ofSixty * (1 + Math.SQRT2)) / 2), 10);
    expect(sentimentOf("", model)[0]).toBeCloseTo(probability(1), 10);
  });

  test("a model's doubt is divided among the three", () => {
    expect(sentimentOf(`${words(18)}.`, { ...model, doubt: 0.3 })).toEqual([0.45, 0.275, 0.275].map((share) => expect.closeTo(share, 10)));
  });
});
