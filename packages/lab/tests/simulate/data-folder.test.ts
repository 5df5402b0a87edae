import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@async-text-processing/local";
import { DynamoEngine, type TableDeclaration } from "@async-text-processing/local/testing";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tables } from "../../../../tests/support/tables.ts";
import { checkDataFolder } from "../../simulate/kill/data-folder.ts";
import { SeenJobs } from "../../simulate/kill/seen-jobs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "data-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Content {
  readonly jobs?: readonly object[];
  readonly postings?: readonly object[];
  /** Keys. */
  readonly objects?: readonly string[];
}

/** Writes what a stack that was stopped would have left. @returns what is wrong with it where `known` is the only job. */
async function broken({ jobs = [], postings = [], objects = [] }: Content): Promise<string[]> {
  const engine = await DynamoEngine.open({ clock: systemClock, folder: join(folder, "tables") });
  for (const [at, items] of [jobs, postings].entries()) {
    const table = tables[at] as TableDeclaration;
    const TableName = `${table.TableName}-local`;
    await engine.createTable({ ...table, TableName });
    for (const Item of items) await engine.execute("PutItem", { TableName, Item: marshall(Item) });
  }
  await engine.close();
  const bucket = join(folder, "buckets", "documents-local");
  mkdirSync(bucket, { recursive: true });
  for (const [at, key] of objects.entries()) writeFileSync(join(bucket, String(at)), `${JSON.stringify({ key })}\nbytes`);
  const seen = new SeenJobs();
  const document = { contentType: "text/plain", body: Buffer.from("A text."), isUploaded: false, outcome: "DONE 0 A text." };
  seen.accepted({ key: "a key", document }, { jobId: "known", status: "DONE" });

  await checkDataFolder(folder, seen);

  return seen.failures.map(({ promise, sentence }) => `${promise}: ${sentence}`);
}

test("a job that a client knows is as it should be, with its claim, its posting and its object", async () => {
  const content: Content = {
    jobs: [
      { jobId: "known", version: 6, restarts: 1 },
      { jobId: "claim", claimedBy: "known" },
    ],
    postings: [{ ownerTerm: "public#ice", place: "001#known#g" }],
    objects: ["jobs/known/g/document", "uploads/owner/upload"],
  };

  expect(await broken(content)).toEqual([]);
});

test.each([
  [
    { jobs: [{ jobId: "other", version: 1, restarts: 0 }] },
    "twice: There is a job other, which no client was told of, or which was deleted.",
  ],
  [{ jobs: [{ jobId: "known", version: 8, restarts: 0 }] }, "twice: Job known was written 8 times."],
  [{ jobs: [{ jobId: "claim", claimedBy: "other" }] }, "left behind: There is a claim of the job other, which is not there."],
  [
    { postings: [{ ownerTerm: "public#ice", place: "001#other#g" }] },
    "left behind: There is a posting of the job other, which is not there.",
  ],
  [{ objects: ["jobs/other/g/document"] }, "left behind: There is an object of the job other, which is not there."],
])("it is noticed when there is %j", async (content: Content, expected) => {
  expect(await broken(content)).toEqual([expected]);
});
