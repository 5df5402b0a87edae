import letterPairs from "./letter-pairs.generated.json" with { type: "json" };

/** Letters and digits are at least this part of what is seen of a text. */
const minAlphanumeric = 0.5;
/** Letters of the Latin alphabet that are not of the English one: a third in Vietnamese, most of them in Cyrillic that is read as Latin. */
const maxForeign = 0.5;
/** Neighbours in a word of which one is of another script. */
const maxMixed = 0.15;
/** Few characters prove nothing. */
const minCharacters = 12;
/** Words that are not abbreviations, and the letters of them that tell. */
const minWord = 4;
const minLetters = 20;
/** The mean of a text of any language, and how far a short one may stay below it. */
const minMean = 0.1;
const allowance = 2.5;

/**
 * True unless the text is none of any language, as far as its letters can tell: a font with a false table of characters gives
 * other letters in place of those that are seen. Numbers, codes and short texts pass, and so does every script but the
 * Latin one if its letters are not mixed with others'.
 */
export function isLikeLanguage(text: string): boolean {
  const seen = text.replace(/\s+/gu, "").replace(/(.)\1{3,}/gu, "$1");
  const count = Array.from(seen).length;
  if (count < minCharacters) return true;
  if ((seen.match(/[\p{L}\p{M}\p{N}]/gu)?.length ?? 0) < minAlphanumeric * count) return false;
  return !isMixed(text) && isLikeLatin(text);
}

const scripts =
  /\p{scx=Latin}+|\p{scx=Greek}+|\p{scx=Cyrillic}+|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]+|\p{scx=Hangul}+|\p{scx=Arabic}+|\p{scx=Hebrew}+|\p{L}+/gu;

/** Chinese, Japanese and Korean run on where a word of Latin letters begins or ends in them. */
const unspaced = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]`;
const wordsWithin = new RegExp(`(?<=${unspaced})(?=[A-Za-z]{2})|(?<=[A-Za-z]{2})(?=${unspaced})`, "gu");

/** Letters of every script, such as the prime behind a Greek numeral. */
const common = /(?=\p{Script=Common})\p{L}/gu;

function isMixed(text: string): boolean {
  let [changes, letters] = [0, 0];
  for (const word of text
    .replace(common, "")
    .replace(wordsWithin, " ")
    .match(/\p{L}+/gu) ?? []) {
    letters += word.length;
    changes += (word.match(scripts)?.length ?? 1) - 1;
  }
  return changes > maxMixed * letters;
}

const latinWord = /\p{Script=Latin}[\p{Script=Latin}\p{M}]*/gu;

/** Names in addresses follow no language. */
const withoutAddresses = (text: string): string =>
  text
    .split(/\s+/u)
    .filter((part) => !/www\.|:\/\/|@/u.test(part))
    .join(" ");

/** False of what is blacked out, too: a word of the same letter again and again. */
const tells = (word: string): boolean => word.length >= minWord && !/^(.)\1+$/u.test(word);

function isLikeLatin(text: string): boolean {
  const words = withoutAddresses(text).match(latinWord)?.filter(tells) ?? [];
  const letters = words.join("");
  const ofOtherScripts = text.match(/(?!\p{Script=Latin})\p{L}/gu)?.length ?? 0; // beside them a name such as Łódź is no sign
  if ((letters.match(/[^\p{ASCII}\p{M}]/gu)?.length ?? 0) > maxForeign * (letters.length + ofOtherScripts)) return false;
  if (letters.length < minLetters) return true;
  const { mean, pairs } = ratingOf(words);
  return mean + allowance / Math.sqrt(pairs) > minMean;
}

/** Of the pairs of letters in some words, their ends included. */
function ratingOf(words: readonly string[]): { readonly mean: number; readonly pairs: number } {
  let [sum, pairs] = [0, 0];
  for (const word of words.map(folded)) {
    for (let index = 0; index <= word.length; index++, pairs++) sum += scoreOf(word[index - 1], word[index]);
  }
  return { mean: sum / pairs, pairs };
}

/** The pairs of letters that prove something, and the mean that no text of permuted letters reaches; real pages stay above it. */
const sure = { pairs: 100, mean: 0.6 } as const;
/** Of all letters: capitals behind small ones. Fonts of other scripts have letters in their places. */
const maxInnerCapitals = 0.02;

/** True where the letters prove that the text is one of a language that is written in Latin letters. */
export function isSurelyLanguage(text: string): boolean {
  const words = text.match(latinWord)?.filter(tells) ?? [];
  const { mean, pairs } = ratingOf(words);
  const innerCapitals = text.match(/\p{Ll}\p{Lu}/gu)?.length ?? 0;
  return pairs >= sure.pairs && mean >= sure.mean && innerCapitals <= maxInnerCapitals * pairs && isLikeLanguage(text);
}

/** Letters with a mark or a stroke as those without. */
const folds: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  ı: "i",
  þ: "th",
  ə: "e",
  ŋ: "n",
};

/** A word in the letters of the English alphabet. */
export const folded = (word: string): string =>
  word
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z]/gu, (letter) => folds[letter] ?? "");

const rowOf = (letter: string | undefined): number => (letter === undefined ? 26 : letter.charCodeAt(0) - 97);

const scoreOf = (one: string | undefined, other: string | undefined): number => {
  const step = letterPairs.steps[rowOf(one)]?.charCodeAt(rowOf(other)) ?? zero;
  return (step - zero) / letterPairs.stepsPerUnit;
};

/** The step that says neither yes nor no: above it are pairs more frequent than by chance. */
const zero = "m".charCodeAt(0);
