import { DocumentBucket } from "./document-bucket.ts";
import type { Settings } from "./settings.ts";
import { JobTable, PostingTable } from "./tables.ts";

/** Where jobs, their documents and what was derived from them are kept. */
export interface Stores {
  readonly jobs: JobTable;
  readonly postings: PostingTable;
  readonly documents: DocumentBucket;
}

export const createStores = ({ jobRetentionDays, protect, corsOrigins }: Settings): Stores => ({
  jobs: new JobTable("jobs", { protect }),
  postings: new PostingTable("postings", { protect }),
  documents: new DocumentBucket("documents", { retentionDays: jobRetentionDays, protect, corsOrigins }),
});
