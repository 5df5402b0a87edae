import { AwsError } from "@async-text-processing/local";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import type { JobKey } from "../../functions/jobs/job.ts";
import type { ScannedDocument } from "../../functions/stages/document.ts";
import type { StageName } from "../../functions/stages/registry.ts";
import { runWith } from "../../functions/stages/search/run.ts";
import { about, bodyOf, post } from "../support/answers.ts";
import { heldJob, jobId, key } from "../support/held-job.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { failed } from "../support/process-job.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { turnClockDuring } from "../support/turn-clock.ts";

// Longer than a record holds, and with a line end for OCR to change: each stage writes all that it can.
const longText = `${"The serverless orchestra plays a wonderful symphony of lambdas.\r\n".repeat(20)}<p class="markup">See <a href="https://example.com/zither">it</a>.</p>`;
const deleteJob = (pipeline: Pipeline, id: string) => pipeline.request("delete", about(id));

type Way = (pipeline: Pipeline, key: JobKey) => Promise<unknown>;
const stages =
  (...names: readonly StageName[]): Way =>
  async (pipeline, job) => {
    for (const name of names) await pipeline.runStage(name, job);
  };

const ways: readonly { readonly what: string; readonly way: Way; readonly status: string }[] = [
  { what: "has not begun", way: stages(), status: "PENDING" },
  { what: "has begun", way: ({ jobs }, job) => jobs.open(job, "ocr"), status: "IN_PROGRESS" },
  { what: "is at inference", way: stages("ocr"), status: "IN_PROGRESS" },
  { what: "is at search", way: stages("ocr", "ml_inference"), status: "IN_PROGRESS" },
  { what: "is done", way: stages("ocr", "ml_inference", "search"), status: "DONE" },
  {
    what: "has expired",
    way: async (pipeline, job) => {
      await pipeline.execute(job);
      await pipeline.aws.clock.advance(8 * 86_400_000);
    },
    status: "DONE",
  },
  { what: "has timed out", way: ({ aws }) => aws.clock.advance(700_000), status: "PENDING" },
];

const documents = [
  { kind: "a short text", document: "a short text about orchestras" },
  { kind: "a long text", document: longText },
  { kind: "a scan of a short text", document: pngFile({ text: "a short text about orchestras" }) },
  { kind: "a scan of a long text", document: pngFile({ text: longText }) },
];

test.each(ways.flatMap((row) => documents.map((document) => ({ ...row, ...document }))))(
  "of a job of $kind that $what nothing is left, and other jobs stay",
  async ({ way, status, document }) => {
    const pipeline = await createPipeline();
    const other = await pipeline.submit(longText);
    await pipeline.execute(other);
    const before = await keptIn(pipeline.aws);
    const job = await pipeline.submit(document);
    await way(pipeline, job);
    const held = await pipeline.record(job.jobId);

    const answer = await deleteJob(pipeline, job.jobId);

    expect(held?.status).toBe(status);
    expect(answer).toEqual({ statusCode: 204 });
    expect(before.postings.length).toBeGreaterThan(0);
    expect(await keptIn(pipeline.aws)).toEqual(before);
  },
);

test.each([
  { what: "there never was", id: "00000000-0000-4000-8000-000000000000" },
  { what: "no job can have", id: "job-1" },
  { what: "is empty", id: "" },
  { what: "is longer than a key may be", id: "a".repeat(3000) },
])("an id that $what is a 204", async ({ id }) => {
  const pipeline = await createPipeline();

  const answer = await deleteJob(pipeline, id);

  expect(answer).toEqual({ statusCode: 204 });
});

test("another owner's job stays, with all that it keeps, and the answer does not tell", async () => {
  const pipeline = await createPipeline();
  await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item: heldJob("DONE", { owner: "somebody-else" }) }));
  await pipeline.aws.bucketStore.put("documents", `jobs/${jobId}/x/document`, { body: Buffer.from("theirs"), headers: {}, checksums: {} });
  const posting = { ownerTerm: "somebody-else#work", place: `001767225600#${jobId}#${key.generation}` };
  await pipeline.aws.documents.send(new PutCommand({ TableName: "postings", Item: posting }));
  const before = await keptIn(pipeline.aws);

  const answer = await deleteJob(pipeline, jobId);

  expect(answer).toEqual({ statusCode: 204 });
  expect(await keptIn(pipeline.aws)).toEqual(before);
});

