import { AwsError } from "@async-text-processing/local";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import type { Job } from "../../functions/jobs/job.ts";
import { stages } from "../../functions/stages/registry.ts";
import { heldJob, start } from "../support/held-job.ts";
import { dueIn } from "../support/kept.ts";
import { createPipeline, type Pipeline, type PipelineOptions } from "../support/pipeline.ts";
import { turnClockDuring } from "../support/turn-clock.ts";

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

async function holding(jobs: readonly Job[], options: PipelineOptions = {}): Promise<Pipeline> {
  const pipeline = await createPipeline(options);
  await Promise.all(jobs.map((Item) => pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item }))));
  return pipeline;
}

const pending = (number: number, changes: Partial<Job> = {}) =>
  heldJob("PENDING", { jobId: idOf(number), openShard: number % 4, ...changes });

test("a job that never starts is started again a minute after its creation and a minute after that, and ends at its deadline", async () => {
  const { sweep, aws, started, record, logLines } = await holding([pending(1)]);
  const swept: Record<number, unknown> = {};

  for (let second = 30; second <= 660; second += 30) {
    await aws.clock.advance(30_000);
    const { started: again, expired } = await sweep();
    if (again + expired > 0) swept[second] = again === 1 ? "started" : "expired";
  }

  expect(swept).toEqual({ 60: "started", 120: "started", 600: "expired" });
  expect(started).toEqual(Array(2).fill({ jobId: idOf(1), generation: pending(1).generation }));
  expect(await record(idOf(1))).toMatchObject({
    status: "ERROR",
    errorCode: "JobTimedOut",
    failedStage: "ocr",
    restarts: 2,
    updatedAt: start + 600,
  });
  const again = logLines.filter(({ message }) => message === "Job started again");
  expect(again).toEqual([1, 2].map((restarts) => ({ message: "Job started again", jobId: idOf(1), restarts })));
  expect(logLines).toContainEqual({ message: "Sweep complete", started: 0, expired: 1, failed: 0 });
});

test("a job that has had its restarts is not due again before its deadline", async () => {
  const { sweep, aws, jobs } = await holding([pending(1)]);
  for (let minute = 0; minute < 3; minute++) {
    await aws.clock.advance(60_000);
    await sweep();
  }

  await aws.clock.advance(419_000);
  const before = await dueIn(jobs, 1);
  await aws.clock.advance(1_000);

  expect(before).toEqual([]);
  expect(await dueIn(jobs, 1)).toEqual([idOf(1)]);
});

test("two sweepers at once end a job once", async () => {
  const { sweep, aws, record } = await holding([pending(1)]);
  await aws.clock.advance(600_000);

  const swept = await Promise.all([sweep(), sweep()]);

  expect(swept.map(({ expired }) => expired).sort()).toEqual([0, 1]);
  expect(await record(idOf(1))).toMatchObject({ status: "ERROR", version: 2 });
});

test("a restarted job ends in DONE like any other", async () => {
  const { sweep, aws, started, record, execute } = await holding([pending(1)]);
  await aws.clock.advance(60_000);
  await sweep();

  for (const key of started) await execute(key);

  expect(await record(idOf(1))).toMatchObject({ status: "DONE", restarts: 1, version: 3 + stages.length });
});

test("a job in progress is not changed until its deadline, and then ends in ERROR, at its stage", async () => {
  const job = heldJob("IN_PROGRESS", { stage: "search" });
  const { sweep, aws, started, record } = await holding([job]);

  await aws.clock.advance(329_000);
  const early = await sweep();
  const before = await record(job.jobId);
  await aws.clock.advance(1_000);
  const late = await sweep();
  const again = await sweep();

  expect([early, late, again].map(({ expired }) => expired)).toEqual([0, 1, 0]);
  expect(before).toEqual(job);
  const { stage: _, dueAt: __, openShard: ___, ...kept } = job;
  const error = { errorCode: "JobTimedOut", errorMessage: "The job did not finish before its deadline. Submit the document again." };
  expect(await record(job.jobId)).toEqual({
    ...kept,
    ...error,
    status: "ERROR",
    failedStage: "search",
    updatedAt: start + 330,
    version: 3,
  });
  expect(started).toEqual([]);
});

