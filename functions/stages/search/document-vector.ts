import { queryTermUses, type TermUse, termUses } from "./term-uses.ts";
import { vectorOf } from "./term-weights.ts";

/** Twice as many find hardly more. */
const maxVectorTerms = 32;
/** Terms below this are too common to search by (`people`, `work`): they are only in the vector. */
const minInverseFrequency = 8;
/** Terms are truncated to this many code points and bytes of UTF-8, so that a record can hold those that its document is posted under. */
const maxTermCharacters = 20;
const maxTermBytes = 56;

/** A document as the search compares it. */
export interface DocumentTerms {
  /** The terms to post the document under and to look for others under, strongest first. */
  readonly strongest: readonly string[];
  /** The strongest terms with their weights, five bytes each; {@link similarity} reads it. */
  readonly vector: Uint8Array;
}

/** The terms of a text, for comparison with other texts. Equal texts have equal terms. */
export const documentTerms = (text: string): DocumentTerms => documentTermsFrom(termUses(text));

/** The terms of a query, in each of its readings that has a term to look for, the likelier first. */
export const queryTerms = (query: string): DocumentTerms[] =>
  queryTermUses(query)
    .map(documentTermsFrom)
    .filter(({ strongest }) => strongest.length > 0);

/** {@link documentTerms} of a text whose term uses are known. */
export function documentTermsFrom(uses: readonly TermUse[]): DocumentTerms {
  const weighted = uses
    .map((use) => ({ term: cut(use.term), inverseFrequency: use.inverseFrequency, weight: weightOf(use) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, maxVectorTerms);
  const strongest = weighted.filter(({ inverseFrequency }) => inverseFrequency >= minInverseFrequency).map(({ term }) => term);
  return { strongest: [...new Set(strongest)], vector: vectorOf(weighted) };
}

function cut(term: string): string {
  const kept = [...term].slice(0, maxTermCharacters).join("");
  return kept.slice(0, new TextEncoder().encodeInto(kept, new Uint8Array(maxTermBytes)).read);
}

const weightOf = ({ count, inverseFrequency }: TermUse): number => (1 + Math.log(count)) * inverseFrequency;
