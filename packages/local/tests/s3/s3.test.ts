import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { AwsError } from "../../aws.ts";
import { BucketStore } from "../../s3/bucket-store.ts";
import { xmlError } from "../../s3/xml.ts";
import { createLocalAws, type LocalAws } from "../../testing/local-aws.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { listen } from "../../transport/http-server.ts";

const Bucket = "documents";

async function createBucketWith(...keys: string[]): Promise<LocalAws> {
  const aws = await createLocalAws({ buckets: [Bucket] });
  for (const Key of keys) await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));
  return aws;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "s3-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function openStore(folder: string): Promise<BucketStore> {
  const store = new BucketStore({ folder, clock: new ManualClock() });
  await store.createBucket(Bucket);
  return store;
}

const upload = (text: string) => ({ body: Buffer.from(text), headers: {}, checksums: {} });

describe("an upload", () => {
  test("comes back with its type, its metadata, its ETag and its checksum", async () => {
    const aws = await createBucketWith();
    const put = await aws.s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "jobs/a b/scan+1.png",
        Body: "123456789",
        ContentType: "image/png",
        CacheControl: "no-store",
        Metadata: { owner: "public" },
      }),
    );

    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: "jobs/a b/scan+1.png" }));

    // The check values of MD5 and CRC-32 for "123456789": 25f9e794…, cbf43926.
    expect(put).toMatchObject({ ETag: '"25f9e794323b453885f5181f1b624d0b"', ChecksumCRC32: "y/Q5Jg==" });
    expect(got).toMatchObject({
      ETag: '"25f9e794323b453885f5181f1b624d0b"',
      ContentType: "image/png",
      CacheControl: "no-store",
      ContentLength: 9,
      Metadata: { owner: "public" },
      LastModified: new Date("2026-01-01T00:00:00Z"),
      ChecksumCRC32: "y/Q5Jg==",
    });
    expect(await got.Body?.transformToString()).toBe("123456789");
  });

  test.each(["in process", "over HTTP"])("in chunks of a stream is taken apart and verified by its trailer (%s)", async (transport) => {
    const aws = await createBucketWith();
    const server = await listen(aws.account);
    onTestFinished(() => server.close());
    const { s3 } = aws.clientsOf("admin", transport === "over HTTP" ? server.url : undefined);
    const bytes = Buffer.alloc(300_000, "0123456789\r\n");
    const chunks = [bytes.subarray(0, 70_001), bytes.subarray(70_001, 70_002), bytes.subarray(70_002)];

    await s3.send(
      new PutObjectCommand({ Bucket, Key: "stream", Body: Readable.from(chunks), ContentLength: bytes.length, ContentEncoding: "gzip" }),
    );

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "stream" }));
    expect([got.ContentEncoding, got.ChecksumCRC32?.length, got.ContentLength]).toEqual(["gzip", 8, 300_000]);
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
  });

  test("of fewer bytes than it declares is refused", async () => {
    const aws = await createBucketWith();

    const put = aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: Readable.from([Buffer.from("123456789")]), ContentLength: 10 }));

    await expect(put).rejects.toMatchObject({ name: "IncompleteBody" });
    expect(aws.bucketStore.list(Bucket, "")).toEqual([]);
  });

  test.each([
    [{ ChecksumCRC32: "AAAAAA==" }, "BadDigest"],
    [{ ChecksumSHA256: "AAAA" }, "BadDigest"],
    [{ ContentMD5: "JfnnlDI7RTiF9RgfG2JNCw==" }, "BadDigest"],
    [{ ContentMD5: "short" }, "InvalidDigest"],
    [{ ChecksumCRC64NVME: "rosUhgp5mIg=" }, "BadDigest"],
    [{ ChecksumCRC32C: "4waSgw==" }, "BadDigest"],
  ])("with a wrong %j is refused as %s and kept out", async (sums, name) => {
    const aws = await createBucketWith();

    const put = aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "other", ...sums }));

    await expect(put).rejects.toMatchObject({ name });
    expect(aws.bucketStore.list(Bucket, "")).toEqual([]);
  });

  // The check values for "123456789": CRC-32C e3069283, CRC-64/NVME ae8b14860a799888.
  test.each([
    { ChecksumCRC32: "y/Q5Jg==" },
    { ChecksumCRC32C: "4waSgw==" },
    { ChecksumCRC64NVME: "rosUhgp5mIg=" },
    { ChecksumSHA1: "98O8HYCOBHMq32eZZczDTKeuNEE=" },
    { ChecksumSHA256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=" },
  ])("with the right %j is taken, and comes back with it", async (sums) => {
    const aws = await createBucketWith();

    await aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "123456789", ...sums }));

    const got = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: "a", ChecksumMode: "ENABLED" }));
    expect(got).toMatchObject(sums);
  });

  test("with the right Content-MD5 is taken", async () => {
    const aws = await createBucketWith();

    await aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "123456789", ContentMD5: "JfnnlDI7RTiF9RgfG2JNCw==" }));

    expect(aws.bucketStore.head(Bucket, "a").size).toBe(9);
  });
});

