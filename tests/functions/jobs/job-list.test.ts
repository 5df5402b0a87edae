import { createHash } from "node:crypto";
import { createLocalAws, type LocalAws } from "@async-text-processing/local/testing";
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { type Job, type JobStatus, jobStatuses } from "../../../functions/jobs/job.ts";
import { JobList } from "../../../functions/jobs/job-list.ts";
import { JobRepository } from "../../../functions/jobs/job-repository.ts";
import { heldJob, start } from "../../support/held-job.ts";
import { tables } from "../../support/tables.ts";

let aws: LocalAws;
let now: number;
beforeEach(async () => {
  aws = await createLocalAws({ tables });
  now = start;
});
const clock = () => now;
const listBy = (client: DynamoDBDocumentClient = aws.documents) => new JobList(client, "jobs", clock, async () => undefined);

/** The id of the nth job of an owner. */
function idOf(owner: string, number: number): string {
  const digits = createHash("sha256").update(`${owner} ${number}`).digest("hex");
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join("-");
}
const creationOf = (number: number): string => `creation-${String(number).padStart(6, "0")}`;
const jobOf = (owner: string, number: number, status: JobStatus = "DONE", changes: Partial<Job> = {}): Job =>
  heldJob(status, { jobId: idOf(owner, number), owner, creationId: creationOf(number), ...changes });

/** Puts many at once; the table has none of them yet. */
async function hold(jobs: readonly Job[]): Promise<void> {
  for (let at = 0; at < jobs.length; at += 25) {
    const batch = jobs.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
    await aws.documents.send(new BatchWriteCommand({ RequestItems: { jobs: batch } }));
  }
}

const numbersIn = (jobs: readonly Job[]): number[] => jobs.map(({ creationId }) => Number(creationId?.slice(-6)));

/** Follows the places to the end; `between` runs before each further page. */
async function walk(
  request: { owner: string; limit: number; status?: JobStatus },
  between: (page: number) => Promise<void> = async () => {},
) {
  const pages: (readonly Job[])[] = [];
  for (let after: string | undefined; ; ) {
    const { jobs, place } = await listBy().page({ ...request, after });
    pages.push(jobs);
    if (place === undefined) return pages;
    after = place;
    await between(pages.length);
  }
}

const owners = ["ann", "bob"] as const;
const change = fc.oneof(
  fc.record({ kind: fc.constant("create"), owner: fc.constantFrom(...owners), status: fc.constantFrom(...jobStatuses) }),
  fc.record({ kind: fc.constantFrom("close", "delete"), owner: fc.constantFrom(...owners), pick: fc.nat() }),
);

test("whatever is created and deleted between pages, the jobs that stay come once each, newest first, and no other owner's", async () => {
  const scenario = fc.record({
    held: fc.array(fc.record({ owner: fc.constantFrom(...owners), status: fc.constantFrom(...jobStatuses) }), { maxLength: 30 }),
    limit: fc.integer({ min: 1, max: 12 }),
    status: fc.option(fc.constantFrom(...jobStatuses), { nil: undefined }),
    between: fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ held, limit, status, between }) => {
      const run = `${runs++}`; // each run has owners of its own
      const jobs = new JobRepository(aws.documents, "jobs", clock);
      const there = new Map<string, Job>();
      let created = 0;
      const create = async (name: string, as: JobStatus) => {
        const job = jobOf(name + run, created++, as);
        there.set(job.jobId, job);
        await hold([job]);
      };
      const takeAway = async (name: string, pick: number, isWhole: boolean) => {
        const own = [...there.values()].filter(({ owner }) => owner === name + run);
        const job = own[pick % Math.max(1, own.length)];
        if (job === undefined) return;
        there.delete(job.jobId);
        await jobs.close(job.jobId, job.owner);
        if (isWhole) await jobs.remove(job);
      };
      for (const job of held) await create(job.owner, job.status);
      const before = [...there.values()];

      const pages = await walk({ owner: `ann${run}`, limit, ...(status && { status }) }, async (page) => {
        for (const one of between[page - 1] ?? []) {
          if ("status" in one) await create(one.owner, one.status);
          else await takeAway(one.owner, one.pick, one.kind === "delete");
        }
      });

      const listed = pages.flat();
      const numbers = numbersIn(listed);
      const stayed = before.filter(
        (job) => there.has(job.jobId) && job.owner === `ann${run}` && (status === undefined || job.status === status),
      );
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => b - a));
      expect(numbers).toEqual(expect.arrayContaining(numbersIn(stayed)));
      expect(listed.filter((job) => job.owner !== `ann${run}` || (status !== undefined && job.status !== status))).toEqual([]);
      expect(pages.map(({ length }) => length > limit)).toEqual(pages.map(() => false));
      // Only the last page can be short: all others are full, as nothing here is beyond what is read for one page.
      expect(pages.slice(0, -1).map(({ length }) => length)).toEqual(pages.slice(0, -1).map(() => limit));
    }),
    { numRuns: 60 },
  );
});