/** Runs an execution, and something else just before the call of that number; tells how many calls there were. */
async function interrupted(
  at: number,
  interrupt: (pipeline: Pipeline, job: JobKey) => Promise<unknown>,
  { headers = {}, document = longText }: { headers?: Record<string, string>; document?: string | ScannedDocument } = {},
) {
  let calls = 0;
  const before = async ({ principal }: { principal: { roleName: string } }) => {
    if (principal.roleName === "runner" && calls++ === at) await interrupt(pipeline, job);
  };
  const pipeline = await createPipeline({ actors: ["runner"], before });
  const job = await pipeline.submit(document, headers);
  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(job, "runner"));
  return { pipeline, job, outcome, calls };
}

const failures = ({ logLines }: Pipeline) => logLines.filter(({ message }) => message === "Stage failed");

test.each([
  { kind: "text", document: longText },
  { kind: "scan", document: pngFile({ text: longText }) },
])("a $kind that is deleted just before any call of its execution ends quietly, and nothing is left", async ({ document }) => {
  const { calls } = await interrupted(-1, async () => undefined, { document });

  for (let at = 0; at < calls; at++) {
    const { pipeline, outcome } = await interrupted(at, (held, job) => deleteJob(held, job.jobId), { document });
    expect(outcome.status, `call ${at}`).toBe("SUCCEEDED");
    expect(failures(pipeline), `call ${at}`).toEqual([]);
    expect(await keptIn(pipeline.aws), `call ${at}`).toEqual(nothingKept);
  }

  expect(calls).toBeGreaterThan(15);
});

