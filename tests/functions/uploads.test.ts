import { createLocalAws } from "@async-text-processing/local/testing";
import { expect, test } from "vitest";
import { jobIdOfKey } from "../../functions/jobs/job-ids.ts";
import { ObjectStore } from "../../functions/jobs/object-store.ts";
import { uploadKey } from "../../functions/jobs/storage-layout.ts";
import { UploadStore } from "../../functions/jobs/upload-store.ts";
import { about, bodyOf, problem } from "../support/answers.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { jpegFile, pdfFile, pngFile } from "../support/scanned-documents.ts";
import { type Announced, announce, postUpload, put, upload } from "../support/uploads.ts";

const start = 1_767_225_600;
const limit = 52_428_800;
const largePng = pngFile({ bytes: 6_000_000 });
const notFound = (uploadId: string) =>
  problem(404, "Not Found", "UploadNotFound", `Upload '${uploadId}' not found. An upload is kept for one day and becomes one job.`);

const announced = async (pipeline: Pipeline, body: unknown) => bodyOf(await announce(pipeline, body)) as unknown as Announced;

test("an upload is announced with an address for a quarter of an hour, and the headers to send", async () => {
  const pipeline = await createPipeline();

  const answer = await announce(pipeline, { contentType: "image/png", bytes: 6_000_000 });

  expect(answer.statusCode).toBe(201);
  expect(bodyOf(answer)).toEqual({
    uploadId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    url: expect.stringContaining("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost&"),
    headers: { "content-type": "image/png", "content-length": "6000000" },
    expiresAt: start + 900,
  });
  expect(String(bodyOf(answer)["url"])).toContain("X-Amz-Expires=900&");
  expect(String(bodyOf(answer)["url"])).not.toMatch(/checksum/i);
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

const howTo = 'Send {"contentType": "…", "bytes": …} with the document\'s media type and its size in bytes.';
const types = "is not supported for an upload, only image/png, image/jpeg, image/tiff, image/webp, application/pdf.";

test.each([
  { what: "no size", body: { contentType: "image/png" }, status: 400, title: "Bad Request", error: howTo },
  { what: "no type", body: { bytes: 5 }, status: 400, title: "Bad Request", error: howTo },
  { what: "no bytes at all", body: { contentType: "image/png", bytes: 0 }, status: 400, title: "Bad Request", error: howTo },
  { what: "half a byte", body: { contentType: "image/png", bytes: 1.5 }, status: 400, title: "Bad Request", error: howTo },
  { what: "a size in words", body: { contentType: "image/png", bytes: "5" }, status: 400, title: "Bad Request", error: howTo },
  { what: "null", body: null, status: 400, title: "Bad Request", error: howTo },
  {
    what: "a text",
    body: { contentType: "text/plain; charset=utf-8", bytes: 5 },
    status: 415,
    title: "Unsupported Media Type",
    code: "UnsupportedMediaType",
    error: `Content-Type "text/plain; charset=utf-8" ${types} Send a text of up to 1 MiB to POST /jobs.`,
  },
  {
    what: "another type",
    body: { contentType: "image/gif", bytes: 5 },
    status: 415,
    title: "Unsupported Media Type",
    code: "UnsupportedMediaType",
    error: `Content-Type "image/gif" ${types}`,
  },
  {
    what: "one byte too many",
    body: { contentType: "image/png", bytes: limit + 1 },
    status: 413,
    title: "Payload Too Large",
    code: "DocumentTooLarge",
    error: "The document has 52428801 bytes; the limit is 52428800 bytes (50 MiB).",
  },
])("an upload of $what is a $status", async ({ body, status, title, code = "InvalidUpload", error }) => {
  const pipeline = await createPipeline();

  const answer = await announce(pipeline, body);

  expect(bodyOf(answer)).toEqual(problem(status, title, code, error));
});

test("a body that is not JSON is a 400, and one of the largest size a 201", async () => {
  const pipeline = await createPipeline();

  const broken = await pipeline.request("upload", { body: "{" });
  const largest = await announce(pipeline, { contentType: "application/pdf", bytes: limit });

  expect(bodyOf(broken)["error"]).toBe("Invalid JSON in request body");
  expect(largest.statusCode).toBe(201);
});

test.each<{ what: string; change: Record<string, string>; body: Uint8Array }>([
  { what: "a byte less", change: {}, body: largePng.bytes.subarray(1) },
  { what: "another size", change: { "content-length": "5999999" }, body: largePng.bytes.subarray(1) },
  { what: "another type", change: { "content-type": "image/jpeg" }, body: largePng.bytes },
])("$what than announced is refused by S3", async ({ change, body }) => {
  const pipeline = await createPipeline();
  const { url, headers } = await announced(pipeline, { contentType: "image/png", bytes: 6_000_000 });

  const answer = await put(pipeline, { url, headers: { ...headers, "content-length": String(body.byteLength), ...change } }, body);

  expect([answer.status, String(answer.body)]).toEqual([403, expect.stringContaining("<Code>SignatureDoesNotMatch</Code>")]);
  expect((await keptIn(pipeline.aws)).objects).toEqual([]);
});

test.each([largePng, jpegFile(), pdfFile({ bytes: 5_000_000 })])(
  "an uploaded $type becomes a job, and only the job's copy is left",
  async (document) => {
    const pipeline = await createPipeline();
    const { uploadId } = await upload(pipeline, document);
    expect((await keptIn(pipeline.aws)).objects).toEqual([expect.stringMatching(new RegExp(`^uploads/[\\w-]{43}/${uploadId}$`))]);

    const answer = await postUpload(pipeline, uploadId);

    expect(answer.statusCode).toBe(202);
    const { jobs, objects } = await keptIn(pipeline.aws);
    const [key] = pipeline.started;
    expect(jobs).toMatchObject([
      { ...key, status: "PENDING", uploadId, document: { bytes: document.bytes.byteLength, type: document.type } },
    ]);
    expect(objects).toEqual([`jobs/${key?.jobId}/${key?.generation}/document`]);
    expect(pipeline.logLines).toEqual([{ message: "Job accepted", jobId: key?.jobId, bytes: document.bytes.byteLength }]);
    for (const started of pipeline.started) await pipeline.execute(started);
    expect(await pipeline.record(String(key?.jobId))).toMatchObject({ status: "DONE" });
  },
);

test("an upload becomes one job, however often it is sent", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, largePng);

  const answers = [];
  for (let call = 0; call < 3; call++) answers.push(await postUpload(pipeline, uploadId));

  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(answers.map(({ statusCode, headers }) => [statusCode, headers?.["idempotency-replayed"]])).toEqual([
    [202, undefined],
    [202, "true"],
    [202, "true"],
  ]);
  expect(pipeline.started).toHaveLength(1);
});

