import type { Posting, PostingKey, PostingStore } from "../../../../functions/stages/search/posting-store.ts";

/** A posting store in memory, by the words of the interface. */
export class MemoryPostings implements PostingStore {
  readonly postings = new Map<string, Posting>();
  /** Terms that were asked for, with the limit. */
  readonly queries: string[] = [];

  async newest(owner: string, term: string, limit: number): Promise<readonly Posting[]> {
    this.queries.push(`${term} ${limit}`);
    const found = [...this.postings.values()].filter((posting) => posting.owner === owner && posting.term === term);
    return found.sort((a, b) => b.createdAt - a.createdAt || (idOf(b) < idOf(a) ? -1 : 1)).slice(0, limit);
  }

  async write(postings: readonly Posting[]): Promise<void> {
    for (const posting of postings) this.postings.set(idOf(posting), posting);
  }

  async delete(keys: readonly PostingKey[]): Promise<void> {
    for (const key of keys) this.postings.delete(idOf(key));
  }
}

const idOf = ({ owner, term, createdAt, jobId, generation }: PostingKey) => JSON.stringify([owner, term, createdAt, jobId, generation]);