test("one sweep handles all that is due, longest due first", async () => {
  const jobs = Array.from({ length: 130 }, (_, number) => pending(number, { openShard: 3, dueAt: start - 60 * number }));
  const { sweep, started } = await holding(jobs);

  const swept = [await sweep(), await sweep()];

  expect(swept.map((one) => one.started)).toEqual([130, 0]);
  const order = started.map(({ jobId }) => jobs.findIndex((job) => job.jobId === jobId));
  // Five workers take them from the front of the line: each starts at most four places out of order.
  for (const [at, number] of order.entries()) expect(Math.abs(129 - number - at)).toBeLessThanOrEqual(4);
});

test("jobs of every shard are swept", async () => {
  const { sweep, aws } = await holding([0, 1, 2, 3].map((number) => pending(number)));
  await aws.clock.advance(60_000);

  const swept = await sweep();

  expect(swept).toEqual({ started: 4, expired: 0, failed: 0 });
});

test.each(["UpdateItem", "StartExecution"])(
  "a %s that fails for one job does not hold up the others, and the job is tried again",
  async (operation) => {
    let calls = 0;
    const before = async (call: { operation: string }) => {
      if (call.operation === operation && ++calls === 2) throw new AwsError("InternalServerError", "a secret of the inside", 500);
    };
    const { sweep, aws, started, logLines } = await holding(
      [1, 5, 9].map((number) => pending(number)),
      { before },
    );
    await aws.clock.advance(60_000);

    const sweeping = sweep();
    await aws.clock.advance(0);
    const atFirst = started.length;
    const swept = await turnClockDuring(aws.clock, sweeping);

    expect(atFirst).toBe(2);
    expect(swept).toEqual({ started: 3, expired: 0, failed: 1 });
    expect(new Set(started.map(({ jobId }) => jobId)).size).toBe(3);
    expect(logLines).toContainEqual({ message: "Job not swept", jobId: expect.any(String), cause: "InternalServerError" });
  },
);

test("a query that fails is thrown once the other shards are swept, and what was done is counted", async () => {
  let queries = 0;
  const before = async ({ operation }: { operation: string }) => {
    if (operation === "Query" && ++queries === 2) throw new AwsError("InternalServerError", "out of order", 500);
  };
  const { sweep, aws, started, logLines } = await holding(
    [0, 1, 2, 3].map((number) => pending(number)),
    { before },
  );
  await aws.clock.advance(60_000);

  await expect(sweep()).rejects.toMatchObject({ name: "InternalServerError" });

  expect(started).toHaveLength(3);
  expect(logLines).toContainEqual({ message: "Sweep complete", started: 3, expired: 0, failed: 0 });
});

test("a start that is refused does not count as a restart, and the job stays due", async () => {
  let isRefused = true;
  const before = async ({ operation }: { operation: string }) => {
    if (operation === "StartExecution" && isRefused) throw new AwsError("ThrottlingException", "Rate exceeded", 400);
  };
  const { sweep, aws, started, record } = await holding([pending(1)], { before });
  await aws.clock.advance(60_000);

  const refused = await turnClockDuring(aws.clock, sweep());
  const afterwards = await record(idOf(1));
  isRefused = false;
  await sweep();

  // After 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 23.5 s, and not again in what is left of the sweep's time.
  expect(refused).toEqual({ started: 0, expired: 0, failed: 7 });
  expect(afterwards).toMatchObject({ status: "PENDING", restarts: 0, dueAt: start + 83 });
  expect(started).toEqual([{ jobId: idOf(1), generation: pending(1).generation }]);
  expect(await record(idOf(1))).toMatchObject({ restarts: 1 });
});

