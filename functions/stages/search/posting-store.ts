import type { StageJob } from "../stage-function.ts";

/** Identifies a posting: one document of an owner under one term. */
export interface PostingKey extends Omit<StageJob, "expiresAt"> {
  readonly term: string;
}

/** Each posting carries the document's whole vector, so that one read both finds and compares. */
export interface Posting extends PostingKey {
  /** As `documentTerms` made it. */
  readonly vector: Uint8Array;
  /** Unix time in seconds from which on the posting is void, deleted or not. */
  readonly expiresAt: number;
}

/** Storage of postings by their key: a posting written twice is there once, and deleting a missing one is no error. */
export interface PostingStore {
  /** The postings of one owner under one term, void ones among them: latest `createdAt` first, and in the same order at each call. */
  newest(owner: string, term: string, limit: number): Promise<readonly Posting[]>;
  write(postings: readonly Posting[]): Promise<void>;
  delete(keys: readonly PostingKey[]): Promise<void>;
}
