import { randomUUID } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Job, JobKey } from "../../functions/jobs/job.ts";
import { objectKey } from "../../functions/jobs/storage-layout.ts";
import type { ScannedDocument } from "../../functions/stages/document.ts";
import { stageNames as order, type StageName } from "../../functions/stages/registry.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { allSchedules, Turnstile } from "../support/turnstile.ts";

const statusesInOrder = ["PENDING", "IN_PROGRESS", "DONE"];

// Longer than a record holds, not in normal form C, and with lines of Windows: each stage writes and reads all that it can.
const text = `${"The cafe\u0301 serves wonderful coffee, and the waiters are kind.\r\n".repeat(20)}`;

/** The fields that must be equal after every order of calls; those that identify the job are left out. */
function comparable(job: Job | undefined): unknown {
  if (job === undefined) return undefined;
  const { jobId, generation, openShard, owner, textObject, ...rest } = job;
  return { ...rest, textBytes: textObject?.bytes };
}

/** Every owner has documents of their own only, so that one run's postings are not related to another's. */
async function newJob(pipeline: Pipeline, document: string | ScannedDocument): Promise<JobKey> {
  const { jobId } = await pipeline.submit(document);
  return copyOf(pipeline, await pipeline.record(jobId));
}

/** Another job in the same state, with an owner of its own: what was kept is copied, and no stage runs again. */
async function copyOf({ aws }: Pipeline, job: Job | undefined): Promise<JobKey> {
  if (job === undefined) throw new Error("There is no job.");
  const key = { jobId: randomUUID(), generation: randomUUID() };
  for (const object of aws.bucketStore.list("documents", objectKey(job, ""))) {
    const { body } = await aws.bucketStore.get("documents", object.key);
    await aws.bucketStore.put("documents", object.key.replace(objectKey(job, ""), objectKey(key, "")), { ...object, body });
  }
  const Item = marshall({ ...job, ...key, owner: `owner-of-${key.jobId}` });
  await aws.dynamo.execute("PutItem", { TableName: "jobs", Item });
  return key;
}

/** The record and the objects: from what is equal, the stages that follow go on to the same end. */
async function leftBehind(pipeline: Pipeline, key: JobKey): Promise<string> {
  const etags = pipeline.aws.bucketStore.list("documents", objectKey(key, "")).map(({ etag }) => etag);
  return JSON.stringify([comparable(await pipeline.record(key.jobId)), etags.sort()]);
}

async function cleanRecord(pipeline: Pipeline, document: string | ScannedDocument): Promise<unknown> {
  const key = await newJob(pipeline, document);
  await pipeline.execute(key);
  return comparable(await pipeline.record(key.jobId));
}

async function controlled(document: string | ScannedDocument) {
  const turnstile = new Turnstile();
  const pipeline = await createPipeline({ actors: ["one", "two"], before: ({ principal }) => turnstile.enter(principal.roleName) });
  return { turnstile, pipeline, clean: await cleanRecord(pipeline, document) };
}

/** The stages after OCR see the same of both. */
const documents: readonly { what: string; document: string | ScannedDocument; charCount: number; stages: readonly StageName[] }[] = [
  { what: "a text", document: text, charCount: 1199, stages: order },
  { what: "a scanned document", document: pngFile({ text }), charCount: 1217, stages: ["ocr"] },
];

describe.each(documents)("of $what", ({ document, charCount, stages }) => {
  test("a clean run ends DONE with every stage's result", async () => {
    const pipeline = await createPipeline();

    const clean = await cleanRecord(pipeline, document);

    expect(clean).toMatchObject({
      status: "DONE",
      result: { ocr: { charCount }, mlInference: { stage: "ml_inference" }, search: { relatedDocumentsFound: 0 } },
    });
  });

  test.each(stages)("two deliveries of %s at once, in every order of their calls, leave the record of one", async (stage) => {
    const { turnstile, pipeline, clean } = await controlled(document);
    const first = await newJob(pipeline, document);
    for (const earlier of order.slice(0, order.indexOf(stage))) await pipeline.runStage(earlier, first);
    const before = await pipeline.record(first.jobId);
    const goneOnFrom = new Set<string>();
    let runs = 0;

    for await (const schedule of allSchedules(400)) {
      runs++;
      const key = await copyOf(pipeline, before);
      await turnstile.race(schedule, {
        one: () => pipeline.runStage(stage, key, "one"),
        two: () => pipeline.runStage(stage, key, "two"),
      });
      const left = await leftBehind(pipeline, key);
      if (goneOnFrom.has(left)) continue;
      goneOnFrom.add(left);
      for (const later of order.slice(order.indexOf(stage) + 1)) await pipeline.runStage(later, key);
      expect(comparable(await pipeline.record(key.jobId)), schedule.toString()).toEqual(clean);
    }

    expect(runs).toBeGreaterThan(5);
  });

  test("two executions at once, their calls in random orders, leave the record of one, whose status only moves forward", async () => {
    const { turnstile, pipeline, clean } = await controlled(document);
    const { jobId } = await newJob(pipeline, document);
    const submitted = await pipeline.record(jobId);

    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), async (choices) => {
        const key = await copyOf(pipeline, submitted);
        const seen: Job[] = [];
        const look = async () => {
          const job = await pipeline.record(key.jobId);
          if (job !== undefined) seen.push(job);
        };
        await turnstile.race(choices, { one: () => pipeline.execute(key, "one"), two: () => pipeline.execute(key, "two") }, look);
        expect(comparable(await pipeline.record(key.jobId))).toEqual(clean);
        const places = seen.map(({ status }) => statusesInOrder.indexOf(status));
        expect(places).toEqual([...places].sort());
        expect(seen.map(({ version }) => version)).toEqual(seen.map(({ version }) => version).sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  const beginnings = Array.from({ length: order.length + 1 }, (_, count) => ({ done: order.slice(0, count) }));
  test.each(beginnings)("an execution that starts again from the beginning after $done leaves the record of one", async ({ done }) => {
    const pipeline = await createPipeline();
    const clean = await cleanRecord(pipeline, document);
    const key = await newJob(pipeline, document);
    for (const stage of done) await pipeline.runStage(stage, key);

    const outcome = await pipeline.execute(key);

    expect(outcome.status).toBe("SUCCEEDED");
    expect(comparable(await pipeline.record(key.jobId))).toEqual(clean);
  });
});
