import { fnv1a } from "../fnv-1a.ts";
import { lexiconFigureCount, lexiconFigures } from "./lexicon.ts";
import { isNegation } from "./negation.ts";
import type { Token } from "./tokens.ts";

/** The number of places for words and pairs of words; two that are hashed to the same one share its weights. */
const hashedPlaces = 2 ** 16;
/** The number of features. */
export const featureCount = hashedPlaces + lexiconFigureCount;

/** A negation turns this many words, unless a pause comes first. */
const negationReach = 4;
/** The letters of a longer word that stand for all words with the same beginning. */
const stemLength = 4;

/** A text as the model sees it: the places of its features, and a value for each. */
export interface Features {
  readonly places: Uint32Array;
  readonly values: Float64Array;
}

/** The words and pairs of words of a text, each once, as a vector of length 1; and what the lexicon says of it. */
export function featuresOf(tokens: readonly Token[]): Features {
  const hashed = new Map<number, number>();
  for (const { hash, value } of termsOf(tokens)) {
    const place = placeOf(hash);
    hashed.set(place, Math.max(value, hashed.get(place) ?? 0));
  }
  const figures = lexiconFigures(tokens);
  const places = Uint32Array.from([...hashed.keys(), ...figures.map((_, index) => hashedPlaces + index)]);
  const length = Math.sqrt([...hashed.values()].reduce((sum, value) => sum + value * value, 0)) || 1;
  const values = Float64Array.from([...[...hashed.values()].map((value) => value / length), ...figures]);
  return { places, values };
}

/** FNV-1a's low bits alone are not spread well enough. */
function placeOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) & (hashedPlaces - 1);
}

interface Term {
  readonly hash: number;
  readonly value: number;
}

/** A pair is significant in the domain that it was learned from, and hardly in others. */
const pairValue = 0.5;
const [turnedMark, stemMark, turnedStemMark, elongated] = [fnv1a("~"), fnv1a("^"), fnv1a("^~"), fnv1a("<elongated>")];

function* termsOf(tokens: readonly Token[]): Generator<Term> {
  let turned = 0;
  let before: number | undefined;
  for (const token of tokens) {
    const plain = fnv1a(token.text);
    if (before !== undefined) yield { hash: fnv1a(token.text, fnv1a(" ", before)), value: pairValue };
    before = plain;
    if (token.isElongated) yield { hash: elongated, value: 1 };
    const isTurning = token.kind === "word" && isNegation(token.text);
    const isTurned = token.kind === "word" && turned > 0 && !isTurning;
    for (const hash of wordHashes(token, isTurned)) yield { hash, value: 1 };
    if (isTurning) turned = negationReach;
    else if (token.kind === "pause" || token.kind === "stop") turned = 0;
    else if (isTurned) turned--;
  }
}

/** A word by itself and by its first letters; a turned word is another word. */
function wordHashes({ text, kind }: Token, isTurned: boolean): number[] {
  const itself = fnv1a(text, isTurned ? turnedMark : undefined);
  if (kind !== "word" || text.length <= stemLength + 1) return [itself];
  return [itself, fnv1a(text.slice(0, stemLength), isTurned ? turnedStemMark : stemMark)];
}
