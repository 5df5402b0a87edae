import { expect, test } from "vitest";
import { ObjectStore } from "../../../functions/jobs/object-store.ts";
import { uploadKey } from "../../../functions/jobs/storage-layout.ts";
import { UploadStore } from "../../../functions/jobs/upload-store.ts";
import { key, start } from "../../support/held-job.ts";
import { keptIn } from "../../support/kept.ts";
import { createPipeline } from "../../support/pipeline.ts";

const uploadId = "9e107d9d-372b-4e1a-a1d5-7f0c2e7b3a10";
const unknown = `Upload '${uploadId}' not found. An upload is kept for one day and becomes one job.`;

/** A bucket with one upload, and a store whose clock is so much later. */
async function holding(seconds = 0) {
  const { aws } = await createPipeline();
  const object = { body: Buffer.from("A page."), headers: { "content-type": "image/png" }, checksums: {} };
  await aws.bucketStore.put("documents", uploadKey("public", uploadId), object);
  return {
    aws,
    uploads: new UploadStore(
      async () => new ObjectStore(aws.s3, "documents"),
      () => start + seconds,
    ),
  };
}

test("an upload is found with all that there is to know of it", async () => {
  const { uploads } = await holding();

  const found = await uploads.find("public", uploadId);

  expect(found).toEqual({
    key: uploadKey("public", uploadId),
    bytes: 7,
    type: "image/png",
    etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
  });
});

test.each([
  [86_399, "found"],
  [86_400, unknown],
  [86_401, unknown],
])("an upload of %i s ago is %s", async (seconds, outcome) => {
  const { uploads } = await holding(seconds);

  const found = await uploads.find("public", uploadId).then(
    () => "found",
    (error: Error) => error.message,
  );

  expect(found).toBe(outcome);
});

test.each([
  ["another owner's", "another", uploadId],
  ["one that was never sent", "public", "00000000-0000-4000-8000-000000000000"],
])("%s upload is not found", async (_, owner, id) => {
  const { uploads } = await holding();

  await expect(uploads.find(owner, id)).rejects.toMatchObject({ code: "UploadNotFound", message: unknown.replace(uploadId, id) });
});

test("an upload is copied while it is the one that was found, and not when another or none is there", async () => {
  const { aws, uploads } = await holding();
  const found = await uploads.find("public", uploadId);

  await uploads.copy(uploadId, found, key, "document");
  const changed = uploads.copy(uploadId, { ...found, etag: '"0"' }, key, "another");
  const outcome = await changed.catch((error: unknown) => error);
  await uploads.remove("public", uploadId);
  await uploads.remove("public", uploadId);

  expect(outcome).toMatchObject({ code: "UploadChanged" });
  await expect(uploads.copy(uploadId, found, key, "third")).rejects.toMatchObject({ code: "UploadNotFound" });
  expect((await keptIn(aws)).objects).toEqual([`jobs/${key.jobId}/${key.generation}/document`]);
});
