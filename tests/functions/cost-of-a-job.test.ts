import type { Usage } from "@async-text-processing/local";
import { type Item, itemBytes } from "@async-text-processing/local/testing";
import { expect, test } from "vitest";
import { JobList } from "../../functions/jobs/job-list.ts";
import type { ScannedDocument } from "../../functions/stages/document.ts";
import { run as runOcr } from "../../functions/stages/ocr/run.ts";
import { stages } from "../../functions/stages/registry.ts";
import { heldJob, start } from "../support/held-job.ts";
import { keptIn } from "../support/kept.ts";
import { createPipeline, type PipelineOptions } from "../support/pipeline.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { postUpload, upload } from "../support/uploads.ts";

/** A call of a table by the table's name, one of S3 by `s3`. */
function nameOf(usage: Usage): string | undefined {
  if (usage.kind !== "call" || usage.service === "states") return undefined;
  const table = usage.resource.split("/")[1];
  return `${usage.service === "s3" ? "s3" : table} ${usage.operation}`;
}

/** Runs a job to its end, and counts the calls by service, table and operation. */
async function callsOf(document: string | ScannedDocument, options: PipelineOptions = {}) {
  const calls: Record<string, number> = {};
  const count = (usage: Usage) => {
    const name = nameOf(usage);
    if (name !== undefined) calls[name] = (calls[name] ?? 0) + 1;
  };
  const pipeline = await createPipeline({ ...options, onUsage: count });
  await pipeline.execute(await pipeline.submit(document));
  return calls;
}

const shortText = "The serverless orchestra plays a symphony.";
const longText = "The serverless orchestra plays a wonderful symphony of lambdas. ".repeat(20).trim();
/** One update opens the job, and each stage saves by one; the stages after OCR read the record first. */
const ofRecord = { "jobs PutItem": 1, "jobs UpdateItem": 1 + stages.length, "jobs GetItem": stages.length - 1 };

test.each([
  { what: "a short text", document: shortText, bucket: {} },
  { what: "a long text", document: longText, bucket: { "s3 PutObject": 1, "s3 GetObject": stages.length } },
  {
    what: "a long text that OCR changes",
    document: longText.replaceAll(". ", ".\r\n"),
    bucket: { "s3 PutObject": 2, "s3 GetObject": stages.length },
  },
  { what: "a scan of a short text", document: pngFile({ text: shortText }), bucket: { "s3 PutObject": 1, "s3 GetObject": 1 } },
  { what: "a scan of a long text", document: pngFile({ text: longText }), bucket: { "s3 PutObject": 2, "s3 GetObject": stages.length } },
])(
  "a job of $what costs one put, an update for each stage and one more, and a read for each stage after OCR",
  async ({ document, bucket }) => {
    const calls = await callsOf(document, { relatedDocuments: "off" });

    expect(calls).toEqual({ ...ofRecord, ...bucket });
  },
);

test.each([
  { bytes: 320, bucket: {} },
  { bytes: 321, bucket: { "s3 PutObject": 1, "s3 GetObject": stages.length } },
])("a text of $bytes bytes lives in the record, or in the bucket where it is longer", async ({ bytes, bucket }) => {
  const calls = await callsOf("é".repeat(160) + "!".repeat(bytes - 320), { relatedDocuments: "off" });

  expect(calls).toEqual({ ...ofRecord, ...bucket });
});

test("related documents cost a query for each of at most twelve terms, and one batch of at most eight postings", async () => {
  const calls = await callsOf(
    "Twelve telling terms: zebra orchestra symphony lambda turbine glacier harpsichord volcano mandolin trombone clarinet viola cello.",
  );

  expect(calls).toEqual({ ...ofRecord, "postings Query": 12, "postings BatchWriteItem": 1 });
});

