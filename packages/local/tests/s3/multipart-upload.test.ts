import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, test } from "vitest";
import { createLocalAws, type LocalAws } from "../../testing/local-aws.ts";

const at = { Bucket: "documents", Key: "uploads/scan.pdf" };
const fiveMiB = 5 * 1024 * 1024;
const first = Buffer.alloc(fiveMiB, "a");
const last = Buffer.from("the end");

let aws: LocalAws;
let UploadId: string | undefined;
beforeEach(async () => {
  aws = await createLocalAws({ buckets: ["documents"] });
  ({ UploadId } = await aws.s3.send(
    new CreateMultipartUploadCommand({ ...at, ContentType: "application/pdf", Metadata: { owner: "ada" } }),
  ));
});

const putPart = async (PartNumber: number, Body: Buffer) => {
  const { ETag } = await aws.s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
};
const complete = (Parts: { PartNumber: number; ETag?: string | undefined }[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
  aws.s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: Parts as [] }, ...more }));
const keys = async () => (await aws.s3.send(new ListObjectsV2Command({ Bucket: "documents" }))).Contents?.map(({ Key }) => Key);
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();

describe("an upload in parts", () => {
  test("becomes an object once it is completed, in the order of the numbers", async () => {
    const second = await putPart(7, last);
    const parts = [await putPart(2, first), second];
    const before = await keys();

    const { ETag } = await complete(parts, { ChecksumType: "FULL_OBJECT", MpuObjectSize: fiveMiB + 7 });

    const got = await aws.s3.send(new GetObjectCommand(at));
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(before).toBeUndefined();
    expect(bytes.equals(Buffer.concat([first, last]))).toBe(true);
    expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(last)])).toString("hex")}-2"`);
    expect(got).toMatchObject({ ETag, ContentType: "application/pdf", Metadata: { owner: "ada" } });
  });

  test("has the last part that was sent under a number, and none that is not named", async () => {
    await putPart(1, Buffer.from("first try"));
    const again = await putPart(1, last);
    await putPart(2, Buffer.from("left out"));

    await complete([again]);

    const { Body } = await aws.s3.send(new GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe("the end");
  });

  test("that is aborted leaves nothing, and cannot go on", async () => {
    const part = await putPart(1, last);
    await aws.s3.send(new AbortMultipartUploadCommand({ ...at, UploadId }));

    await expect(complete([part])).rejects.toMatchObject({ name: "NoSuchUpload", $metadata: { httpStatusCode: 404 } });
    await expect(putPart(2, last)).rejects.toMatchObject({ name: "NoSuchUpload" });
    expect(await keys()).toBeUndefined();
  });

  test("is gone once it is completed", async () => {
    await complete([await putPart(1, last)]);

    await expect(putPart(2, last)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("belongs to its key", async () => {
    const part = new UploadPartCommand({ ...at, Key: "uploads/other.pdf", UploadId, PartNumber: 1, Body: last });

    await expect(aws.s3.send(part)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });
});

describe("refused, and can be tried again", () => {
  test.each([
    ["no part", "MalformedXML", () => []],
    ["a part that was not sent", "InvalidPart", (one: object) => [one, { PartNumber: 3, ETag: '"0"' }]],
    ["another ETag", "InvalidPart", (one: object) => [{ ...one, ETag: '"0"' }]],
    ["parts out of order", "InvalidPartOrder", (one: object, two: object) => [two, one]],
    ["the same part twice", "InvalidPartOrder", (one: object) => [one, one]],
    ["a small part before the last", "EntityTooSmall", (_: object, two: object) => [two, { ...two, PartNumber: 3 }]],
  ])("a completion with %s: %s", async (_, name, partsOf) => {
    const [one, two] = [await putPart(1, first), await putPart(2, last)];
    await putPart(3, last);

    const refused = complete(partsOf(one, two) as { PartNumber: number }[]);

    await expect(refused).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(await complete([one, two])).toMatchObject(at);
  });

  test("a completion that finds the place taken, where it wants a free one", async () => {
    await aws.s3.send(new PutObjectCommand({ ...at, Body: "taken" }));
    const part = await putPart(1, last);

    await expect(complete([part], { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    expect(await complete([part])).toMatchObject(at);
  });

  test.each([
    ["another size", { MpuObjectSize: 8 }, "InvalidRequest"],
    ["another checksum", { ChecksumCRC32: "AAAAAA==" }, "BadDigest"],
    ["a checksum of checksums", { ChecksumCRC32: "AAAAAA==-1" }, "NotImplemented"],
  ])("a completion that names %s", async (_, more, name) => {
    const part = await putPart(1, last);

    await expect(complete([part], more)).rejects.toMatchObject({ name });
  });

  test.each([0, 10_001])("part number %i", async (number) => {
    await expect(putPart(number, last)).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test.each([
    ["GET of this kind of object resource", () => new ListPartsCommand({ ...at, UploadId })],
    ["a part that is a copy", () => new UploadPartCopyCommand({ ...at, UploadId, PartNumber: 1, CopySource: "documents/a" })],
    ["the query parameter partNumber", () => new GetObjectCommand({ ...at, PartNumber: 1 })],
    ["the header x-amz-acl", () => new CreateMultipartUploadCommand({ ...at, ACL: "public-read" })],
  ])("%s, by name", async (what, command) => {
    const sent = aws.s3.send(command() as GetObjectCommand);

    await expect(sent).rejects.toMatchObject({ name: "NotImplemented", message: `The local S3 does not simulate ${what}.` });
  });
});

test("s3:PutObject allows an upload in parts; aborting one needs a permission of its own", async () => {
  const allow = (Action: string) => ({ Effect: "Allow", Action: [Action], Resource: "arn:aws:s3:::documents/uploads/*" });
  const roles = { writer: [allow("s3:PutObject")], cleaner: [allow("s3:AbortMultipartUpload")] };
  const { clientsOf } = await createLocalAws({ buckets: ["documents"], roles });
  const [writer, cleaner] = [clientsOf("writer").s3, clientsOf("cleaner").s3];
  const abort = (UploadId: string | undefined) => new AbortMultipartUploadCommand({ ...at, UploadId });

  const { UploadId } = await writer.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await writer.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: last }));
  const elsewhere = writer.send(new CreateMultipartUploadCommand({ ...at, Key: "jobs/a" }));
  const other = await writer.send(new CreateMultipartUploadCommand(at));

  await expect(elsewhere).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(writer.send(abort(UploadId))).rejects.toThrow("is not authorized to perform: s3:AbortMultipartUpload");
  await expect(cleaner.send(new CreateMultipartUploadCommand(at))).rejects.toMatchObject({ name: "AccessDenied" });
  const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
  await expect(cleaner.send(new CompleteMultipartUploadCommand({ ...at, UploadId, ...parts }))).rejects.toThrow("s3:PutObject");
  await writer.send(new CompleteMultipartUploadCommand({ ...at, UploadId, ...parts }));
  await expect(cleaner.send(abort(other.UploadId))).resolves.toBeDefined();
});
