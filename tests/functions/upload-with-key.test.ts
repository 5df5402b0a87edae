import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HttpResponse } from "../../functions/api/http.ts";
import { jobIdOfKey } from "../../functions/jobs/job-ids.ts";
import { about, bodyOf, post, problem } from "../support/answers.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { Turnstile } from "../support/turnstile.ts";
import { postUpload, upload } from "../support/uploads.ts";

const png = pngFile({ bytes: 100_000 });
const key = { "Idempotency-Key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
const otherKey = { "Idempotency-Key": "another-key-of-16" };

const alreadyUsed = (uploadId: string) =>
  problem(
    409,
    "Conflict",
    "UploadAlreadyUsed",
    `Upload '${uploadId}' was submitted with another Idempotency-Key. Upload the document again.`,
  );
const reused = problem(
  422,
  "Unprocessable Entity",
  "IdempotencyKeyReused",
  "This Idempotency-Key was used with another document. Use a new key for a new document.",
);

/** A pipeline that cannot remove uploads, so that each of them could become a second job. */
const withUploadsLeft = () =>
  createPipeline({
    before: async ({ operation, resource }) => {
      if (operation === "DeleteObject" && resource.includes("/uploads/")) throw new Error("out of order");
    },
  });

/** The jobs, without what stands in the place of one to say which job an upload has become. */
const jobsIn = async (pipeline: Pipeline) => (await keptIn(pipeline.aws)).jobs.filter(({ status }) => status !== undefined);

test("an upload with a key becomes the job of the key, and the same request leads to it when the upload is gone", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, png);

  const first = await postUpload(pipeline, uploadId, key);
  const again = await postUpload(pipeline, uploadId, key);
  for (const started of pipeline.started) await pipeline.execute(started);

  const jobId = jobIdOfKey("public", key["Idempotency-Key"]);
  expect([first.statusCode, bodyOf(first)["jobId"], first.headers?.["idempotency-replayed"]]).toEqual([202, jobId, undefined]);
  expect([again.statusCode, bodyOf(again)["jobId"], again.headers?.["idempotency-replayed"]]).toEqual([202, jobId, "true"]);
  expect(pipeline.started).toHaveLength(1);
  expect(await jobsIn(pipeline)).toMatchObject([{ jobId, uploadId, status: "DONE" }]);
  expect((await keptIn(pipeline.aws)).objects).toEqual([expect.stringMatching(/^jobs\/.*\/document$/)]);
});

test("equal requests at the same time create one job, and each is answered with it", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, png);

  const answers = await Promise.all(Array.from({ length: 4 }, () => postUpload(pipeline, uploadId, key)));

  expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
  expect(answers[0]?.statusCode).toBe(202);
  expect(pipeline.started).toHaveLength(1);
  expect(await jobsIn(pipeline)).toHaveLength(1);
  expect((await keptIn(pipeline.aws)).objects).toHaveLength(1);
});

test.each(["another upload", "a text", "a document"])("%s under the key of an upload is a 422, and changes nothing", async (what) => {
  const pipeline = await createPipeline();
  await postUpload(pipeline, (await upload(pipeline, png)).uploadId, key);
  const { uploadId } = await upload(pipeline, png);
  const before = await keptIn(pipeline.aws);
  const small = { headers: { "content-type": "image/png", ...key }, body: Buffer.from(pngFile().bytes).toString("base64") };

  const answer =
    what === "another upload"
      ? await postUpload(pipeline, uploadId, key)
      : what === "a text"
        ? await post(pipeline, "a text", key)
        : await pipeline.request("create", { ...small, isBase64Encoded: true });

  expect(bodyOf(answer)).toEqual(reused);
  const after = await keptIn(pipeline.aws);
  expect(after.jobs).toEqual(before.jobs);
  expect(after.objects).toEqual(before.objects);
  expect((await postUpload(pipeline, uploadId, otherKey)).statusCode).toBe(202);
});

test("an upload under the key of a text is a 422, and stays", async () => {
  const pipeline = await createPipeline();
  await post(pipeline, "a text", key);
  const { uploadId } = await upload(pipeline, png);

  const answer = await postUpload(pipeline, uploadId, key);

  expect(bodyOf(answer)).toEqual(reused);
  expect((await postUpload(pipeline, uploadId)).statusCode).toBe(202);
});