describe("conditions", () => {
  test("of two uploads to a free place, one is made", async () => {
    const aws = await createBucketWith();
    const put = (Body: string) => aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body, IfNoneMatch: "*" }));

    const outcomes = await Promise.allSettled([put("first"), put("second")]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } },
    });
  });

  test("an overwrite with If-Match wants that very object", async () => {
    const aws = await createBucketWith("a");
    const { ETag } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: "a" }));
    const put = (Key: string, IfMatch = ETag) => aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: "new", IfMatch }));

    await put("a");

    await expect(put("a")).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(put("absent")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("a read with If-None-Match of what is held is answered 304, with If-Match of another 412", async () => {
    const aws = await createBucketWith("a");
    const { ETag } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: "a" }));

    const unchanged = aws.s3.send(new GetObjectCommand({ Bucket, Key: "a", IfNoneMatch: ETag }));
    const other = aws.s3.send(new GetObjectCommand({ Bucket, Key: "a", IfMatch: '"00000000000000000000000000000000"' }));

    await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(other).rejects.toMatchObject({ name: "PreconditionFailed" });
  });
});

describe("a range", () => {
  test.each([
    ["bytes=0-3", "body", "bytes 0-3/9"],
    ["bytes=5-", "of a", "bytes 5-8/9"],
    ["bytes=-1", "a", "bytes 8-8/9"],
    ["bytes=-100", "body of a", "bytes 0-8/9"],
    ["bytes=5-100", "of a", "bytes 5-8/9"],
    ["bytes=x", "body of a", undefined],
  ])("%s is %s", async (Range, text, ContentRange) => {
    const aws = await createBucketWith("a");

    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: "a", Range }));

    expect([got.ContentRange, got.ContentLength]).toEqual([ContentRange, text.length]);
    expect(await got.Body?.transformToString()).toBe(text);
  });

  test("beyond the end cannot be answered", async () => {
    const aws = await createBucketWith("a");

    await expect(aws.s3.send(new GetObjectCommand({ Bucket, Key: "a", Range: "bytes=9-" }))).rejects.toMatchObject({
      name: "InvalidRange",
      $metadata: { httpStatusCode: 416 },
    });
  });
});

