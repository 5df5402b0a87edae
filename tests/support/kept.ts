import type { LocalAws } from "@async-text-processing/local/testing";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { Job } from "../../functions/jobs/job.ts";
import type { JobRepository } from "../../functions/jobs/job-repository.ts";

/** Everything that the stack keeps. */
export interface Kept {
  readonly jobs: readonly Job[];
  readonly postings: readonly Readonly<Record<string, unknown>>[];
  /** The keys of the bucket's objects. */
  readonly objects: readonly string[];
}

export const nothingKept: Kept = { jobs: [], postings: [], objects: [] };

/** Looks past the endpoint, so that nothing that holds or fails calls sees it. */
export async function keptIn(aws: LocalAws): Promise<Kept> {
  const objects = aws.bucketStore.list("documents", "").map(({ key }) => key);
  return { jobs: (await scan(aws, "jobs")) as unknown as Job[], postings: await scan(aws, "postings"), objects };
}

/** The ids that the sweeper would find in a shard. */
export async function dueIn(jobs: JobRepository, shard: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const jobId of jobs.dueJobs(shard)) ids.push(jobId);
  return ids;
}

async function scan({ documents }: LocalAws, TableName: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
  return Items;
}