test("two calls at once create one job with one document", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, largePng);

  const answers = await Promise.all([postUpload(pipeline, uploadId), postUpload(pipeline, uploadId)]);

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(jobs).toHaveLength(1);
  expect(objects).toEqual([`jobs/${jobs[0]?.jobId}/${jobs[0]?.generation}/document`]);
});

test("what is sent to the address after the upload has become a job is removed unread", async () => {
  const pipeline = await createPipeline();
  const sent = await upload(pipeline, largePng);
  const { jobId } = bodyOf(await postUpload(pipeline, sent.uploadId));

  await put(pipeline, sent, pngFile({ bytes: 6_000_000, text: "Another page." }).bytes);
  const again = await postUpload(pipeline, sent.uploadId);

  expect([again.statusCode, bodyOf(again)["jobId"], again.headers?.["idempotency-replayed"]]).toEqual([202, jobId, "true"]);
  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(objects).toEqual([`jobs/${jobId}/${jobs[0]?.generation}/document`]);
  const { body } = await pipeline.aws.bucketStore.get("documents", objects[0] ?? "");
  expect(body.equals(Buffer.from(largePng.bytes))).toBe(true);
});

test.each(["HeadObject", "CopyObject"])(
  "a call that finds the upload taken just before its %s meets the job of the quicker one",
  async (held) => {
    const quicker = { left: 1, run: async (): Promise<unknown> => undefined };
    const pipeline = await createPipeline({
      before: async ({ operation }) => {
        if (operation === held && quicker.left-- > 0) await quicker.run();
      },
    });
    const { uploadId } = await upload(pipeline, largePng);
    quicker.run = () => postUpload(pipeline, uploadId);

    const answer = await postUpload(pipeline, uploadId);

    const { jobs, objects } = await keptIn(pipeline.aws);
    expect([answer.statusCode, answer.headers?.["idempotency-replayed"], jobs.length]).toEqual([202, "true", 1]);
    expect(bodyOf(answer)["jobId"]).toBe(jobs[0]?.jobId);
    expect(objects).toEqual([`jobs/${jobs[0]?.jobId}/${jobs[0]?.generation}/document`]);
    expect(pipeline.started).toHaveLength(1);
  },
);