describe("a deletion", () => {
  test("of one object succeeds whether it is there or not", async () => {
    const aws = await createBucketWith("a", "b");

    const there = await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    const gone = await aws.s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));

    expect([there.$metadata.httpStatusCode, gone.$metadata.httpStatusCode]).toEqual([204, 204]);
    await expect(aws.s3.send(new GetObjectCommand({ Bucket, Key: "a" }))).rejects.toMatchObject({ name: "NoSuchKey" });
    expect(aws.bucketStore.list(Bucket, "").map(({ key }) => key)).toEqual(["b"]);
  });

  test("of many names each of them", async () => {
    const aws = await createBucketWith("a", "x & <y>", "kept");
    const Delete = { Objects: [{ Key: "a" }, { Key: "x & <y>" }, { Key: "absent" }] };

    const result = await aws.s3.send(new DeleteObjectsCommand({ Bucket, Delete }));

    expect(result.Deleted).toEqual(Delete.Objects);
    expect(aws.bucketStore.list(Bucket, "").map(({ key }) => key)).toEqual(["kept"]);
  });
});

describe("a copy", () => {
  test("keeps bytes and metadata, or takes new metadata", async () => {
    const aws = await createBucketWith();
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: "uploads/ü 1", Body: "bytes", ContentType: "text/plain", Metadata: { a: "1" } }));
    const copy = (Key: string, more = {}) =>
      aws.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${encodeURIComponent("uploads/ü 1")}`, ...more }));

    const same = await copy("same");
    await copy("other", { MetadataDirective: "REPLACE", ContentType: "image/png", Metadata: { b: "2" } });
    await copy("bare", { MetadataDirective: "REPLACE" });

    const [kept, replaced, bare] = await Promise.all(
      ["same", "other", "bare"].map((Key) => aws.s3.send(new GetObjectCommand({ Bucket, Key }))),
    );
    expect(same.CopyObjectResult).toMatchObject({ ETag: '"4b3a6218bb3e3a7303e8a171a60fcf92"' });
    expect(kept).toMatchObject({ ContentType: "text/plain", Metadata: { a: "1" } });
    expect(replaced).toMatchObject({ ContentType: "image/png", Metadata: { b: "2" } });
    expect(bare).toMatchObject({ ContentType: "binary/octet-stream", Metadata: {} });
    expect(await replaced?.Body?.transformToString()).toBe("bytes");
  });

  test("with CopySourceIfMatch wants the very source", async () => {
    const aws = await createBucketWith("a");
    const { ETag } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key: "a" }));
    const copy = () => aws.s3.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/a`, CopySourceIfMatch: ETag }));
    await copy();
    await aws.s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "changed in between" }));

    await expect(copy()).rejects.toMatchObject({ name: "PreconditionFailed" });
  });
});

test("what is not there is S3's own error", async () => {
  const aws = await createBucketWith();

  await expect(aws.s3.send(new GetObjectCommand({ Bucket, Key: "absent" }))).rejects.toMatchObject({ name: "NoSuchKey", Key: "absent" });
  await expect(aws.s3.send(new HeadObjectCommand({ Bucket, Key: "absent" }))).rejects.toMatchObject({ name: "NotFound" });
  await expect(aws.s3.send(new GetObjectCommand({ Bucket: "no-bucket", Key: "a" }))).rejects.toMatchObject({ name: "NoSuchBucket" });
  await expect(aws.s3.send(new HeadBucketCommand({ Bucket }))).resolves.toBeDefined();
});

test("an error document has no namespace, or Python's clients find no code in it", () => {
  const { body } = xmlError(new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: "a" }), "GET");

  expect(String(body)).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist\.<\/Message><Key>a<\/Key><RequestId>[-0-9a-f]{36}<\/RequestId><\/Error>$/,
  );
});