test("the last page has no place after it, also where it is just full", async () => {
  await hold(Array.from({ length: 100 }, (_, number) => jobOf("ann", number)));

  const lengths = async (limit: number) => (await walk({ owner: "ann", limit })).map(({ length }) => length);

  expect(await lengths(100)).toEqual([100]);
  expect(await lengths(50)).toEqual([50, 50]);
  expect(await lengths(99)).toEqual([99, 1]);
});

test("for a rare status a page looks at 1,000 jobs; the next one goes on from there", async () => {
  await hold([jobOf("ann", 0, "ERROR"), ...Array.from({ length: 1_050 }, (_, number) => jobOf("ann", number + 1))]);

  const pages = await walk({ owner: "ann", limit: 2, status: "ERROR" });

  expect(pages.map(numbersIn)).toEqual([[], [0]]);
});

test("a job is listed as it is now: past its deadline as an ERROR, past its end not at all", async () => {
  await hold([jobOf("ann", 1, "IN_PROGRESS"), jobOf("ann", 2, "DONE", { expiresAt: start + 100 })]);
  const statusesAt = async (seconds: number, status?: JobStatus) => {
    now = start + seconds;
    return (await walk({ owner: "ann", limit: 10, ...(status && { status }) })).flat().map((job) => job.errorCode ?? job.status);
  };

  expect(await statusesAt(0)).toEqual(["DONE", "IN_PROGRESS"]);
  expect(await statusesAt(100)).toEqual(["IN_PROGRESS"]);
  expect(await statusesAt(330, "ERROR")).toEqual(["JobTimedOut"]);
  expect(await statusesAt(330, "IN_PROGRESS")).toEqual([]);
});

test("a job whose id has been taken again is listed once, at its new place, also while the index lags behind", async () => {
  const old = jobOf("ann", 1, "DONE", { expiresAt: start });
  await hold([old, jobOf("ann", 2)]);

  await new JobRepository(aws.documents, "jobs", clock).create({ ...old, creationId: creationOf(3), expiresAt: start + 100 });

  const lagging: DynamoDBDocumentClient = Object.create(DynamoDBDocumentClient.prototype);
  const { jobId, owner, creationId } = old;
  const send = async (command: QueryCommand) => {
    const answer = await aws.documents.send(command);
    return command instanceof QueryCommand ? { ...answer, Items: [...(answer.Items ?? []), { jobId, owner, creationId }] } : answer;
  };

  for (const client of [aws.documents, Object.assign(lagging, { send })]) {
    expect(numbersIn((await listBy(client).page({ owner: "ann", limit: 10 })).jobs)).toEqual([3, 2]);
  }
});

/** A client whose table reads only so many items of each batch. */
function throttled(itemsPerBatch: number): DynamoDBDocumentClient {
  const client: DynamoDBDocumentClient = Object.create(DynamoDBDocumentClient.prototype);
  const send = async (command: BatchGetCommand) => {
    if (!(command instanceof BatchGetCommand)) return aws.documents.send(command);
    const { Keys = [], ...rest } = command.input.RequestItems?.["jobs"] ?? {};
    const left = Keys.slice(itemsPerBatch);
    const UnprocessedKeys = left.length > 0 ? { jobs: { ...rest, Keys: left } } : {};
    if (itemsPerBatch === 0) return { Responses: {}, UnprocessedKeys };
    const read = new BatchGetCommand({ RequestItems: { jobs: { ...rest, Keys: Keys.slice(0, itemsPerBatch) } } });
    return { ...(await aws.documents.send(read)), UnprocessedKeys };
  };
  return Object.assign(client, { send });
}

test("records that DynamoDB leaves unread are asked for again, and not for ever", async () => {
  await hold(Array.from({ length: 6 }, (_, number) => jobOf("ann", number)));

  const { jobs } = await listBy(throttled(2)).page({ owner: "ann", limit: 10 });

  expect(numbersIn(jobs)).toEqual([5, 4, 3, 2, 1, 0]);
  await expect(listBy(throttled(0)).page({ owner: "ann", limit: 10 })).rejects.toThrow("DynamoDB left 6 jobs unread in 6 attempts.");
});
