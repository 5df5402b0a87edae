import { weightsOf } from "./term-weights.ts";

/** A document with fewer terms in common, or less similar, is not related. */
const minSharedTerms = 2;
const minSimilarity = 0.1;
const maxListed = 5;

/** A document that a search compares. */
export interface Candidate {
  readonly jobId: string;
  /** As {@link documentTerms} made it. */
  readonly vector: Uint8Array;
}

export interface RelatedDocument {
  readonly jobId: string;
  /** 0..1, in hundredths. */
  readonly similarity: number;
}

export interface Related {
  /** The number of related documents. */
  readonly found: number;
  /** The five most similar of them, most similar first; by `jobId` where they tie. */
  readonly documents: readonly RelatedDocument[];
}

/** The candidates that are related to the document of `vector`, by the cosine of the angle between their vectors. */
export function relate(vector: Uint8Array, candidates: Iterable<Candidate>): Related {
  const weights = weightsOf(vector);
  const length = lengthOf(weights);
  const related: RelatedDocument[] = [];
  for (const candidate of candidates) {
    const others = weightsOf(candidate.vector);
    const { shared, product } = overlap(weights, others);
    const similarity = product / (length * lengthOf(others));
    if (shared >= minSharedTerms && similarity >= minSimilarity) related.push({ jobId: candidate.jobId, similarity });
  }
  return { found: related.length, documents: topBySimilarity(related, maxListed) };
}

/** The first `count` documents, most similar first and by `jobId` where they tie, with their similarity in hundredths. */
export function topBySimilarity(documents: readonly RelatedDocument[], count: number): RelatedDocument[] {
  return documents
    .toSorted((a, b) => b.similarity - a.similarity || (a.jobId < b.jobId ? -1 : 1))
    .slice(0, count)
    .map(({ jobId, similarity }) => ({ jobId, similarity: Math.round(similarity * 100) / 100 }));
}

type Weights = ReadonlyMap<number, number>;

function overlap(weights: Weights, others: Weights): { shared: number; product: number } {
  let shared = 0;
  let product = 0;
  for (const [term, weight] of weights) {
    const other = others.get(term);
    if (other === undefined) continue;
    shared++;
    product += weight * other;
  }
  return { shared, product };
}

const lengthOf = (weights: Weights): number => Math.hypot(...weights.values());
