import { analysedLength } from "../prose.ts";
import { segmentWords } from "../words.ts";
import { inverseFrequency, unseenInverseFrequency } from "./inverse-frequency.ts";
import { stemOf } from "./stem.ts";
import { englishStopWords, stopWordsFor } from "./stop-words.ts";

/** In UTF-16 code units. Longer words are ignored, so that keywords fit into the job's record. */
const maxWordLength = 40;

/** The uses of a term, all words of one stem, in a text. */
export interface TermUse {
  readonly term: string;
  /** The most frequent form, the earliest where they tie. */
  readonly word: string;
  readonly count: number;
  /** The number of uses that begin with a capital inside of the text, or are all capitals. */
  readonly capitalised: number;
  /** The number of content words before the first use. */
  readonly first: number;
  /** See {@link inverseFrequency}; equal for all words of other languages than English. */
  readonly inverseFrequency: number;
}

/** They say where something is, not what it is about. */
const addresses =
  /\b(?:(?:https?|ftp|file):\/\/|mailto:|www\.)[!-~]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|(?<![\w./])(?:\/[\w.@+-]{1,255}){2,}/g;

/** The terms of a text in the order of their first use; addresses, paths, stop words, numbers and very short words are none. */
export function termUses(text: string): TermUse[] {
  const words = writtenWords(text.replace(addresses, (address) => " ".repeat(address.length)));
  const stopWords = stopWordsOf(words);
  const content = words.filter(({ isContent }) => isContent);
  return usesOf(content, stopWords, stopWords === englishStopWords);
}

/**
 * The terms of a query as English, and as a language without stems: it is too short to detect which it is, and a document is
 * posted under the one or the other. The likelier reading comes first. Users do not type the capitals of an acronym into a
 * query, so all words of two letters are terms.
 */
export function queryTermUses(query: string): TermUse[][] {
  const words = writtenWords(query);
  const stopWords = stopWordsOf(words);
  const sought = words.filter(({ isSought }) => isSought);
  const readings = [usesOf(sought, englishStopWords, true), usesOf(sought, stopWords, false)];
  return stopWords === englishStopWords ? readings : readings.reverse();
}

const stopWordsOf = (words: readonly WrittenWord[]): ReadonlySet<string> => stopWordsFor(words.map(({ word }) => word));

function usesOf(words: readonly WrittenWord[], stopWords: ReadonlySet<string>, isEnglish: boolean): TermUse[] {
  const content = words.filter(({ word }) => !stopWords.has(word)).map((written, place) => ({ written, place }));
  const termOf = isEnglish ? stemsByWord() : (word: string) => word;
  return [...Map.groupBy(content, ({ written }) => termOf(written.word))].map(([term, uses]) => ({
    term,
    word: mostFrequent(uses.map(({ written }) => written.word)),
    count: uses.length,
    capitalised: uses.filter(({ written }) => written.isCapitalised).length,
    first: uses[0]?.place ?? 0,
    inverseFrequency: isEnglish ? inverseFrequency(term) : unseenInverseFrequency,
  }));
}

interface WrittenWord {
  /** In lower case. */
  readonly word: string;
  readonly isCapitalised: boolean;
  readonly isAcronym: boolean;
  /** It is a word to count, stop words aside. */
  readonly isContent: boolean;
  /** The same in a query. */
  readonly isSought: boolean;
}

function writtenWords(text: string): WrittenWord[] {
  const visible = text.slice(0, analysedLength).replace(/\p{Default_Ignorable_Code_Point}+/gu, "");
  const read = new Map<string, WrittenWord>();
  const words: WrittenWord[] = [];
  for (const segment of segmentWords(visible)) {
    if (segment.length > maxWordLength) continue; // before it is normalised: for marks without end, that takes quadratic time
    const written = read.get(segment) ?? readWord(segment);
    read.set(segment, written);
    words.push(written);
  }
  if (text.length > analysedLength) words.pop(); // it may be cut
  // Every text begins with a capital; only an acronym is then a name.
  return words.map((written, index) => (index === 0 ? { ...written, isCapitalised: written.isAcronym } : written));
}

function readWord(segment: string): WrittenWord {
  const written = withoutElision(segment.normalize("NFKC").replaceAll("’", "'"));
  const word = written.toLowerCase();
  const isAcronym = /^\p{Lu}[\p{Lu}\p{N}]+$/u.test(written);
  const isSought = word.length >= 2 && word.length <= maxWordLength && /^_*\p{L}/u.test(word) && !identifier.test(word);
  const isContent = isSought && (isAcronym || word.length >= 3 || !isAlphabetic(word));
  return { word, isCapitalised: /^\p{Lu}/u.test(written), isAcronym, isContent, isSought };
}

/** Letters and digits by turns, as in hashes and keys; `utf8`, `x86` and `wh1000xm4` are words. */
const identifier = /^_*\p{L}+\p{N}+\p{L}+\p{N}+\p{L}/u;

/** `Lambda's` and `l'été` without what is only joined on; `they'd` becomes `they`, a stop word. */
const withoutElision = (word: string): string =>
  word.includes("'") ? word.replace(/^(?:[cdjlmnst]|qu|un|all|dell|nell)'(?=..)/i, "").replace(/(?:n't|'[a-z]{0,2})$/i, "") : word;

const isAlphabetic = (word: string): boolean => /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word);

/** {@link stemOf} for the words of one text, each of them stemmed once. */
function stemsByWord(): (word: string) => string {
  const stems = new Map<string, string>();
  return (word) => {
    const stem = stems.get(word) ?? stemOf(word);
    stems.set(word, stem);
    return stem;
  };
}

function mostFrequent(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}