test.each(["never-an-upload", "0b2f6a1e-7d55-4c11-9a52-6f0f3c1d9b77"])(
  "the upload %s, which was never sent, is a 404",
  async (uploadId) => {
    const pipeline = await createPipeline();

    const answer = await postUpload(pipeline, uploadId);

    expect(bodyOf(answer)).toEqual(notFound(uploadId));
    expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
  },
);

test("an upload that is missing is a 404 also where the role may not list the bucket", async () => {
  const objects = "arn:aws:s3:::documents/uploads/*";
  const roles = { reader: [{ Effect: "Allow", Action: "s3:GetObject", Resource: objects }] };
  const aws = await createLocalAws({ buckets: ["documents"], roles });
  const uploads = new UploadStore(
    async () => new ObjectStore(aws.clientsOf("reader").s3, "documents"),
    () => start,
  );

  const found = uploads.find("public", "0b2f6a1e-7d55-4c11-9a52-6f0f3c1d9b77");

  await expect(found).rejects.toMatchObject({ code: "UploadNotFound" });
});

test("another owner's upload is not there", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, largePng);
  const uploads = new UploadStore(
    async () => new ObjectStore(pipeline.aws.s3, "documents"),
    () => start,
  );

  await expect(uploads.find("another", uploadId)).rejects.toMatchObject({ code: "UploadNotFound" });
  await expect(uploads.find("public", uploadId)).resolves.toMatchObject({ bytes: 6_000_000 });
});

test("an upload is void after a day, though it is still there", async () => {
  const pipeline = await createPipeline();
  const [early, late] = [await upload(pipeline, largePng), await upload(pipeline, largePng)];

  await pipeline.aws.clock.advance(86_399_000);
  const before = await postUpload(pipeline, early.uploadId);
  await pipeline.aws.clock.advance(1_000);
  const after = await postUpload(pipeline, late.uploadId);

  expect(before.statusCode).toBe(202);
  expect(bodyOf(after)).toEqual(notFound(late.uploadId));
});

test("a text beside an upload is a 400", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, largePng);

  const answer = await pipeline.request("create", { body: JSON.stringify({ uploadId, text: "a text" }) });

  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", "AmbiguousDocument", "Send a text or an uploadId, not both."));
  expect((await keptIn(pipeline.aws)).jobs).toEqual([]);
});

test("no key leads to the job of an upload", async () => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, largePng);

  const { jobId } = bodyOf(await postUpload(pipeline, uploadId));

  expect(jobId).not.toBe(jobIdOfKey("public", uploadId));
});

