import type { StageJob } from "../stage-function.ts";
import { bestMatches } from "./best-matches.ts";
import type { DocumentTerms } from "./document-vector.ts";
import type { Posting, PostingKey, PostingStore } from "./posting-store.ts";
import { type Related, type RelatedDocument, relate } from "./relate.ts";

/** Limits to the cost of one job, or one query. */
export interface SearchLimits {
  /** Terms to post a document under: a write unit each. */
  readonly postedTerms: number;
  /** Terms to look for others under: a query each. */
  readonly queriedTerms: number;
  /** Postings read for a term: about 300 bytes each, 4 KB to half a read unit. */
  readonly postingsPerTerm: number;
}

/** Higher limits hardly improve precision; half of each costs several points of it. */
const searchLimits: SearchLimits = { postedTerms: 8, queriedTerms: 12, postingsPerTerm: 50 };

/**
 * The documents of one owner by their terms. Nothing crosses from one owner to another.
 *
 * Find before posting. Doing either again changes nothing: a job never finds itself, and its keys are always the same.
 */
export class RelatedDocuments {
  readonly #store: PostingStore;
  readonly #now: () => number;
  readonly #limits: SearchLimits;

  /** @param now Unix time in whole seconds. */
  constructor(store: PostingStore, now: () => number, limits: SearchLimits = searchLimits) {
    this.#store = store;
    this.#now = now;
    this.#limits = limits;
  }

  /** The related ones among the newest documents that share a strong term with this one. */
  async find(job: StageJob, document: DocumentTerms): Promise<Related> {
    const postings = await this.#newest(job.owner, document.strongest);
    return relate(document.vector, newestByJob(postings.filter(({ jobId }) => jobId !== job.jobId)));
  }

  /**
   * Those that match a query best, among the newest documents of an owner that are posted under one of its terms.
   *
   * @param readings of the query: a document matches it as well as it matches the best of them.
   */
  async match(owner: string, readings: readonly DocumentTerms[]): Promise<readonly RelatedDocument[]> {
    const terms = new Set(readings.flatMap(({ strongest }) => strongest));
    const postings = await this.#newest(owner, [...terms]);
    return bestMatches(
      readings.map(({ vector }) => vector),
      newestByJob(postings),
    );
  }

  /** @returns the terms that the document is posted under, for the record to keep: {@link remove} needs them. */
  async post(job: StageJob, document: DocumentTerms): Promise<readonly string[]> {
    const terms = this.postedTermsOf(document);
    await this.#store.write(terms.map((term) => ({ ...keyOf(job, term), vector: document.vector, expiresAt: job.expiresAt })));
    return terms;
  }

  /** The terms under which {@link post} posts a document. */
  postedTermsOf(document: DocumentTerms): readonly string[] {
    return document.strongest.slice(0, this.#limits.postedTerms);
  }

  async remove(job: StageJob, terms: readonly string[]): Promise<void> {
    await this.#store.delete(terms.map((term) => keyOf(job, term)));
  }

  /** The newest postings under each of the first terms; void ones are not among them. */
  async #newest(owner: string, terms: readonly string[]): Promise<readonly Posting[]> {
    const { queriedTerms, postingsPerTerm } = this.#limits;
    const postings = await Promise.all(terms.slice(0, queriedTerms).map((term) => this.#store.newest(owner, term, postingsPerTerm)));
    const now = this.#now();
    return postings.flat().filter(({ expiresAt }) => expiresAt > now);
  }
}

/** Of a job that was deleted and created again, the later document counts, in whatever order the terms are read. */
function newestByJob(postings: readonly Posting[]): Iterable<Posting> {
  const newest = new Map<string, Posting>();
  for (const posting of postings) {
    const known = newest.get(posting.jobId);
    if (known === undefined || isLater(posting, known)) newest.set(posting.jobId, posting);
  }
  return newest.values();
}

const isLater = (a: Posting, b: Posting): boolean =>
  a.createdAt > b.createdAt || (a.createdAt === b.createdAt && a.generation > b.generation);

const keyOf = ({ owner, jobId, generation, createdAt }: StageJob, term: string): PostingKey => ({
  owner,
  term,
  jobId,
  generation,
  createdAt,
});
