import table from "./lexicon.generated.json" with { type: "json" };
import { isNegation } from "./negation.ts";
import type { Token } from "./tokens.ts";

/** Emoji, which the ratings of 2012 do not have. */
const emoji: Readonly<Record<string, string>> = {
  "3": "😍🥰😘❤💕💖💗💓💞💙💚💛🧡💜♥🫶🤩🎉🥳",
  "2": "🙂☺😋😌😺😀😁😂😃😄😆😊😇😎🤗🤣👍👏🙌🙏🏆🎊✨💪🔥⭐🌟💯",
  "-2": "😒🙄😕🥺😑😞😟😠😢😣😤😥😨😩😫😰😱🙁☹👎💔😖😷🤒",
  "-3": "💩😾😡😭🤬🤢🤮",
};

const ratings = [-4, -3, -2, -1, 1, 2, 3, 4].map((valence) => [String(valence), [`<rated ${valence}>`]] as const);

const valences = new Map(
  [
    ...Object.entries(table.words).map(([valence, words]) => [valence, words.split(" ")] as const),
    ...Object.entries(emoji),
    ...ratings,
  ].flatMap(([valence, words]) => [...words].map((word) => [word, Number(valence)] as const)),
);

const strengthening = new Set(
  "absolutely amazingly awfully completely considerably deeply enormously entirely especially exceptionally extremely fabulously fully greatly highly hugely incredibly intensely more most particularly purely quite really remarkably so substantially thoroughly too totally tremendously truly unbelievably utterly very".split(
    " ",
  ),
);
const weakening = new Set("almost kind kinda less little marginally occasionally partly slightly somewhat sort sorta".split(" "));

/** The number of words before a rated one that change its rating. */
const reach = 3;
const [capitalsWeight, degreeWeight, negatedShare] = [0.733, 0.293, -0.74];

/** The number of figures that {@link lexiconFigures} returns. */
export const lexiconFigureCount = 8;

/**
 * Sums of the rated words of a text, so that the model knows words that are in no labelled text.
 *
 * The ratings (-4..4, by ten people each) and the weights of capitals, degree and negation are those of VADER (Hutto & Gilbert, ICWSM 2014).
 * Takes time in proportion to the number of tokens.
 */
export function lexiconFigures(tokens: readonly Token[]): number[] {
  const { rated, words } = ratedWords(tokens);
  const positive = rated.filter((valence) => valence > 0);
  const negative = rated.filter((valence) => valence < 0).map((valence) => -valence);
  const [good, bad] = [sum(positive), sum(negative)];
  const length = Math.sqrt(Math.max(words, 1));
  return [
    (2 * (good - bad)) / Math.sqrt((good - bad) ** 2 + 15),
    good / length,
    bad / length,
    Number(rated.length === 0),
    positive.reduce((max, valence) => Math.max(max, valence), 0) / 3,
    negative.reduce((max, valence) => Math.max(max, valence), 0) / 3,
    (rated.at(-1) ?? 0) / 3,
    Number(positive.length > 0 && negative.length > 0),
  ];
}

/** True for tokens among which are rated words of both kinds. */
export function isMixed(tokens: readonly Token[]): boolean {
  const { rated } = ratedWords(tokens);
  return rated.some((valence) => valence > 0) && rated.some((valence) => valence < 0);
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0);

/** The valences of the rated words in order; those before a `but` count half, those after it more. */
function ratedWords(tokens: readonly Token[]): { rated: readonly number[]; words: number } {
  const rated: number[] = [];
  let turn = -1;
  let words = 0;
  for (const [index, { text, kind }] of tokens.entries()) {
    if (kind !== "word" && kind !== "emoticon") continue;
    words++;
    if (text === "but" || text === "however") turn = rated.length;
    const valence = valences.get(text);
    if (valence !== undefined) rated.push(inContext(valence, tokens, index));
  }
  return { rated: turn < 0 ? rated : rated.map((valence, index) => valence * (index < turn ? 0.5 : 1.5)), words };
}

function inContext(valence: number, tokens: readonly Token[], index: number): number {
  let strength = Math.abs(valence) + (tokens[index]?.isCapitals ? capitalsWeight : 0);
  for (let back = 1; back <= reach; back++) {
    const before = tokens[index - back];
    if (before === undefined || before.kind === "pause" || before.kind === "stop") break;
    if (strengthening.has(before.text)) strength += degreeWeight;
    if (weakening.has(before.text)) strength -= degreeWeight;
    if (isNegation(before.text)) return Math.sign(valence) * strength * negatedShare;
  }
  return Math.sign(valence) * strength;
}