test.each([
  { what: "is not what it was announced to be", document: { ...jpegFile(), type: "image/png" as const }, status: 415 },
  { what: "has too many pixels", document: pngFile({ width: 9000, height: 9000 }), status: 413 },
  { what: "has too few", document: pngFile({ width: 9, height: 9 }), status: 415 },
  { what: "is broken", document: { ...pngFile(), bytes: pngFile().bytes.subarray(0, 12) }, status: 400 },
])("an upload that $what is a $status, and no copy of it is kept", async ({ document, status }) => {
  const pipeline = await createPipeline();
  const { uploadId } = await upload(pipeline, document);

  const answers = [await postUpload(pipeline, uploadId), await postUpload(pipeline, uploadId)];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([status, status]);
  const { jobs, objects } = await keptIn(pipeline.aws);
  expect([jobs, objects]).toEqual([[], [expect.stringContaining(uploadId)]]);
});

test.each([
  { what: "another type", type: "text/html", bytes: 5, status: 415, sentence: "Content-Type text/html is not supported for an upload." },
  {
    what: "one byte too many",
    type: "image/png",
    bytes: limit + 1,
    status: 413,
    sentence: "The document has 52428801 bytes; the limit is 52428800 bytes (50 MiB).",
  },
])("an object of $what in the place of an upload is a $status, before it is copied", async ({ type, bytes, status, sentence }) => {
  const pipeline = await createPipeline();
  const uploadId = "0b2f6a1e-7d55-4c11-9a52-6f0f3c1d9b77";
  const object = { body: Buffer.alloc(bytes), headers: { "content-type": type }, checksums: {} };
  await pipeline.aws.bucketStore.put("documents", uploadKey("public", uploadId), object);

  const answer = await postUpload(pipeline, uploadId);

  expect([answer.statusCode, bodyOf(answer)["error"]]).toEqual([status, sentence]);
  expect((await keptIn(pipeline.aws)).objects).toHaveLength(1);
});

test("a JPEG whose size comes after more than a mebibyte of other data is left to OCR", async () => {
  const pipeline = await createPipeline();
  const segment = Buffer.concat([Buffer.from([0xff, 0xe2, 0xff, 0xff]), Buffer.alloc(65_533)]);
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8]), ...Array(17).fill(segment), jpegFile().bytes.subarray(2)]);
  const { uploadId } = await upload(pipeline, { type: "image/jpeg", bytes });

  expect((await postUpload(pipeline, uploadId)).statusCode).toBe(202);
});

test("an upload that changes while it is copied is a 409, and can be sent again", async () => {
  const changes = { left: 1, change: async () => {} };
  const pipeline = await createPipeline({
    before: async ({ operation }) => {
      if (operation === "CopyObject" && changes.left-- > 0) await changes.change();
    },
  });
  const sent = await upload(pipeline, largePng);
  changes.change = async () => {
    await put(pipeline, sent, pngFile({ bytes: 6_000_000, text: "Another page." }).bytes);
  };

  const answers = [await postUpload(pipeline, sent.uploadId), await postUpload(pipeline, sent.uploadId)];

  const sentence = `Upload '${sent.uploadId}' changed while it was read. Send the same request again.`;
  expect(bodyOf(answers[0] ?? {})).toEqual(problem(409, "Conflict", "UploadChanged", sentence));
  expect(answers[1]?.statusCode).toBe(202);
});

test("when the job is deleted, so is an upload that was left, and its id is not found", async () => {
  const pipeline = await createPipeline({
    before: async ({ operation, resource }) => {
      if (operation === "DeleteObject" && resource.includes("/uploads/") && isBroken) throw new Error("out of order");
    },
  });
  let isBroken = true;
  const { uploadId } = await upload(pipeline, largePng);
  const accepted = await postUpload(pipeline, uploadId);
  const { jobId } = bodyOf(accepted);
  isBroken = false;
  expect([accepted.statusCode, (await keptIn(pipeline.aws)).objects.length]).toEqual([202, 2]);

  const deleted = await pipeline.request("delete", about(String(jobId)));
  const again = await postUpload(pipeline, uploadId);

  expect(deleted.statusCode).toBe(204);
  expect(bodyOf(again)).toEqual(notFound(uploadId));
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});
