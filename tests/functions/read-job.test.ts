import { AwsError } from "@async-text-processing/local";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import type { Job } from "../../functions/jobs/job.ts";
import { stageNames, stages } from "../../functions/stages/registry.ts";
import { memberName } from "../../functions/stages/stage.ts";
import { about, bodyOf, problem, textOf } from "../support/answers.ts";
import { heldJob, jobId, start } from "../support/held-job.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";

const sample = "AWS Lambda is a great serverless compute service";
const notFound = (id: string) => problem(404, "Not Found", "JobNotFound", `Job '${id}' not found`);
const get = (pipeline: Pipeline, id: string, headers = {}) => pipeline.request("get", about(id, headers));

async function holding(job: Job, seconds = 0): Promise<Pipeline> {
  const pipeline = await createPipeline();
  await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item: job }));
  await pipeline.aws.clock.advance(seconds * 1000);
  return pipeline;
}

test("a job that is done reads as in the contract", async () => {
  const pipeline = await createPipeline();
  const key = await pipeline.submit(sample);
  await pipeline.aws.clock.advance(6_000);
  await pipeline.execute(key);

  const answer = await get(pipeline, key.jobId);

  const record = bodyOf(answer);
  expect(record).toEqual({
    jobId: key.jobId,
    status: "DONE",
    text: sample,
    createdAt: start,
    updatedAt: start + 6,
    result: expect.objectContaining({
      ocr: { stage: "ocr", charCount: 48, wordCount: 8, preview: sample },
      mlInference: { stage: "ml_inference", sentiment: "POSITIVE", confidence: expect.any(Number), tokenCount: 8, language: "en" },
      search: { stage: "search", topKeywords: ["aws", "lambda", "serverless", "compute", "service"], relatedDocumentsFound: 0 },
    }),
  });
  const { confidence } = (record["result"] as { mlInference: { confidence: number } }).mlInference;
  expect(confidence).toBeGreaterThan(0);
  expect(confidence).toBeLessThanOrEqual(1);
  expect(answer).toEqual({
    statusCode: 200,
    headers: { "content-type": "application/json", etag: expect.stringMatching(new RegExp(`^"[0-9a-f]{8}-${2 + stages.length}"$`)) },
    body: answer.body,
  });
});

test("a poll in the middle shows the stages that are done and the one that is running, and has a Retry-After", async () => {
  const pipeline = await createPipeline();
  const key = await pipeline.submit(sample);
  const polls = [await get(pipeline, key.jobId)];

  await pipeline.jobs.open(key, "ocr");
  polls.push(await get(pipeline, key.jobId));
  for (const stage of stageNames) {
    await pipeline.runStage(stage, key);
    polls.push(await get(pipeline, key.jobId));
  }

  const members = stages.map((stage) => memberName(stage));
  const seen = polls.map((poll) => ({ ...bodyOf(poll), again: poll.headers?.["retry-after"] }) as Record<string, unknown>);
  expect(seen.map(({ status, stage, result, again }) => [status, stage, Object.keys(result as object), again])).toEqual([
    ["PENDING", undefined, [], "1"],
    ...stageNames.map((stage, at) => ["IN_PROGRESS", stage, members.slice(0, at), "1"]),
    ["DONE", undefined, members, undefined],
  ]);
  expect(seen.map(({ stage }) => stage).slice(0, 3)).toEqual([undefined, "ocr", "ml_inference"]);
  expect(new Set(polls.map(({ headers }) => headers?.["etag"])).size).toBe(2 + stages.length);
});

test("a job in ERROR has its reason, in our own sentence, and its stage", async () => {
  const pipeline = await holding(heldJob("ERROR"));

  const answer = await get(pipeline, jobId);

  const error = { errorMessage: "The stage failed.", errorCode: "StageFailed", failedStage: "ocr" };
  expect(bodyOf(answer)).toEqual({ jobId, status: "ERROR", text: "good work", createdAt: start, updatedAt: start, result: {}, ...error });
  expect(answer.headers).not.toHaveProperty("retry-after");
});

