import { AwsError } from "@async-text-processing/local";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { DocumentStore } from "../../../functions/jobs/document-store.ts";
import { ObjectStore } from "../../../functions/jobs/object-store.ts";
import { heldJob, jobId, key } from "../../support/held-job.ts";
import { keptIn } from "../../support/kept.ts";
import { createPipeline, type PipelineOptions } from "../../support/pipeline.ts";
import { pngFile } from "../../support/scanned-documents.ts";

async function store(options: PipelineOptions = {}) {
  const { aws } = await createPipeline(options);
  return {
    aws,
    documents: new DocumentStore(async () => new ObjectStore(aws.s3, "documents")),
    objects: async () => (await keptIn(aws)).objects,
  };
}

const keyOf = (name: string) => `jobs/${jobId}/${key.generation}/${name}`;
const longText = "é".repeat(160).concat("!"); // of 321 bytes
const textObject = { name: "document", bytes: 321 };
const { text: _, ...withoutText } = heldJob("IN_PROGRESS");

test("a text of 320 bytes is left to the record, and one of 321 bytes is put into the bucket as UTF-8", async () => {
  const { aws, documents, objects } = await store();

  const short = await documents.put(key, "short", "é".repeat(160));
  const long = await documents.put(key, "document", longText);

  expect([short, long]).toEqual([{ text: "é".repeat(160) }, { textObject }]);
  expect(await objects()).toEqual([keyOf("document")]);
  const { ContentType, Body } = await aws.s3.send(new GetObjectCommand({ Bucket: "documents", Key: keyOf("document") }));
  expect([ContentType, await Body?.transformToString()]).toEqual(["text/plain; charset=utf-8", longText]);
});

test("a scanned document is put into the bucket under its own type, and read back", async () => {
  const { aws, documents } = await store();
  const png = pngFile({ bytes: 100 });

  const place = await documents.put(key, "document", png);

  const document = { name: "document", bytes: 100, type: "image/png" } as const;
  expect(place).toEqual({ document });
  const { ContentType } = await aws.s3.send(new GetObjectCommand({ Bucket: "documents", Key: keyOf("document") }));
  expect(ContentType).toBe("image/png");
  expect(await documents.readDocument({ ...withoutText, document })).toEqual({ type: "image/png", bytes: new Uint8Array(png.bytes) });
});

test.each([
  [4, "Long"],
  [1, "L"],
  [10_000, `Long ${longText}`],
])("of the beginning of %i bytes, as many are read as there are", async (bytes, expected) => {
  const { documents } = await store();
  await documents.put(key, "document", `Long ${longText}`);

  expect(Buffer.from(await documents.readStart(key, "document", bytes)).toString()).toBe(expected);
});

describe("the text of a job", () => {
  test("is read where its record says", async () => {
    const { documents } = await store();
    await documents.put(key, "document", longText);

    const texts = [await documents.read(heldJob("DONE")), await documents.readDocument({ ...withoutText, textObject })];

    expect(texts).toEqual(["good work", longText]);
  });

  test("is refused where the record names none", async () => {
    const { documents } = await store();

    await expect(documents.read(withoutText)).rejects.toThrow("The record names no text.");
  });

  test("may be gone from the bucket, but not from the record", async () => {
    const { documents } = await store();
    const job = { ...withoutText, textObject };
    await documents.put(key, "document", longText);

    const before = await documents.find(job);
    await documents.discard(key, "document");

    expect([before, await documents.find(job), await documents.find(heldJob("DONE"))]).toEqual([longText, undefined, "good work"]);
  });
});

test("what is removed is all of one generation, and nothing of another", async () => {
  const { documents, objects } = await store();
  for (const name of ["document", "ocr-1"]) await documents.put(key, name, longText);
  await documents.put({ jobId, generation: "another" }, "document", longText);

  await documents.removeAll(key);
  await documents.removeAll(key);

  expect(await objects()).toEqual([`jobs/${jobId}/another/document`]);
});

test("objects that S3 does not delete stay, and fail the removal", async () => {
  const { aws, documents } = await store({ before: refuseOne });
  for (const name of ["document", "ocr-1"]) await documents.put(key, name, longText);

  await expect(documents.removeAll(key)).rejects.toThrow();
  expect((await keptIn(aws)).objects).toHaveLength(2);
});

async function refuseOne({ operation }: { readonly operation: string }): Promise<void> {
  if (operation.startsWith("DeleteObject")) throw new AwsError("AccessDenied", "Access Denied", 403);
}
