import { setTimeout as wait } from "node:timers/promises";
import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { asOf, isVoid, type Job, type JobStatus } from "./job.ts";
import { jobsOfOwnerIndex } from "./storage-layout.ts";
import type { Clock } from "./telemetry.ts";

/** Part of an owner's jobs, newest first. */
export interface JobPageRequest {
  readonly owner: string;
  readonly limit: number;
  /** Jobs at another status are left out. */
  readonly status?: JobStatus | undefined;
  /** The place where an earlier page ended: only jobs that were created before it are listed. */
  readonly after?: string | undefined;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Where the page ends; absent where nothing follows. */
  readonly place?: string | undefined;
}

/** An entry of the index, of which nothing ever changes. */
type Entry = Required<Pick<Job, "jobId" | "creationId">>;

/** The maximum number of records in one call. */
const maxBatch = 100;
/** The maximum number of batches that are read for one page: a status that is rare may leave it short or empty. */
const maxBatches = 10;
/** With waits of 50 ms, doubled each time, in between: 1.5 s in all. */
const maxAttempts = 6;
const firstWaitMilliseconds = 50;

/** Lists the jobs of an owner by the index that holds those of callers with an identity. */
export class JobList {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #now: Clock;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;

  constructor(client: DynamoDBDocumentClient, tableName: string, now: Clock, sleep: (milliseconds: number) => Promise<unknown> = wait) {
    this.#client = client;
    this.#tableName = tableName;
    this.#now = now;
    this.#sleep = sleep;
  }

  /**
   * Jobs that are deleted or have expired are left out. A page with a place may have fewer jobs than its limit, or none: the next one
   * goes on from there.
   *
   * @throws Error when DynamoDB has left records unread at every attempt.
   */
  async page({ owner, limit, status, after }: JobPageRequest): Promise<JobPage> {
    const jobs: Job[] = [];
    let place = after;
    for (let batch = 0; batch < maxBatches; batch++) {
      // One more than the page has, to know whether another follows.
      const { entries, isLast } = await this.#entries(owner, place, status === undefined ? Math.min(limit + 1, maxBatch) : maxBatch);
      for (const job of await this.#jobsOf(entries)) {
        if (status !== undefined && job.status !== status) continue;
        if (jobs.length === limit) return { jobs, place: jobs.at(-1)?.creationId };
        jobs.push(job);
      }
      if (isLast) return { jobs };
      place = entries.at(-1)?.creationId ?? place;
    }
    return { jobs, place };
  }

  async #entries(owner: string, after: string | undefined, limit: number): Promise<{ entries: readonly Entry[]; isLast: boolean }> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tableName,
        IndexName: jobsOfOwnerIndex,
        KeyConditionExpression: after === undefined ? "#owner = :owner" : "#owner = :owner AND #creationId < :after",
        ExpressionAttributeNames: { "#owner": "owner", ...(after !== undefined && { "#creationId": "creationId" }) },
        ExpressionAttributeValues: { ":owner": owner, ...(after !== undefined && { ":after": after }) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return { entries: Items as Entry[], isLast: LastEvaluatedKey === undefined };
  }

  /** The jobs that there are, as they are now. The index lags behind: an entry may be of a record that has been replaced. */
  async #jobsOf(entries: readonly Entry[]): Promise<readonly Job[]> {
    const now = this.#now();
    const records = await this.#records(entries);
    return entries.flatMap(({ jobId, creationId }) => {
      const job = records.get(jobId);
      return job?.creationId === creationId && !isVoid(job, now) ? [asOf(job, now)] : [];
    });
  }

  /** Consistent reads: a job that was deleted or has ended is listed so at once. */
  async #records(entries: readonly Entry[]): Promise<ReadonlyMap<string, Job>> {
    const records = new Map<string, Job>();
    // A lagging index has two entries of a record that has been replaced, and a batch may not name it twice.
    let keys: Record<string, unknown>[] = [...new Set(entries.map(({ jobId }) => jobId))].map((jobId) => ({ jobId }));
    for (let attempt = 0; keys.length > 0; attempt++) {
      if (attempt === maxAttempts) throw new Error(`DynamoDB left ${keys.length} jobs unread in ${maxAttempts} attempts.`);
      if (attempt > 0) await this.#sleep(firstWaitMilliseconds * 2 ** (attempt - 1));
      const batch = new BatchGetCommand({ RequestItems: { [this.#tableName]: { Keys: keys, ConsistentRead: true } } });
      const { Responses, UnprocessedKeys } = await this.#client.send(batch);
      for (const job of (Responses?.[this.#tableName] ?? []) as Job[]) records.set(job.jobId, job);
      keys = UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
    }
    return records;
  }
}