describe("what is not simulated is refused by name", () => {
  test.each([
    ["the header x-amz-acl", new PutObjectCommand({ Bucket, Key: "a", Body: "a", ACL: "public-read" })],
    ["the header x-amz-server-side-encryption", new PutObjectCommand({ Bucket, Key: "a", Body: "a", ServerSideEncryption: "aws:kms" })],
    ["the header if-modified-since", new GetObjectCommand({ Bucket, Key: "a", IfModifiedSince: new Date(0) })],
    ["the query parameter tagging", new PutObjectTaggingCommand({ Bucket, Key: "a", Tagging: { TagSet: [] } })],
    ["the query parameter versionId", new GetObjectCommand({ Bucket, Key: "a", VersionId: "1" })],
    ["the query parameter fetch-owner", new ListObjectsV2Command({ Bucket, FetchOwner: true })],
    ["the query parameter location", new GetBucketLocationCommand({ Bucket })],
    ["PUT of this kind of bucket resource", new CreateBucketCommand({ Bucket })],
    ["a copy of a version", new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/a?versionId=1` })],
  ])("%s", async (what, command) => {
    const aws = await createBucketWith("a");

    const sent = aws.s3.send(command as GetObjectCommand);

    await expect(sent).rejects.toMatchObject({
      name: "NotImplemented",
      message: `The local S3 does not simulate ${what}.`,
      $metadata: { httpStatusCode: 501 },
    });
  });
});

describe("lifecycle", () => {
  test("deletes what a rule's prefix names at the midnight after its days", async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 10));
    const store = new BucketStore({ clock });
    await store.createBucket(Bucket);
    store.setExpirations(Bucket, [{ prefix: "jobs/", days: 1 }]);
    await store.put(Bucket, "jobs/a", upload("a"));
    await store.put(Bucket, "uploads/a", upload("a"));

    await clock.advance(Date.UTC(2026, 0, 2, 23, 59, 59) - clock.now());
    const before = await store.deleteExpired();
    await clock.advance(1_000);
    const after = await store.deleteExpired();

    expect([before, after]).toEqual([0, 1]);
    expect(store.list(Bucket, "").map(({ key }) => key)).toEqual(["uploads/a"]);
  });
});

describe("in a folder", () => {
  test("objects are there again after a start, half-written ones are gone", async () => {
    const folder = await temporaryFolder();
    const first = await openStore(folder);
    await first.put(Bucket, "jobs/a", { body: Buffer.from("line\nline"), headers: { "content-type": "text/plain" }, checksums: {} });
    await first.put(Bucket, "jobs/b", upload("b"));
    first.delete(Bucket, "jobs/b");
    await writeFile(join(folder, Bucket, "3fb1a9.part"), "half");

    const second = await openStore(folder);

    expect(second.list(Bucket, "").map(({ key }) => key)).toEqual(["jobs/a"]);
    const { object, body } = await second.get(Bucket, "jobs/a");
    expect([body.toString(), object.headers]).toEqual(["line\nline", { "content-type": "text/plain" }]);
    expect(await readdir(join(folder, Bucket))).toHaveLength(1);
  });

  test("no key leads out of the bucket's folder, and every key keeps its bytes", async () => {
    const key = fc.oneof(
      fc.constantFrom("../../out", "/", "..", ".", "a/../b", "C:\\x", "nul\0byte", "\n"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
    );

    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, fc.string(), { maxKeys: 5 }), async (objects) => {
        const folder = await mkdtemp(join(tmpdir(), "s3-"));
        const store = await openStore(folder);
        for (const [name, text] of Object.entries(objects)) await store.put(Bucket, name, upload(text));

        const again = await openStore(folder);
        const read = await Promise.all(
          again.list(Bucket, "").map(async ({ key }) => [key, (await again.get(Bucket, key)).body.toString()]),
        );
        const written = [await readdir(folder), (await readdir(join(folder, Bucket))).length];
        await rm(folder, { recursive: true });

        expect(Object.fromEntries(read)).toEqual(objects);
        expect(written).toEqual([[Bucket], Object.keys(objects).length]);
      }),
      { numRuns: 40 },
    );
  });

  test.each(["..", "Documents", "a", "a..b", "a/b", ""])("a bucket is not called %j", async (name) => {
    const store = new BucketStore({ folder: await temporaryFolder(), clock: new ManualClock() });

    await expect(store.createBucket(name)).rejects.toMatchObject({ name: "InvalidBucketName" });
  });
});
