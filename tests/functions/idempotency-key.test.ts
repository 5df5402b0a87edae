import { expect, test } from "vitest";
import { about, bodyOf, post, problem } from "../support/answers.ts";
import { keptIn } from "../support/kept.ts";
import { createPipeline } from "../support/pipeline.ts";

const key = { "Idempotency-Key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
const other = { "Idempotency-Key": "another-key-of-16" };
const longText = "A text that is too long to live in its record. ".repeat(20).trim();

test.each([
  { what: "15 characters", value: "k".repeat(15) },
  { what: "256 characters", value: "k".repeat(256) },
  { what: "nothing", value: "" },
  { what: "a letter that is not ASCII", value: "a-key-of-letters-é" },
  { what: "a control character", value: "a-key-of-letters\t" },
])("a key of $what is a 400", async ({ value }) => {
  const pipeline = await createPipeline();

  const answer = await post(pipeline, "a text", { "idempotency-key": value });

  const sentence = "Idempotency-Key must be 16 to 255 printable ASCII characters, for example a random UUID.";
  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", "InvalidIdempotencyKey", sentence));
});

test.each([16, 255])("a key of %i characters is taken", async (length) => {
  const pipeline = await createPipeline();

  const answer = await post(pipeline, "a text", { "idempotency-key": "~".repeat(length) });

  expect(answer.statusCode).toBe(202);
});

test.each(["a text", longText])("the same key with the same document returns the same job, at any status", async (text) => {
  const pipeline = await createPipeline();
  const first = await post(pipeline, text, key);

  const whilePending = await post(pipeline, ` ${text}\n`, key);
  await pipeline.execute(pipeline.started[0] ?? { jobId: "", generation: "" });
  const afterwards = await post(pipeline, text, key);

  const { jobId } = bodyOf(first);
  const headers = { "content-type": "application/json", location: `/jobs/${jobId}`, "idempotency-replayed": "true" };
  expect(first.headers).not.toHaveProperty("idempotency-replayed");
  expect(whilePending).toEqual({ ...first, headers: { ...headers, "retry-after": "1" } });
  const done = { jobId, status: "DONE", message: "Job is done. GET /jobs/{jobId} returns its result." };
  expect(afterwards).toEqual({ statusCode: 202, headers, body: JSON.stringify(done) });
  expect(pipeline.started).toHaveLength(1);
  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(jobs).toMatchObject([{ status: "DONE" }]);
  expect(objects).toHaveLength(text === longText ? 1 : 0);
});

test.each([
  { status: "IN_PROGRESS", seconds: 0, message: "Job is running. Poll GET /jobs/{jobId} for status updates.", again: "1" },
  { status: "ERROR", seconds: 330, message: "Job failed. GET /jobs/{jobId} returns the reason.", again: undefined },
])("a repeated request is answered with the present status: $status", async ({ status, seconds, message, again }) => {
  const pipeline = await createPipeline();
  await post(pipeline, "a text", key);
  for (const started of pipeline.started) await pipeline.jobs.open(started, "ocr");
  await pipeline.aws.clock.advance(1000 * seconds);

  const answer = await post(pipeline, "a text", key);

  expect(bodyOf(answer)).toEqual({ jobId: pipeline.started[0]?.jobId, status, message });
  expect([answer.statusCode, answer.headers?.["retry-after"]]).toEqual([202, again]);
});

test.each(["another text", `${longText}!`])("the same key with another document is a 422, and changes nothing", async (text) => {
  const pipeline = await createPipeline();
  await post(pipeline, "a text", key);
  const before = await keptIn(pipeline.aws);

  const answer = await post(pipeline, text, key);

  const sentence = "This Idempotency-Key was used with another document. Use a new key for a new document.";
  expect(bodyOf(answer)).toEqual(problem(422, "Unprocessable Entity", "IdempotencyKeyReused", sentence));
  expect(await keptIn(pipeline.aws)).toEqual(before);
  expect(pipeline.started).toHaveLength(1);
});

test("another key is another job", async () => {
  const pipeline = await createPipeline();

  await post(pipeline, "a text", key);
  await post(pipeline, "a text", other);

  expect(new Set(pipeline.started.map(({ jobId }) => jobId)).size).toBe(2);
});

test.each([
  { when: "its job is deleted", keyIs: "free" },
  { when: "its job has expired", keyIs: "free" },
  { when: "its job is about to expire", keyIs: "taken" },
])("a key is $keyIs when $when", async ({ when, keyIs }) => {
  const pipeline = await createPipeline();
  const jobId = String(bodyOf(await post(pipeline, "a text", key))["jobId"]);
  if (when === "its job is deleted") await pipeline.request("delete", about(jobId));
  else await pipeline.aws.clock.advance(1000 * (7 * 86_400 - (when === "its job has expired" ? 0 : 1)));

  const answer = await post(pipeline, "another text", key);

  expect(answer.statusCode).toBe(keyIs === "free" ? 202 : 422);
  expect(answer.headers).not.toHaveProperty("idempotency-replayed");
  const texts = (await keptIn(pipeline.aws)).jobs.map(({ text }) => text);
  expect(texts).toEqual([keyIs === "free" ? "another text" : "a text"]);
  expect(pipeline.started).toHaveLength(keyIs === "free" ? 2 : 1);
});

test.each(["a text", longText])("of equal requests at the same time one creates the job, and all are answered with it", async (text) => {
  const pipeline = await createPipeline();

  const answers = await Promise.all(Array.from({ length: 6 }, () => post(pipeline, text, key)));

  expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
  expect(answers[0]?.statusCode).toBe(202);
  expect(answers.filter(({ headers }) => headers?.["idempotency-replayed"] === "true")).toHaveLength(5);
  expect(pipeline.started).toHaveLength(1);
  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(jobs).toHaveLength(1);
  expect(objects).toHaveLength(text === longText ? 1 : 0);
});