test("the list of jobs costs a caller with an identity one write unit a job, and none at its updates; without one, nothing", async () => {
  const unitsOf = async (authorizer?: object) => {
    const units: number[] = [];
    const pipeline = await createPipeline({ onUsage: (usage) => usage.kind === "call" && units.push(usage.writeUnits) });
    const requestContext = { requestId: "r", http: { method: "POST" }, authorizer } as never;
    await pipeline.request("create", { requestContext, headers: { "content-type": "text/plain" }, body: shortText });
    const ofPut = sum(units.splice(0));
    await pipeline.execute(pipeline.started[0] ?? { jobId: "", generation: "" });
    return { ofPut, ofUpdates: sum(units) };
  };

  const [without, signed] = [await unitsOf(), await unitsOf({ iam: { userId: "AROAEXAMPLE:monday" } })];

  // Of the open jobs' index, one as the entry comes.
  expect(without.ofPut).toBe(2);
  expect(signed).toEqual({ ...without, ofPut: 3 });
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

test("a list of 20 jobs costs half a read unit for its query, and one for each record, with one more to know whether another page follows", async () => {
  const units: number[] = [];
  const pipeline = await createPipeline({ onUsage: (usage) => usage.kind === "call" && units.push(usage.readUnits) });
  for (let job = 10; job < 40; job++)
    await pipeline.jobs.create(heldJob("DONE", { jobId: `job-${job}`, owner: "ann", creationId: `${job}` }));
  units.length = 0;

  const { jobs } = await new JobList(pipeline.aws.documents, "jobs", () => start).page({ owner: "ann", limit: 20 });

  expect([jobs.length, units]).toEqual([20, [0.5, 21]]);
});

test("a new key costs no read", async () => {
  const counted: unknown[] = [];
  const pipeline = await createPipeline({ onUsage: (usage) => counted.push(nameOf(usage)) });

  await pipeline.submit(shortText, { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" });

  expect(counted.filter((name) => name !== undefined)).toEqual(["jobs PutItem"]);
});

const empty = { text: "", confidence: 1 };
const inlineBytes = 320;
const mebibyte = 1_048_576;

/** Letters of Gothic keep their four bytes in every form of Unicode. */
function gothicText(bytes: number, lettersPerWord: number): string {
  const word = (number: number) =>
    Array.from({ length: lettersPerWord }, (_, at) => String.fromCodePoint(0x10330 + ((number * (at + 1) + at) % 26))).join("");
  return Array.from({ length: Math.floor((bytes + 1) / (4 * lettersPerWord + 1)) }, (_, number) => word(number)).join(" ");
}

const latinAlphabetTwice = "abcdefghijklmnopqrstuvwxyz".repeat(2);
const latinWords = Array.from({ length: 7 }, (_, at) => latinAlphabetTwice.slice(at, at + 40)).join(" ");

test.each(
  [
    { what: "1 MiB of Gothic", text: gothicText(mebibyte, 20) },
    { what: "1 MiB of short Gothic words", text: gothicText(mebibyte, 10) },
    { what: "1 MiB of one word", text: "\u{10330}".repeat(mebibyte / 4) },
    { what: "as many bytes as stand in the record, in Gothic", text: gothicText(inlineBytes, 10) },
    { what: "as many bytes as stand in the record, in longer Gothic words", text: gothicText(inlineBytes, 15) },
    { what: "as many bytes as stand in the record, in long words", text: latinWords },
  ].flatMap((row) => [
    { ...row, way: "posted" },
    { ...row, way: "uploaded" },
  ]),
)("a record of $what, $way, stays below 2 KB at every write", { timeout: 30_000 }, async ({ text, way }) => {
  const sizes: number[] = [];
  const look = async () => {
    const { Items } = await pipeline.aws.dynamo.execute("Scan", { TableName: "jobs" });
    for (const item of Items as Item[]) sizes.push(itemBytes(item));
  };
  const ocr = () => {
    const pages = Array.from({ length: 900 }, (_, at) => [at + 1, at % 3 === 0 ? empty : { skipped: "UnsupportedDocument" }] as const);
    return runOcr.join({ pageCount: 901, pages: [[0, { text, confidence: 0.8765 }], ...pages], rest: "" }, new Map());
  };
  const pipeline = await createPipeline({ relatedDocuments: "list", before: look, ...(way === "uploaded" && { stages: { ocr } }) });
  for (let other = 0; other < 6; other++) {
    await pipeline.execute(await pipeline.submit(text.slice(0, 2000).toWellFormed()));
  }
  sizes.length = 0;

  if (way === "posted") await pipeline.submit(text, { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" });
  else await postUpload(pipeline, (await upload(pipeline, pngFile())).uploadId);
  const key = pipeline.started.at(-1) ?? { jobId: "", generation: "" };
  await pipeline.execute(key);
  await look();

  const job = (await keptIn(pipeline.aws)).jobs.find(({ jobId }) => jobId === key.jobId);
  expect(job).toMatchObject({ status: "DONE" });
  expect(job?.uploadId === undefined).toBe(way === "posted");
  expect(Math.max(...sizes)).toBeLessThan(2048);
});