test("a start that is denied is not tried again in the same sweep, and does not count as a restart either", async () => {
  const before = async ({ operation }: { operation: string }) => {
    if (operation === "StartExecution") throw new AwsError("AccessDeniedException", "not authorized", 400);
  };
  const { sweep, aws, record } = await holding([pending(1)], { before });
  await aws.clock.advance(60_000);

  const swept = await turnClockDuring(aws.clock, sweep());

  expect(swept).toEqual({ started: 0, expired: 0, failed: 1 });
  expect(await record(idOf(1))).toMatchObject({ restarts: 0, dueAt: start + 60 });
});

test("a start that was refused, but began nevertheless, is left to run", async () => {
  const before = async ({ operation }: { operation: string }) => {
    if (operation !== "StartExecution") return;
    await jobs.open(pending(1), "ocr");
    throw new AwsError("InternalServerError", "The answer was lost.", 500);
  };
  const { sweep, aws, jobs, record } = await holding([pending(1)], { before });
  await aws.clock.advance(60_000);

  await turnClockDuring(aws.clock, sweep());

  expect(await record(idOf(1))).toMatchObject({ status: "IN_PROGRESS", stage: "ocr", restarts: 1 });
});

test("two sweepers at once start a job once a minute", async () => {
  const { sweep, aws, started } = await holding([1, 2, 3].map((number) => pending(number)));
  const counts: number[] = [];

  for (let minute = 1; minute <= 4; minute++) {
    await aws.clock.advance(60_000);
    await Promise.all([sweep(), sweep()]);
    counts.push(started.length);
  }

  expect(counts).toEqual([3, 6, 6, 6]);
});

test("a sweeper that reads a job just after another has started it does not change it, though the index still named it", async () => {
  let isFirst = true;
  const before = async ({ operation, principal }: { operation: string; principal: { roleName: string } }) => {
    if (operation !== "UpdateItem" || principal.roleName !== "admin" || !isFirst) return;
    isFirst = false;
    await sweep();
  };
  const { sweep, aws, started } = await holding([pending(1)], { before });
  await aws.clock.advance(60_000);

  const late = await sweep();

  expect(late).toEqual({ started: 0, expired: 0, failed: 0 });
  expect(started).toHaveLength(1);
});

test.each([
  { what: "has had its restarts", job: pending(1, { restarts: 2 }) },
  { what: "is running", job: heldJob("IN_PROGRESS", { jobId: idOf(1), openShard: 1, dueAt: start + 60 }) },
])("a job that $what a minute after its creation is only looked at again at its deadline", async ({ job }) => {
  const { sweep, aws, record, jobs } = await holding([job]);
  await aws.clock.advance(60_000);

  const swept = await sweep();
  const dueAfterwards = await dueIn(jobs, 1);

  expect(swept).toEqual({ started: 0, expired: 0, failed: 0 });
  expect(dueAfterwards).toEqual([]);
  expect(await record(job.jobId)).toEqual({ ...job, dueAt: job.deadlineAt, updatedAt: start + 60, version: job.version + 1 });
});

test.each([
  { what: "done", change: heldJob("DONE", { openShard: 1, dueAt: start }) },
  { what: "in error", change: heldJob("ERROR", { openShard: 1, dueAt: start }) },
  { what: "expired", change: heldJob("PENDING", { expiresAt: start, openShard: 1, dueAt: start }) },
])("a job that the index still names and that is $what is left as it is", async ({ change }) => {
  const { sweep, aws, started, record } = await holding([change]);
  await aws.clock.advance(700_000);

  const swept = await sweep();

  expect(swept).toEqual({ started: 0, expired: 0, failed: 0 });
  expect(started).toEqual([]);
  expect(await record(change.jobId)).toEqual(change);
});