test("a job that is deleted and created again under its key, just before any call, is not touched by the old execution", async () => {
  const headers = { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
  const again = async (held: Pipeline, job: JobKey) => {
    await deleteJob(held, job.jobId);
    await post(held, longText, headers);
  };
  const { calls } = await interrupted(-1, async () => undefined, { headers });

  for (let at = 0; at < calls; at++) {
    const { pipeline, job, outcome } = await interrupted(at, again, { headers });
    expect(outcome.status, `call ${at}`).toBe("SUCCEEDED");
    const { jobs, postings, objects } = await keptIn(pipeline.aws);
    const fresh = jobs[0]?.generation;
    expect(jobs, `call ${at}`).toMatchObject([{ jobId: job.jobId, status: "PENDING", version: 1 }]);
    expect(fresh).not.toBe(job.generation);
    expect(objects, `call ${at}`).toEqual([`jobs/${job.jobId}/${fresh}/document`]);
    expect(postings, `call ${at}`).toEqual([]);
  }
});

/** Deletes a job, and does something else just before the call of that number of the deletion; tells how many calls there were. */
async function deletedWhile(at: number, meanwhile: (pipeline: Pipeline, job: JobKey) => Promise<unknown>) {
  const headers = { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
  const deletion = { isRunning: false, calls: 0 };
  const before = async ({ principal }: { principal: { roleName: string } }) => {
    if (!deletion.isRunning || principal.roleName !== "admin" || deletion.calls++ !== at) return;
    deletion.isRunning = false;
    await meanwhile(pipeline, job);
    deletion.isRunning = true;
  };
  const pipeline = await createPipeline({ actors: ["runner"], before });
  const job = await pipeline.submit(longText, headers);
  deletion.isRunning = true;
  await deleteJob(pipeline, job.jobId);
  deletion.isRunning = false;
  return { pipeline, job, calls: deletion.calls };
}

test("of a job that is done just before it is deleted nothing is left", async () => {
  const { pipeline } = await deletedWhile(0, ({ execute }, job) => execute(job, "runner"));

  expect(pipeline.logLines.at(-1)).toMatchObject({ message: "Stage complete", stage: "search", outcome: "written" });
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test("a job that is created again under its key, once its deletion has begun, just before any of the calls that are left, is complete and is done", async () => {
  const headers = { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
  const { calls } = await deletedWhile(-1, async () => undefined);

  for (let at = 2; at < calls; at++) {
    const { pipeline, job } = await deletedWhile(at, (held) => post(held, longText, headers));
    const fresh = await pipeline.record(job.jobId);
    await pipeline.execute({ jobId: job.jobId, generation: fresh?.generation ?? "" });
    expect(fresh?.generation, `call ${at}`).not.toBe(job.generation);
    expect(await pipeline.record(job.jobId), `call ${at}`).toMatchObject({ status: "DONE" });
  }

  expect(calls).toBe(5); // read, close, list objects, delete them, remove
});

test("a deletion that is carried out late does not touch the job that has been created under the key since", async () => {
  const headers = { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
  const again = async (held: Pipeline, { jobId: id }: JobKey) => {
    await deleteJob(held, id);
    await post(held, longText, headers);
  };

  const { pipeline, job } = await deletedWhile(1, again); // just before it closes the job

  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(jobs).toMatchObject([{ jobId: job.jobId, status: "PENDING", version: 1 }]);
  expect(objects).toEqual([`jobs/${job.jobId}/${jobs[0]?.generation}/document`]);
});

/** A search stage that posted its terms and crashed before it saved them in the record. */
const crashedInSearch: Way = async (pipeline, job) => {
  await stages("ocr", "ml_inference")(pipeline, job);
  const record = await pipeline.record(job.jobId);
  if (record !== undefined) await runWith(pipeline.related, "count")({ text: longText, job: record });
};

test.each([
  { what: "that is done", way: stages("ocr", "ml_inference", "search"), steps: 6 }, // read, close, postings, list objects, delete them, remove
  { what: "whose search crashed after it had posted", way: crashedInSearch, steps: 8 }, // and look for the text, and read it
])("a delete of a job $what that is interrupted at any of its calls can be repeated, and leaves nothing", async ({ way, steps }) => {
  const broken = { at: Number.POSITIVE_INFINITY, calls: 0 };
  const before = async () => {
    if (broken.calls++ === broken.at) throw new AwsError("InternalServerError", "a secret of the inside", 500);
  };
  const deleted = async (at: number) => {
    broken.at = Number.POSITIVE_INFINITY;
    const pipeline = await createPipeline({ before });
    const job = await pipeline.submit(longText);
    await way(pipeline, job);
    expect((await keptIn(pipeline.aws)).postings.length).toBeGreaterThan(0);
    Object.assign(broken, { at, calls: 0 });
    const first = await deleteJob(pipeline, job.jobId);
    Object.assign(broken, { at: Number.POSITIVE_INFINITY });
    return { pipeline, job, first, calls: broken.calls };
  };
  const { calls } = await deleted(-1);

  for (let at = 0; at < calls; at++) {
    const { pipeline, job, first } = await deleted(at);
    const second = await deleteJob(pipeline, job.jobId);
    expect([first.statusCode, second.statusCode], `call ${at}`).toEqual([500, 204]);
    expect(bodyOf(first)["error"]).toBe("Internal error. Request ID: request-1");
    expect(await keptIn(pipeline.aws), `call ${at}`).toEqual(nothingKept);
  }

  expect(calls).toBe(steps);
});

test("a delete that is interrupted can still be repeated when what has expired is deleted meanwhile", async () => {
  const broken = { is: false };
  const before = async ({ operation }: { operation: string }) => {
    if (broken.is && operation === "ListObjectsV2") throw new AwsError("InternalError", "out of order", 500);
  };
  const pipeline = await createPipeline({ before });
  const job = await pipeline.submit(longText);
  await pipeline.execute(job);
  broken.is = true;
  const first = await deleteJob(pipeline, job.jobId);
  broken.is = false;
  await pipeline.aws.clock.advance(3_600_000);
  await pipeline.aws.dynamo.deleteExpired();

  const second = await deleteJob(pipeline, job.jobId);

  expect([first.statusCode, second.statusCode]).toEqual([500, 204]);
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test.each(["ocr", "ml_inference", "search"] as const)("of a job whose %s could not be saved nothing is left", async (stage) => {
  const state = { isBroken: false };
  const before = async ({ operation }: { operation: string }) => {
    if (state.isBroken && operation === "UpdateItem") throw new AwsError("InternalServerError", "out of order", 500);
  };
  const pipeline = await createPipeline({
    before,
    invokeStage: async (name, call) => {
      if (name !== stage) return call();
      if (stage === "ocr") await pipeline.jobs.open(job, stage);
      state.isBroken = true;
      const answer = await call();
      state.isBroken = false;
      return answer;
    },
  });
  const job = await pipeline.submit(longText);
  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));
  const ended = await pipeline.record(job.jobId);

  const answer = await deleteJob(pipeline, job.jobId);

  expect(outcome.status).toBe("FAILED");
  expect(ended).toMatchObject({ status: "ERROR", errorCode: "StageFailed", failedStage: stage });
  expect(answer).toEqual({ statusCode: 204 });
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test("of a job that a stage's Lambda has failed nothing is left", async () => {
  const pipeline = await createPipeline({
    invokeStage: async (stage, call) => (stage === "search" ? failed("StageOutputInvalid") : call()),
  });
  const job = await pipeline.submit(longText);
  await pipeline.execute(job);

  await deleteJob(pipeline, job.jobId);

  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});
