import type { Word } from "./engine.ts";
import type { PageText } from "./page-image.ts";

/** What the engine took for words on a page, right or wrong. */
export interface Reading {
  readonly words: readonly Word[];
  /** The mean of the words' confidence, 0..1; 0 where there are none. */
  readonly confidence: number;
  /** Letters and digits in the words that are kept. */
  readonly letters: number;
  /** Letters and digits in all of the words. */
  readonly allLetters: number;
  /**
   * The letters that are kept, each counting as the square of its word's confidence: few sure ones and many unsure ones are both of little use.
   * 0 where nothing is kept of it as text.
   */
  readonly worth: number;
}

/** Hardly any word below this confidence is right, unless the rest of its line is above. */
const likelyFrom = 0.6;
/** Of ten words from this confidence on, eight are right. */
const sureFrom = 0.8;
/** Of all letters: where fewer are in sure words, the page is a picture, or in a script that the engine was not told. Of few letters more. */
const minSureOf = (letters: number): number => Math.min(0.5 * letters, 0.2 * letters + 4);
/** Different ones of two digits or more: digits are the same in most scripts, and what is taken for them in others is always the same few. */
const minNumbers = 15;
/**
 * Words of three letters or more that every page of running text has: of English, German, French, Spanish, Italian, Portuguese and
 * Dutch. One of them may turn up in what is taken for words on a page in another script.
 */
const frequentWords = new Set(
  (
    "the and for that with this from have are was not but you his her they all which had their our who will " +
    "der die und den das von mit sich des auf für ist dem nicht ein eine auch aus " +
    "les est que une dans qui pour par sur pas plus avec los las del por con para como che non per sono della gli " +
    "não uma com dos mais foi het een van dat met zijn voor niet aan ook"
  ).split(" "),
);
const minFrequentWords = 4;

export function readingOf(words: readonly Word[]): Reading {
  const kept = likelyWords(words);
  return {
    words,
    confidence: words.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, words.length),
    letters: lettersIn(kept),
    allLetters: lettersIn(words),
    worth: isInKnownScript(words) ? kept.reduce((sum, word) => sum + word.confidence ** 2 * lettersOf(word), 0) : 0,
  };
}

/** The text without the words that are hardly ever right; empty where hardly any others remain: sure ones, numbers or frequent ones. */
export function textOf({ words }: Reading): PageText {
  const kept = likelyWords(words);
  if (kept.length === 0 || !isInKnownScript(words)) return { text: "", confidence: 0 };
  const characters = kept.reduce((sum, { text }) => sum + text.length, 0);
  const confidence = kept.reduce((sum, word) => sum + word.text.length * word.confidence, 0) / characters;
  return { text: joined(words, new Set(kept)), confidence };
}

/** The words that are kept as text. */
export const likelyWords = (words: readonly Word[]): Word[] => linesOf(words).flatMap(likelyIn);

function isInKnownScript(words: readonly Word[]): boolean {
  const sure = words.filter(({ confidence }) => confidence >= sureFrom);
  if (telling(sure) >= minSureOf(telling(words)) || numbersIn(words).size >= minNumbers) return true;
  return words.filter(isFrequent).length >= minFrequentWords;
}

/** A longer word is an address, a key or a path, which is hardly ever read for sure and says no more of the script than any other. */
const maxTelling = 15;
const telling = (words: readonly Word[]): number => words.reduce((sum, word) => sum + Math.min(maxTelling, lettersOf(word)), 0);

const isFrequent = ({ text, confidence }: Word): boolean =>
  confidence >= likelyFrom && frequentWords.has(text.toLowerCase().replace(/[^\p{L}]/gu, ""));

function numbersIn(words: readonly Word[]): Set<string> {
  const likely = words.filter(
    ({ confidence, text }) => confidence >= likelyFrom && /^[^\p{L}\p{N}]*\d([.,:/-]?\d)+[^\p{L}\p{N}]*$/u.test(text),
  );
  return new Set(likely.map(({ text }) => text.replace(/\D/gu, "")));
}

export function linesOf(words: readonly Word[]): Word[][] {
  const lines: Word[][] = [];
  for (const word of words) {
    const line = word.begins === undefined ? lines.at(-1) : undefined;
    if (line === undefined) lines.push([word]);
    else line.push(word);
  }
  return lines;
}

function likelyIn(line: readonly Word[]): Word[] {
  const letters = lettersIn(line);
  const sureness = line.reduce((sum, word) => sum + word.confidence * lettersOf(word), 0);
  return line.filter((word) => {
    const others = letters - lettersOf(word);
    return word.confidence >= likelyFrom || (others > 0 && sureness - word.confidence * lettersOf(word) >= likelyFrom * others);
  });
}

const gaps = { paragraph: "\n\n", line: "\n" } as const;

/** A line or paragraph ends where it ended, though its first words are left out. */
function joined(words: readonly Word[], kept: ReadonlySet<Word>): string {
  let [text, gap] = ["", ""];
  for (const word of words) {
    if (word.begins !== undefined && gap !== gaps.paragraph) gap = gaps[word.begins];
    if (!kept.has(word)) continue;
    text += text === "" ? word.text : `${gap || " "}${word.text}`;
    gap = "";
  }
  return text;
}

export const lettersOf = ({ text }: Word): number => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

const lettersIn = (words: readonly Word[]): number => words.reduce((sum, word) => sum + lettersOf(word), 0);
