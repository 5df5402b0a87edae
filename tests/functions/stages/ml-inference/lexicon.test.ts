import { describe, expect, test } from "vitest";
import { lexiconFigureCount, lexiconFigures } from "../../../../functions/stages/ml-inference/lexicon.ts";
import { tokensOf } from "../../../../functions/stages/ml-inference/tokens.ts";

const figuresOf = (text: string) => lexiconFigures([...tokensOf(text)]);
/** The strongest good and the strongest bad word, as the lexicon rates words. */
const strongest = (text: string) =>
  figuresOf(text)
    .slice(4, 6)
    .map((figure) => Math.round(figure * 3 * 1000) / 1000);

// VADER's word list rates `great` 3.1, `good` 1.9 and `terrible` -2.1; capitals weigh 0.733, a degree 0.293, a negation turns to 0.74.
describe("lexiconFigures", () => {
  test.each([
    ["great", [3.1, 0]],
    ["terrible", [0, 2.1]],
    ["GREAT", [3.833, 0]],
    ["very great", [3.393, 0]],
    ["slightly great", [2.807, 0]],
    ["not great", [0, 2.294]],
    ["isn't very great", [0, 2.511]],
    ["not terrible", [1.554, 0]],
    ["not so, great", [3.1, 0]],
    ["never in my whole life great", [3.1, 0]],
    ["good but terrible", [0.95, 3.15]],
    ["👍 😡", [2, 3]],
    ["the box", [0, 0]],
  ])("%s", (text, expected) => {
    expect(strongest(text)).toEqual(expected);
  });

  test("are eight: balance, good and bad by the root of the length, none, strongest, last, both", () => {
    const figures = figuresOf("great food terrible staff");

    expect(figures).toHaveLength(lexiconFigureCount);
    expect(figures[0]).toBeCloseTo(2 / Math.sqrt(1 + 15), 10);
    expect(figures.slice(1, 4)).toEqual([3.1 / 2, 2.1 / 2, 0]);
    expect(figures[6]).toBeCloseTo(-0.7, 10);
    expect(figures[7]).toBe(1);
  });

  test("of nothing say that there is no rated word", () => {
    expect(figuresOf("")).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  });
});
