import { AwsError } from "@async-text-processing/local";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { type StageName, stageNames as stages } from "../../functions/stages/registry.ts";
import { about, bodyOf } from "../support/answers.ts";
import { heldJob, jobId, key } from "../support/held-job.ts";
import { keptIn } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { failed } from "../support/process-job.ts";
import { turnClockDuring } from "../support/turn-clock.ts";

// Longer than a record holds, and with line ends for OCR to change: OCR and search each write something elsewhere.
const text = "The serverless orchestra plays a wonderful symphony of lambdas.\r\n".repeat(20).trim();

test("when DynamoDB refuses SetError, the execution fails nevertheless, and the job reads ERROR from its deadline on", async () => {
  const refused: string[] = [];
  const pipeline = await createPipeline({
    before: async ({ operation }) => {
      if (operation !== "UpdateItem") return;
      refused.push(operation);
      throw new AwsError("InternalServerError", "out of order", 500);
    },
    invokeStage: async () => failed("Lambda.Unknown"),
  });
  const job = await pipeline.submit(text);
  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));
  const before = bodyOf(await pipeline.request("get", about(job.jobId)));

  await pipeline.aws.clock.advance(600_000);
  const after = bodyOf(await pipeline.request("get", about(job.jobId)));

  expect(outcome).toMatchObject({ status: "FAILED", error: "JobFailed" });
  expect(refused).toHaveLength(3);
  expect(before["status"]).toBe("PENDING");
  expect(after).toMatchObject({ status: "ERROR", errorCode: "JobTimedOut", failedStage: "ocr" });
});

test("a last attempt that failed after it had saved leaves the job DONE, and the execution succeeds", async () => {
  const pipeline = await createPipeline({
    invokeStage: async (stage, call) => {
      const answer = await call();
      return stage === "search" ? failed("Sandbox.Timedout") : answer;
    },
  });
  const job = await pipeline.submit(text);

  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));

  const { jobs, postings } = await keptIn(pipeline.aws);
  expect(outcome.status).toBe("SUCCEEDED");
  expect(pipeline.events.map(({ details }) => details.name)).toContain("SettledAlready");
  expect(jobs).toMatchObject([{ status: "DONE", version: 2 + stages.length }]);
  expect(jobs[0]).not.toHaveProperty("errorCode");
  expect(postings).toHaveLength(jobs[0]?.postedTerms?.length ?? -1);
});

test("an error that comes after the deadline does not change the record that is read", async () => {
  const pipeline = await createPipeline({ invokeStage: async () => failed("Runtime.ExitError") });
  await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item: heldJob("IN_PROGRESS", { stage: "search" }) }));
  await pipeline.aws.clock.advance(330_000);
  const before = await pipeline.request("get", about(jobId));

  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(key));

  expect(bodyOf(before)).toMatchObject({ status: "ERROR", errorCode: "JobTimedOut", failedStage: "search" });
  expect(outcome.status).toBe("SUCCEEDED");
  expect(await pipeline.request("get", about(jobId))).toEqual(before);
});

/** A stage whose attempt stands still just before one of its calls, until it is let go. */
async function lateStage(stage: StageName, heldCall: string) {
  const reached = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const calls: string[] = [];
  const pipeline = await createPipeline({
    actors: ["late"],
    before: async ({ operation, principal }) => {
      if (principal.roleName !== "late") return;
      calls.push(operation);
      if (operation !== heldCall || (stage === "ocr" && calls.length === 1)) return; // OCR's first update opens the job
      reached.resolve();
      await letGo.promise;
    },
    invokeStage: async () => failed("StageOutputInvalid"),
  });
  const job = await pipeline.submit(text);
  for (const earlier of stages.slice(0, stages.indexOf(stage))) await pipeline.runStage(earlier, job);
  const before = await keptIn(pipeline.aws);
  const attempt = pipeline.runStage(stage, job, "late");
  await reached.promise;
  const end = () => {
    letGo.resolve();
    return attempt;
  };
  return { pipeline, job, before, calls, end };
}

const byError = async (pipeline: Pipeline, job: typeof key) => expect(await pipeline.execute(job)).toMatchObject({ status: "FAILED" });
const byDeadline = ({ aws }: Pipeline) => aws.clock.advance(330_000);

test.each([
  { stage: "ocr", what: "in ERROR", settle: byError, heldCall: "UpdateItem", wrote: ["PutObject", "DeleteObject"] },
  { stage: "ml_inference", what: "in ERROR", settle: byError, heldCall: "UpdateItem", wrote: [] },
  { stage: "search", what: "in ERROR", settle: byError, heldCall: "UpdateItem", wrote: ["BatchWriteItem", "BatchWriteItem"] },
  { stage: "ocr", what: "past its deadline", settle: byDeadline, heldCall: "PutObject", wrote: ["PutObject", "DeleteObject"] },
  { stage: "ml_inference", what: "past its deadline", settle: byDeadline, heldCall: "GetObject", wrote: [] },
  {
    stage: "search",
    what: "past its deadline",
    settle: byDeadline,
    heldCall: "BatchWriteItem",
    wrote: ["BatchWriteItem", "BatchWriteItem"],
  },
] as const)(
  "$stage that saves when its job is $what is refused, and what it wrote elsewhere is gone",
  async ({ stage, settle, heldCall, wrote }) => {
    const { pipeline, job, before, calls, end } = await lateStage(stage, heldCall);
    await settle(pipeline, job);
    const settled = await pipeline.request("get", about(job.jobId));

    await end();

    expect(bodyOf(settled)["status"]).toBe("ERROR");
    expect(await pipeline.request("get", about(job.jobId))).toEqual(settled);
    expect(calls.filter((call) => /^(Put|Delete|BatchWrite)/.test(call))).toEqual(wrote);
    const { postings, objects } = await keptIn(pipeline.aws);
    expect({ postings, objects }).toEqual({ postings: [], objects: before.objects });
    expect(pipeline.logLines.at(-1)).toEqual({ message: "Stage complete", jobId: job.jobId, stage, outcome: "settled" });
  },
);

test.each(stages)("%s that saves after another attempt has done so removes what only it wrote", async (stage) => {
  const { pipeline, job, end } = await lateStage(stage, "UpdateItem");
  await pipeline.runStage(stage, job);
  const before = await keptIn(pipeline.aws);

  await end();

  const after = await keptIn(pipeline.aws);
  expect(pipeline.logLines.at(-1)).toEqual({ message: "Stage complete", jobId: job.jobId, stage, outcome: "done already" });
  expect({ jobs: after.jobs, postings: after.postings }).toEqual({ jobs: before.jobs, postings: before.postings });
  const held = after.jobs[0];
  expect(after.postings).toHaveLength(held?.postedTerms?.length ?? 0);
  expect(after.objects.filter((name) => !name.endsWith("/document"))).toEqual([
    `jobs/${job.jobId}/${job.generation}/${held?.textObject?.name}`,
  ]);
});
