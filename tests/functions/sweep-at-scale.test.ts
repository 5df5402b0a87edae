import { ManualClock } from "@async-text-processing/local/testing";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Job, JobKey } from "../../functions/jobs/job.ts";
import { JobRepository } from "../../functions/jobs/job-repository.ts";
import { type Sweep, sweepJobs } from "../../functions/jobs/sweep-jobs.ts";
import { heldJob, start } from "../support/held-job.ts";
import { memoryJobs } from "../support/memory-jobs.ts";
import { createPipeline } from "../support/pipeline.ts";
import { turnClockDuring } from "../support/turn-clock.ts";

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Jobs whose start failed, created at this rate from the beginning on. */
const unstarted = (count: number, aSecond: number): Job[] =>
  Array.from({ length: count }, (_, number) => {
    const createdAt = start + Math.floor(number / aSecond);
    const times = { createdAt, updatedAt: createdAt, dueAt: createdAt + 60, deadlineAt: createdAt + 600 };
    return heldJob("PENDING", { jobId: idOf(number), openShard: number % 4, ...times });
  });

/** The answer of Step Functions to a start, so many milliseconds after the beginning: it comes after so long, and may refuse. */
type TakeStart = (at: number) => { readonly answersAfter: number; readonly isRefused?: boolean };

async function stackOf(jobs: readonly Job[], takeStart: TakeStart) {
  const clock = new ManualClock();
  const began = clock.now();
  const { client, items } = memoryJobs();
  for (const Item of jobs)
    await client.send(
      new PutCommand({
        TableName: "jobs",
        Item,
        ConditionExpression: "attribute_not_exists(#jobId)",
        ExpressionAttributeNames: { "#jobId": "jobId" },
      }),
    );
  const repository = new JobRepository(client, "jobs", () => Math.floor(clock.now() / 1000));
  const started: { jobId: string; at: number }[] = [];
  const refused: number[] = [];
  const executions = {
    start: async (key: JobKey) => {
      const at = clock.now() - began;
      const { answersAfter, isRefused = false } = takeStart(at);
      await clock.sleep(answersAfter);
      if (isRefused) {
        refused.push(at);
        throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
      }
      started.push({ jobId: key.jobId, at });
      await repository.open(key, "ocr");
    },
  };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const services = {
    jobs: repository,
    executions,
    logger,
    recordMetrics: () => undefined,
    sleep: (milliseconds: number) => clock.sleep(milliseconds),
  };
  const sweep = () => {
    const end = clock.now() + 50_000;
    return sweepJobs(services, { getRemainingTimeInMillis: () => end - clock.now() });
  };
  return { clock, began, items, started, refused, sweep };
}

/** Sweeps every minute, as the schedule does. */
async function sweepEveryMinute({ clock, began, sweep }: Awaited<ReturnType<typeof stackOf>>, minutes: number): Promise<Sweep[]> {
  const sweeps: Sweep[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    await clock.advance(began + minute * 60_000 - clock.now());
    sweeps.push(await turnClockDuring(clock, sweep()));
  }
  return sweeps;
}

test("ten thousand jobs whose start failed, at 100 a second, are all started once and within their deadline", async () => {
  const stack = await stackOf(unstarted(10_000, 100), (at) => ({ answersAfter: 50, isRefused: at < 100_000 }));

  await sweepEveryMinute(stack, 4);

  expect(stack.started).toHaveLength(10_000);
  expect(new Set(stack.started.map(({ jobId }) => jobId)).size).toBe(10_000);
  expect(Math.max(...stack.started.map(({ at }) => at))).toBeLessThan(300_000);
  for (const job of stack.items.values()) expect(job).toMatchObject({ status: "IN_PROGRESS", restarts: 1 });
});

test("an outage of eight and a half minutes costs no job its restarts, and is retried at growing intervals", async () => {
  const stack = await stackOf(unstarted(2_000, 100), (at) => ({ answersAfter: 50, isRefused: at < 510_000 }));

  await sweepEveryMinute(stack, 9);

  expect(stack.started).toHaveLength(2_000);
  for (const { jobId, at } of stack.started) expect(at).toBeLessThan(585_000 + 1000 * Math.floor(Number(jobId.slice(-12)) / 100));
  // Twenty workers, each of which tries again after 0.5 s, 1 s, 2 s …: less than one try a second and worker.
  expect(stack.refused.length).toBeLessThan(8 * 20 * 10);
  for (const job of stack.items.values()) expect(job).toMatchObject({ status: "IN_PROGRESS", restarts: 1 });
});