test.each([
  { what: "the tag", of: (tag: string) => tag, status: 304 },
  { what: "the tag, marked as weak", of: (tag: string) => `W/${tag}`, status: 304 },
  { what: "a list with the tag", of: (tag: string) => `"other", ${tag},"more"`, status: 304 },
  { what: "any", of: () => "*", status: 304 },
  { what: "another tag", of: () => '"0b2f6a1e-3"', status: 200 },
  { what: "the tag without its quotes", of: (tag: string) => tag.replaceAll('"', ""), status: 200 },
  { what: "nothing", of: () => "", status: 200 },
])("If-None-Match with $what is a $status", async ({ of, status }) => {
  const pipeline = await holding(heldJob("IN_PROGRESS"));
  const { headers, body } = await get(pipeline, jobId);
  const tag = String(headers?.["etag"]);

  const answer = await get(pipeline, jobId, { "If-None-Match": of(tag) });

  expect(tag).toBe('"0b2f6a1e-2"');
  const unchanged = { statusCode: 304, headers: { etag: tag, "retry-after": "1" } };
  expect(answer).toEqual(status === 304 ? unchanged : { statusCode: 200, headers, body });
});

test.each([
  { held: heldJob("PENDING"), deadline: 600, failedStage: "ocr" },
  { held: heldJob("IN_PROGRESS", { stage: "ml_inference" }), deadline: 330, failedStage: "ml_inference" },
])("a job that is $held.status at its deadline reads ERROR from then on, and the sweeper's write changes no byte of it", async (row) => {
  const pipeline = await holding(row.held, row.deadline - 1);
  const before = await get(pipeline, jobId);
  await pipeline.aws.clock.advance(1_000);

  const late = await get(pipeline, jobId, { "if-none-match": String(before.headers?.["etag"]) });
  await pipeline.aws.clock.advance(70_000);
  const swept = await pipeline.sweep();
  const afterSweep = await get(pipeline, jobId);

  expect(bodyOf(before)["status"]).toBe(row.held.status);
  expect(bodyOf(late)).toMatchObject({
    status: "ERROR",
    errorCode: "JobTimedOut",
    errorMessage: "The job did not finish before its deadline. Submit the document again.",
    failedStage: row.failedStage,
    updatedAt: start + row.deadline,
  });
  expect(swept).toEqual({ started: 0, expired: 1, failed: 0 });
  expect((await pipeline.record(jobId))?.status).toBe("ERROR");
  expect(afterSweep).toEqual(late);
});

test.each([
  { bytes: 320, members: { text: "a".repeat(320) } },
  { bytes: 321, members: { text: "a".repeat(321) } },
  { bytes: 65_536, members: { text: "a".repeat(65_536) } },
  { bytes: 65_537, members: { textUrl: true } },
])("a text of $bytes bytes is in the answer, or its address is", async ({ bytes, members }) => {
  const pipeline = await createPipeline();
  const key = await pipeline.submit("a".repeat(bytes));
  const posted = bodyOf(await get(pipeline, key.jobId));
  await pipeline.execute(key);

  const done = bodyOf(await get(pipeline, key.jobId));

  const expected = "textUrl" in members ? { textUrl: `/jobs/${key.jobId}/text` } : members;
  for (const { text, textUrl } of [posted, done]) expect({ text, textUrl }).toEqual({ text: undefined, textUrl: undefined, ...expected });
  expect(await textOf(pipeline, key.jobId)).toBe("a".repeat(bytes));
});

test.each(["PENDING", "IN_PROGRESS"] as const)(
  "the text of a job that is %s before OCR has finished is a 404 that asks to come again",
  async (status) => {
    const pipeline = await holding(heldJob(status));

    const answer = await pipeline.request("text", about(jobId));

    expect(bodyOf(answer)).toEqual(problem(404, "Not Found", "TextNotReady", `Job '${jobId}' has no text yet: OCR has not finished.`));
    expect(answer.headers).toEqual({ "content-type": "application/problem+json", "retry-after": "1" });
  },
);

