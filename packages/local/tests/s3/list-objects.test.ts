import { ListBucketsCommand, ListObjectsCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { createLocalAws, type LocalAws } from "../../testing/local-aws.ts";

const Bucket = "documents";

async function createBucketWith(...keys: string[]): Promise<LocalAws> {
  const aws = await createLocalAws({ buckets: [Bucket] });
  for (const Key of keys) await aws.s3.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));
  return aws;
}

describe("a list", () => {
  test("has the keys with the prefix in the order of their bytes, page by page", async () => {
    // As UTF-16, the order of the last two would be the other way round.
    const keys = ["jobs/1/a", "jobs/1/b & <c>", "jobs/10/a", "jobs/\uff21", "jobs/\u{1f600}"];
    const aws = await createBucketWith(...keys.toReversed(), "other");

    const pages: (string | undefined)[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "jobs/", MaxKeys: 2, ContinuationToken }));
      pages.push(page.Contents?.map(({ Key }) => Key) ?? []);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);

    expect(pages).toEqual([keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)]);
  });

  test("tells size, ETag and time, starts after a key, and may be empty", async () => {
    const aws = await createBucketWith("a", "b");

    const after = await aws.s3.send(new ListObjectsV2Command({ Bucket, StartAfter: "a" }));
    const none = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "c" }));

    expect(after).toMatchObject({
      KeyCount: 1,
      IsTruncated: false,
      Contents: [{ Key: "b", Size: 9, LastModified: new Date("2026-01-01T00:00:00Z") }],
    });
    expect([none.KeyCount, none.Contents]).toEqual([0, undefined]);
  });
});

describe("a list by delimiter", () => {
  const keys = ["a", "a-b", "a/1", "a/2/x", "a/3", "b/1", "b/2", "c"];

  test.each([
    ["", ["a", "a-b", "c"], ["a/", "b/"]],
    ["a/", ["a/1", "a/3"], ["a/2/"]],
    ["a", ["a", "a-b"], ["a/"]],
    ["d", [], []],
  ])("under %j has keys and common prefixes", async (Prefix, found, prefixes) => {
    const aws = await createBucketWith(...keys);

    const list = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: "/" }));

    expect(list.Contents?.map(({ Key }) => Key) ?? []).toEqual(found);
    expect(list.CommonPrefixes?.map((each) => each.Prefix) ?? []).toEqual(prefixes);
    expect([list.KeyCount, list.Delimiter]).toEqual([found.length + prefixes.length, "/"]);
  });

  test("goes on after a common prefix with what follows it, in either version of the list", async () => {
    const aws = await createBucketWith(...keys);
    const pages: unknown[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await aws.s3.send(new ListObjectsV2Command({ Bucket, Delimiter: "/", MaxKeys: 2, ContinuationToken }));
      pages.push([...(page.Contents ?? []).map(({ Key }) => Key), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix)]);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);

    const first = await aws.s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 3 }));
    const second = await aws.s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", Marker: first.NextMarker }));

    expect(pages).toEqual([["a", "a-b"], ["a/", "b/"], ["c"]]);
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "a/", CommonPrefixes: [{ Prefix: "a/" }] });
    expect(second).toMatchObject({ IsTruncated: false, Marker: "a/", Contents: [{ Key: "c" }], CommonPrefixes: [{ Prefix: "b/" }] });
  });

  test("may be encoded, as the AWS CLI asks for it", async () => {
    const aws = await createBucketWith("ü &/a", "ü b");

    const list = await aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "ü ", Delimiter: "/", EncodingType: "url" }));

    expect(list).toMatchObject({ Prefix: "%C3%BC%20", Delimiter: "%2F", EncodingType: "url" });
    expect([list.Contents?.[0]?.Key, list.CommonPrefixes]).toEqual(["%C3%BC%20b", [{ Prefix: "%C3%BC%20%26%2F" }]]);
  });
});

describe("the buckets", () => {
  test("are listed in the order of their names", async () => {
    const aws = await createLocalAws({ buckets: ["uploads", "documents"] });

    const { Buckets } = await aws.s3.send(new ListBucketsCommand({}));

    const CreationDate = new Date("2026-01-01T00:00:00Z");
    expect(Buckets).toEqual([
      { Name: "documents", CreationDate },
      { Name: "uploads", CreationDate },
    ]);
  });

  test("are not listed for a role that may only list the objects of each", async () => {
    const roles = { ocr: [{ Effect: "Allow", Action: "s3:ListBucket", Resource: "*" }] };
    const aws = await createLocalAws({ buckets: [Bucket], roles });

    await expect(aws.clientsOf("ocr").s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining('s3:ListAllMyBuckets on resource: "*"'),
    });
  });
});