test("where Step Functions takes fifty starts a second, the sweeper slows down, and no restart is lost", async () => {
  const takenIn = new Map<number, number>();
  const stack = await stackOf(unstarted(3_000, 100), (at) => {
    const second = Math.floor(at / 1000);
    const taken = takenIn.get(second) ?? 0;
    takenIn.set(second, taken + 1);
    return { answersAfter: 50, isRefused: taken >= 50 };
  });

  const sweeps = await sweepEveryMinute(stack, 4);

  expect(stack.started).toHaveLength(3_000);
  for (const job of stack.items.values()) expect(job).toMatchObject({ status: "IN_PROGRESS", restarts: 1 });
  const [tries, taken] = [sweeps.reduce((sum, { started, failed }) => sum + started + failed, 0), 3_000];
  expect(tries).toBeLessThan(2 * taken);
});

test("two sweepers at once start each of a thousand jobs once", async () => {
  const stack = await stackOf(unstarted(1_000, 1_000), () => ({ answersAfter: 50 }));
  await stack.clock.advance(60_000);

  const sweeps = await turnClockDuring(stack.clock, Promise.all([stack.sweep(), stack.sweep()]));

  expect(sweeps[0].started + sweeps[1].started).toBe(1_000);
  expect(new Set(stack.started.map(({ jobId }) => jobId)).size).toBe(1_000);
});

test("no job is started when there may not be the time to finish it; the next sweep starts it", async () => {
  const stack = await stackOf(unstarted(200, 200), () => ({ answersAfter: 7_500 }));

  const sweeps = await sweepEveryMinute(stack, 3);

  const begun = stack.started.map(({ at }) => at % 60_000);
  expect(Math.max(...begun)).toBeLessThan(27_500);
  expect(sweeps.map(({ started, failed }) => [started, failed])).toEqual([
    [80, 0],
    [80, 0],
    [40, 0],
  ]);
});

test("the jobs in memory answer as DynamoDB does", async () => {
  const operations = fc.constantFrom("sweep", "return", "open", "save", "create", "wait");
  const pipeline = await createPipeline();
  let run = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(operations, { minLength: 3, maxLength: 12 }), async (names) => {
      const jobId = idOf(run++);
      const began = pipeline.aws.clock.now();
      const { client, items } = memoryJobs();
      const memory = new JobRepository(client, "jobs", () => Math.floor(pipeline.aws.clock.now() / 1000));
      const answersOf = async (jobs: JobRepository, restarted: Job[], name: string) => {
        if (name === "sweep") {
          const swept = await jobs.sweep(jobId);
          if (typeof swept !== "string") restarted.push(swept.start);
          return swept;
        }
        if (name === "return") return restarted[0] && jobs.returnRestart(restarted[0]);
        if (name === "open") return jobs.open({ jobId, generation: "g" }, "ocr");
        if (name === "save")
          return jobs.saveResult(
            { jobId, generation: "g" },
            "ocr",
            { stage: "ocr", charCount: 1, wordCount: 1, preview: "a" },
            { text: "a" },
          );
        const now = Math.floor(pipeline.aws.clock.now() / 1000);
        return jobs.create(heldJob("PENDING", { jobId, generation: "g", dueAt: now + 60, deadlineAt: now + 600, expiresAt: now + 900 }));
      };
      const restarted = [[], []] as [Job[], Job[]];
      for (const name of ["create", ...names]) {
        if (name === "wait") await pipeline.aws.clock.advance(70_000);
        else expect(await answersOf(memory, restarted[0], name)).toEqual(await answersOf(pipeline.jobs, restarted[1], name));
        expect(items.get(jobId)).toEqual(await pipeline.record(jobId));
      }
      expect(pipeline.aws.clock.now()).toBeGreaterThanOrEqual(began);
    }),
    { numRuns: 60 },
  );
});