test.each([
  { first: key, second: otherKey },
  { first: key, second: {} },
  { first: {}, second: key },
])("an upload that was left becomes no second job: $first, then $second", async ({ first, second }) => {
  const pipeline = await withUploadsLeft();
  const { uploadId } = await upload(pipeline, png);
  const accepted = await postUpload(pipeline, uploadId, first);
  const before = await keptIn(pipeline.aws);

  const answer = await postUpload(pipeline, uploadId, second);

  expect(accepted.statusCode).toBe(202);
  expect(bodyOf(answer)).toEqual(alreadyUsed(uploadId));
  expect(await keptIn(pipeline.aws)).toEqual(before);
  expect(pipeline.started).toHaveLength(1);
});

test.each([
  { one: key, other: otherKey },
  { one: key, other: {} },
])("of requests at the same time with $one and with $other, one creates the job", async ({ one, other }) => {
  const pipeline = await withUploadsLeft();
  const { uploadId } = await upload(pipeline, png);

  const answers = await Promise.all([postUpload(pipeline, uploadId, one), postUpload(pipeline, uploadId, other)]);

  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([202, 409]);
  const [job, ...others] = await jobsIn(pipeline);
  expect(others).toEqual([]);
  expect(bodyOf(answers.find(({ statusCode }) => statusCode === 202) ?? {})["jobId"]).toBe(job?.jobId);
  const { objects } = await keptIn(pipeline.aws);
  expect(objects.filter((name) => name.startsWith("jobs/"))).toEqual([`jobs/${job?.jobId}/${job?.generation}/document`]);
});

test("an upload that became a job under one key is gone for another", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, png);
  await postUpload(pipeline, uploadId, key);

  const answers = [await postUpload(pipeline, uploadId, otherKey), await postUpload(pipeline, uploadId)];

  expect(answers.map((answer) => bodyOf(answer)["code"])).toEqual(["UploadNotFound", "UploadNotFound"]);
  expect(await jobsIn(pipeline)).toHaveLength(1);
});

test("when the job is deleted nothing of it is left, and the key is free", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, png);
  const { jobId } = bodyOf(await postUpload(pipeline, uploadId, key));

  await pipeline.request("delete", about(String(jobId)));

  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
  expect(bodyOf(await post(pipeline, "a text", key))).toMatchObject({ jobId, status: "PENDING" });
});

test("the claim of an upload is not read as a job, by its owner or after it has expired", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, png);
  await postUpload(pipeline, uploadId, key);
  const claim = (await keptIn(pipeline.aws)).jobs.find(({ status }) => status === undefined);

  const [read, deleted] = [
    await pipeline.request("get", about(String(claim?.jobId))),
    await pipeline.request("delete", about(String(claim?.jobId))),
  ];

  expect(claim).toMatchObject({ expiresAt: 1_767_225_600 + 2 * 86_400 });
  expect([read.statusCode, deleted.statusCode]).toEqual([404, 204]);
  expect((await keptIn(pipeline.aws)).jobs).toContainEqual(claim);
});

test.each([
  { first: key, second: otherKey },
  { first: key, second: {} },
  { first: key, second: key },
])("in every order of the calls of two requests, one job is created from the upload: $first and $second", async ({ first, second }) => {
  const isRepeat = first === second;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (schedule) => {
      const turnstile = new Turnstile();
      const actor = new AsyncLocalStorage<string>();
      const pipeline = await createPipeline({ before: async () => turnstile.enter(actor.getStore() ?? "admin") });
      const { uploadId } = await upload(pipeline, pngFile());
      const answers: HttpResponse[] = [];
      const submitAs = (name: string, headers: Record<string, string>) => () =>
        actor.run(name, async () => answers.push(await postUpload(pipeline, uploadId, headers)));

      await turnstile.race(schedule, { one: submitAs("one", first), two: submitAs("two", second) });

      const [accepted, ...refused] = answers.sort((a, b) => Number(a.statusCode) - Number(b.statusCode));
      const [job, ...others] = await jobsIn(pipeline);
      expect([accepted?.statusCode, bodyOf(accepted ?? {})["jobId"], others]).toEqual([202, job?.jobId, []]);
      const allowed = isRepeat ? [undefined] : ["UploadAlreadyUsed", "UploadNotFound"];
      for (const answer of refused) expect(allowed).toContain(bodyOf(answer)["code"]);
      expect(pipeline.started).toEqual([{ jobId: job?.jobId, generation: job?.generation }]);
      expect((await keptIn(pipeline.aws)).objects).toEqual([`jobs/${job?.jobId}/${job?.generation}/document`]);
    }),
    { numRuns: 25 },
  );
});
