import { searchLimits } from "./limits.ts";
import { type Candidate, type RelatedDocument, topBySimilarity } from "./relate.ts";
import { weightsOf } from "./term-weights.ts";

/** The share of a document's vector at which a word counts about half: a document with all the words ranks above one with a single frequent one. */
const halfShare = 0.1;

/**
 * The ten candidates that match a query best, best first; by `jobId` where they tie. The similarity says how much of the
 * query, by the weight of its words, a document is about.
 *
 * @param readings the query's vectors, as `documentTerms` returns them.
 */
export function bestMatches(readings: readonly Uint8Array[], candidates: Iterable<Candidate>): readonly RelatedDocument[] {
  const queries = readings.map(weightsOf);
  const matches = Iterator.from(candidates)
    .map(({ jobId, vector }) => {
      const weights = weightsOf(vector);
      return { jobId, similarity: Math.max(...queries.map((query) => coverage(query, weights))) };
    })
    .filter(({ similarity }) => similarity >= searchLimits.minSimilarity);
  return topBySimilarity([...matches], searchLimits.maxMatches);
}

function coverage(query: ReadonlyMap<number, number>, document: ReadonlyMap<number, number>): number {
  const length = Math.hypot(...document.values());
  let [covered, whole] = [0, 0];
  for (const [term, weight] of query) {
    const share = (document.get(term) ?? 0) / length;
    covered += (weight * share * (1 + halfShare)) / (share + halfShare);
    whole += weight;
  }
  return covered / whole;
}
