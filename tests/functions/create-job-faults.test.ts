import { AwsError } from "@async-text-processing/local";
import type { LocalAws } from "@async-text-processing/local/testing";
import { expect, test } from "vitest";
import { bodyOf, post, problem } from "../support/answers.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline } from "../support/pipeline.ts";

const shortText = "a text";
const longText = "A text that is too long to live in its record. ".repeat(20).trim();
const key = { "Idempotency-Key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
const notKept = problem(
  503,
  "Service Unavailable",
  "JobNotStored",
  "The job could not be stored, and nothing of it was kept. Send the request again.",
);

/** A pipeline whose calls of one operation are refused as long as `isBroken` says. */
async function withBroken(operation: string) {
  const fault = { isBroken: true };
  const before = async (call: { operation: string }) => {
    if (fault.isBroken && call.operation === operation) throw new AwsError("InternalServerError", "a secret of the inside", 500);
  };
  return { pipeline: await createPipeline({ before }), fault };
}

/** The SDK's own repeat of a PutItem: the first answer is lost, and the request goes out again as it is. */
function loseFirstAnswers(aws: LocalAws, repeats: boolean): void {
  aws.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "PutItemCommand") return next(args);
        await next(args);
        if (repeats) return next(args);
        throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
      },
    { step: "finalizeRequest", priority: "low", name: "lostAnswer" },
  );
}

test("a job that cannot be started is accepted, and the sweeper starts it", async () => {
  const { pipeline, fault } = await withBroken("StartExecution");

  const answer = await post(pipeline, shortText);
  fault.isBroken = false;
  await pipeline.aws.clock.advance(60_000);
  await pipeline.sweep();

  const jobId = String(bodyOf(answer)["jobId"]);
  expect(answer).toMatchObject({ statusCode: 202, headers: { location: `/jobs/${jobId}`, "retry-after": "1" } });
  expect(pipeline.logLines).toContainEqual({ message: "Start postponed", jobId, cause: "InternalServerError" });
  expect(pipeline.started.map((started) => started.jobId)).toEqual([jobId]);
  for (const started of pipeline.started) await pipeline.execute(started);
  expect(await pipeline.record(jobId)).toMatchObject({ status: "DONE", restarts: 1 });
});

test.each([
  { operation: "PutItem", text: shortText },
  { operation: "PutItem", text: longText },
  { operation: "PutObject", text: longText },
])("when $operation fails, the answer is a 503 that says so, and nothing is kept", async ({ operation, text }) => {
  const { pipeline } = await withBroken(operation);

  const answer = await post(pipeline, text);

  expect(answer).toMatchObject({ statusCode: 503, headers: { "retry-after": "1" } });
  expect(bodyOf(answer)).toEqual(notKept);
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
  expect(pipeline.started).toEqual([]);
  expect(pipeline.logLines).toEqual([{ message: "Job refused", jobId: expect.any(String), cause: "InternalServerError" }]);
});

test("what a repeat could not keep leaves the job of its key as it was", async () => {
  const { pipeline, fault } = await withBroken("PutItem");
  fault.isBroken = false;
  await post(pipeline, longText, key);
  const before = await keptIn(pipeline.aws);
  fault.isBroken = true;

  const answer = await post(pipeline, longText, key);

  expect(answer.statusCode).toBe(503);
  expect(await keptIn(pipeline.aws)).toEqual(before);
});

test.each([
  { text: shortText, headers: {} },
  { text: longText, headers: {} },
  { text: longText, headers: key },
])("a PutItem that was made, but whose answer was lost, finds its own record when it is repeated", async ({ text, headers }) => {
  const pipeline = await createPipeline();
  loseFirstAnswers(pipeline.aws, true);

  const answer = await post(pipeline, text, headers);

  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(answer.statusCode).toBe(202);
  expect(answer.headers).not.toHaveProperty("idempotency-replayed");
  expect(jobs).toMatchObject([{ jobId: bodyOf(answer)["jobId"], status: "PENDING" }]);
  expect(objects).toHaveLength(text === longText ? 1 : 0);
  expect(pipeline.started).toHaveLength(1);
});

test("a PutItem that was made, but was never answered, is withdrawn", async () => {
  const pipeline = await createPipeline();
  loseFirstAnswers(pipeline.aws, false);

  const answer = await post(pipeline, longText, key);

  expect(bodyOf(answer)).toEqual(notKept);
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});