test.each([
  { what: "failed", job: heldJob("ERROR"), seconds: 0 },
  { what: "ran into its deadline", job: heldJob("IN_PROGRESS"), seconds: 330 },
])("the text of a job that $what before OCR had finished is a 404 for good", async ({ job, seconds }) => {
  const pipeline = await holding(job, seconds);

  const answer = await pipeline.request("text", about(jobId));

  const sentence = `Job '${jobId}' has no text: it failed before OCR had finished.`;
  expect(bodyOf(answer)).toEqual(problem(404, "Not Found", "TextNotFound", sentence));
  expect(answer.headers).toEqual({ "content-type": "application/problem+json" });
});

test("the text is what the later stages see, control characters and all", async () => {
  const pipeline = await createPipeline();
  const key = await pipeline.submit("cafe\u0301\r\n\u0000\u0001\u001b[31m\u2028漢😀\rend");
  await pipeline.runStage("ocr", key);

  const { body = "", ...answer } = await pipeline.request("text", about(key.jobId));

  expect(answer).toEqual({ statusCode: 200, headers: { "content-type": "text/plain; charset=utf-8" }, isBase64Encoded: true });
  expect(Buffer.from(body, "base64").toString()).toBe("caf\u00e9\n\u0000\u0001\u001b[31m\u2028漢😀\nend");
});

test("counts and preview go by code points", async () => {
  const pipeline = await createPipeline();
  const ocrOf = async (text: string) => {
    const key = await pipeline.submit(text);
    await pipeline.runStage("ocr", key);
    return (await pipeline.record(key.jobId))?.result.ocr;
  };

  const ocr = [await ocrOf("😀".repeat(80)), await ocrOf("😀".repeat(81)), await ocrOf("吾輩は猫である")];

  expect(ocr).toEqual([
    { stage: "ocr", charCount: 80, wordCount: 0, preview: "😀".repeat(80) },
    { stage: "ocr", charCount: 81, wordCount: 0, preview: `${"😀".repeat(80)}...` },
    { stage: "ocr", charCount: 7, wordCount: 5, preview: "吾輩は猫である" },
  ]);
});

const invisible = [
  { what: "somebody else's job", job: heldJob("DONE", { owner: "somebody-else" }), id: jobId, seconds: 0 },
  { what: "an expired job", job: heldJob("DONE"), id: jobId, seconds: 604_800 },
  { what: "an unknown id", job: heldJob("DONE"), id: "00000000-0000-4000-8000-000000000000", seconds: 0 },
  { what: "an id that is no UUID", job: heldJob("DONE"), id: "job-1", seconds: 0 },
  { what: "an empty id", job: heldJob("DONE"), id: "", seconds: 0 },
];

test.each(invisible.flatMap((row) => (["get", "text"] as const).map((route) => ({ ...row, route }))))(
  "$route of $what is the seed's 404",
  async ({ job, id, seconds, route }) => {
    const pipeline = await holding(job, seconds);

    const answer = await pipeline.request(route, about(id));

    expect(answer.statusCode).toBe(404);
    expect(bodyOf(answer)).toEqual(notFound(id));
  },
);

test.each(["get", "text"] as const)("%s of a job whose text is deleted while it is read is a 404", async (route) => {
  const before = async ({ operation }: { operation: string }) => {
    if (operation === "GetObject") await pipeline.aws.documents.send(new DeleteCommand({ TableName: "jobs", Key: { jobId } }));
  };
  const pipeline = await createPipeline({ before });
  const done = heldJob("DONE", { textObject: { name: "document", bytes: 900 } });
  const { text: _, ...Item } = done;
  await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item }));

  const answer = await pipeline.request(route, about(jobId));

  expect(bodyOf(answer)).toEqual(notFound(jobId));
});

test.each(["get", "text"] as const)(
  "an unforeseen error is a 500 of %s that tells the request id and nothing of the inside",
  async (route) => {
    const before = async ({ operation }: { operation: string }) => {
      if (operation === "GetItem") throw new AwsError("InternalServerError", "a secret of the inside", 500);
    };
    const pipeline = await createPipeline({ before });

    const answer = await pipeline.request(route, about(jobId));

    expect(pipeline.logLines).toEqual([{ message: "Request failed", requestId: "request-1", cause: "InternalServerError" }]);
    const sentence = "Internal error. Request ID: request-1";
    expect(bodyOf(answer)).toEqual(problem(500, "Internal Server Error", "InternalError", sentence));
  },
);
