import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { DocumentStore } from "../../../functions/jobs/document-store.ts";
import type { Job } from "../../../functions/jobs/job.ts";
import { ObjectStore } from "../../../functions/jobs/object-store.ts";
import { createStageHandler } from "../../../functions/jobs/stage-handler.ts";
import { mlInference } from "../../../functions/stages/ml-inference/stage.ts";
import { DocumentUnreadableError, ocr } from "../../../functions/stages/ocr/stage.ts";
import type { RegisteredStage } from "../../../functions/stages/registry.ts";
import { search } from "../../../functions/stages/search/stage.ts";
import type { StageFunction } from "../../../functions/stages/stage-function.ts";
import { heldJob, jobId, key, results, start } from "../../support/held-job.ts";
import { keptIn } from "../../support/kept.ts";
import { createPipeline, type PipelineOptions } from "../../support/pipeline.ts";
import { context } from "../../support/process-job.ts";

const longText = "The serverless orchestra plays a wonderful symphony of lambdas. ".repeat(10).trim();

/** A table with one job, and a handler of one stage with all that it reports. */
async function holding(job: Job | undefined, options: PipelineOptions = {}) {
  const pipeline = await createPipeline(options);
  if (job !== undefined) await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item: job }));
  const lines: unknown[] = [];
  const metrics: unknown[] = [];
  const turns = { paced: 0 };
  const services = {
    jobs: pipeline.jobs,
    documents: new DocumentStore(async () => new ObjectStore(pipeline.aws.s3, "documents")),
    logger: { info: record("info"), error: record("error"), warn: record("warn") },
    recordMetrics: (values: object) => void metrics.push(values),
    now: () => start + 7,
    pace: async () => void turns.paced++,
    attemptName: () => "attempt-1",
  };
  function record(level: string) {
    return (message: unknown, fields: unknown) => void lines.push([level, message, fields]);
  }
  const run = <S extends RegisteredStage>(stage: S, work: StageFunction<S>) =>
    createStageHandler(stage, work, services as unknown as Parameters<typeof createStageHandler>[2])(key, context);
  return { pipeline, lines, metrics, turns, run, objects: async () => (await keptIn(pipeline.aws)).objects };
}

const never = (): never => expect.unreachable("There is nothing to do.");

describe("a delivery that has nothing to do reads, runs and counts nothing, and succeeds", () => {
  const done = { ocr: results.ocr };

  test.each([
    ["gone", undefined],
    ["gone", heldJob("IN_PROGRESS", { generation: "another" })],
    ["settled", heldJob("ERROR")],
    ["done already", heldJob("IN_PROGRESS", { result: done })],
  ])("%s", async (outcome, job) => {
    const { pipeline, lines, metrics, turns, run } = await holding(job);

    const answer = await run(ocr, never);

    const log = { jobId, stage: "ocr" };
    expect(answer).toEqual(key);
    expect(lines).toEqual([
      ["info", "Stage start", log],
      ["info", "Stage complete", { ...log, outcome }],
    ]);
    expect([metrics, turns.paced]).toEqual([[], 0]);
    expect(await pipeline.record(jobId)).toEqual(job);
  });
});

describe("the first result of the last stage counts the job as done, and nothing else does", () => {
  const held = (result: Job["result"]) => heldJob("IN_PROGRESS", { result });

  test("ocr", async () => {
    const { metrics, turns, run } = await holding(held({}));

    await run(ocr, () => ({ result: results.ocr }));

    expect([metrics, turns.paced]).toEqual([[], 1]);
  });

  test("ml_inference", async () => {
    const { metrics, run } = await holding(held({ ocr: results.ocr }));

    await run(mlInference, () => ({ result: results.ml_inference }));

    expect(metrics).toEqual([]);
  });

  test("search", async () => {
    const { metrics, lines, run } = await holding(held({ ocr: results.ocr, mlInference: results.ml_inference }));

    await run(search, () => ({ result: results.search }));

    expect(metrics).toEqual([{ JobsDone: 1, JobDuration: 7 }]);
    expect(lines.at(-1)).toEqual(["info", "Stage complete", { jobId, stage: "search", outcome: "written" }]);
  });

  test("a second result of search", async () => {
    const { pipeline, metrics, lines, run } = await holding(held({ ocr: results.ocr, mlInference: results.ml_inference }));
    let undone = 0;

    await run(search, async () => {
      await pipeline.jobs.saveResult(key, "search", results.search);
      return { result: results.search, undo: async () => void undone++ };
    });

    expect([metrics, undone]).toEqual([[], 0]);
    expect(lines.at(-1)).toEqual(["info", "Stage complete", { jobId, stage: "search", outcome: "done already" }]);
  });
});

describe("the text that OCR gives", () => {
  const held = () => heldJob("IN_PROGRESS");

  test("stays where it is, where it is the same", async () => {
    const { pipeline, objects, run } = await holding(held());

    await run(ocr, () => ({ result: results.ocr, text: "good work" }));

    expect(await objects()).toEqual([]);
    expect(await pipeline.record(jobId)).toMatchObject({ text: "good work", result: { ocr: results.ocr } });
  });

  test("is put beside the document, where it is another and long", async () => {
    const { pipeline, objects, run } = await holding(held());

    await run(ocr, () => ({ result: results.ocr, text: longText }));

    const record = await pipeline.record(jobId);
    expect(record?.textObject).toEqual({ name: "ocr-attempt-1", bytes: longText.length });
    expect(record).not.toHaveProperty("text");
    expect(await objects()).toEqual([`jobs/${jobId}/${key.generation}/ocr-attempt-1`]);
  });

  test("is required of a document that is no text", async () => {
    const document = { name: "document", bytes: 3, type: "image/png" } as const;
    const { text, ...rest } = held();
    const { pipeline, run } = await holding({ ...rest, document });
    const object = { body: Buffer.from("png"), headers: {}, checksums: {} };
    await pipeline.aws.bucketStore.put("documents", `jobs/${jobId}/${key.generation}/document`, object);
    const seen: unknown[] = [];

    const failing = run(ocr, (request) => {
      seen.push([request.document, request.remainingMillis()]);
      return { result: results.ocr };
    });

    await expect(failing).rejects.toMatchObject({ name: "StageOutputInvalid" });
    expect(seen).toEqual([[{ type: "image/png", bytes: new Uint8Array(Buffer.from("png")) }, 12_000]]);
  });

  test("is removed again, with all that the stage did, where the job is deleted meanwhile", async () => {
    const { pipeline, objects, lines, run } = await holding(held());
    let undone = 0;

    await run(ocr, async () => {
      await pipeline.jobs.remove(key);
      return { result: results.ocr, text: longText, undo: async () => void undone++ };
    });

    expect(undone).toBe(1);
    expect(await objects()).toEqual([]);
    expect(lines.at(-1)).toEqual(["info", "Stage complete", { jobId, stage: "ocr", outcome: "gone" }]);
  });

  test("is removed again, with all that the stage did, where the job is another one meanwhile that looks the same", async () => {
    const { pipeline, objects, run } = await holding(held());
    const textObject = { name: "ocr-attempt-1", bytes: longText.length };
    let undone = 0;

    await run(ocr, async () => {
      const Item = { ...held(), generation: "another", result: { ocr: results.ocr }, textObject };
      await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item }));
      return { result: results.ocr, text: longText, undo: async () => void undone++ };
    });

    expect(undone).toBe(1);
    expect(await objects()).toEqual([]);
  });

  test("leaves nothing to remove where it is short, and another result was there first", async () => {
    const { pipeline, lines, run } = await holding(held());

    await run(ocr, async () => {
      await pipeline.jobs.saveResult(key, "ocr", results.ocr);
      return { result: results.ocr, text: "another text" };
    });

    expect(lines.at(-1)).toEqual(["info", "Stage complete", { jobId, stage: "ocr", outcome: "done already" }]);
    expect(await pipeline.record(jobId)).toMatchObject({ text: "good work" });
  });

  test("stays, where the write that names it was made and had no answer", async () => {
    let updates = 0;
    const { pipeline, objects, run } = await holding(held(), {
      before: async ({ operation }) => {
        if (operation === "UpdateItem" && ++updates === 2) throw new Error("The connection broke.");
      },
    });
    let undone = 0;

    const failing = run(ocr, async () => {
      await pipeline.aws.documents.send(
        new PutCommand({
          TableName: "jobs",
          Item: { ...held(), result: { ocr: results.ocr }, textObject: { name: "ocr-attempt-1", bytes: longText.length } },
        }),
      );
      return { result: results.ocr, text: longText, undo: async () => void undone++ };
    });

    await expect(failing).rejects.toMatchObject({ name: "StageFailed" });
    expect([undone, await objects()]).toEqual([0, [`jobs/${jobId}/${key.generation}/ocr-attempt-1`]]);
  });
});

describe("a stage that fails", () => {
  const held = () => heldJob("IN_PROGRESS");
  const failing = (error: unknown) => () => {
    throw error;
  };

  test("by an error of its own throws that one", async () => {
    const { metrics, lines, run } = await holding(held());
    const error = new DocumentUnreadableError();

    await expect(run(ocr, failing(error))).rejects.toBe(error);

    expect(metrics).toEqual([{ StageFailures: 1 }]);
    expect(lines.at(-1)).toMatchObject(["error", "Stage failed", { jobId, stage: "ocr", error: "DocumentUnreadable" }]);
  });

  test("by another one throws StageFailed, and logs its name and place, and nothing that it says", async () => {
    const { metrics, lines, run } = await holding(held());

    const outcome = run(ocr, failing(new RangeError("canary\nof two lines")));

    await expect(outcome).rejects.toMatchObject({ name: "StageFailed", message: "The stage failed." });
    expect(metrics).toEqual([{ StageFailures: 1 }]);
    const at = expect.stringMatching(/^at .*stage-handler\.test\.ts:\d+:\d+/);
    expect(lines.at(-1)).toEqual(["error", "Stage failed", { jobId, stage: "ocr", error: "StageFailed", cause: "RangeError", at }]);
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  test.each([
    ["a text", "canary", "string"],
    ["an error whose stack is another one's", Object.assign(new Error("canary"), { stack: "Error: another\n    at here" }), "Error"],
    ["an error whose stack ends with its message", Object.assign(new Error("canary"), { stack: "Error: canary\n    canary" }), "Error"],
    ["an error without a stack", Object.assign(new Error("canary"), { stack: undefined }), "Error"],
  ])("by %s has no place", async (_, error, cause) => {
    const { lines, run } = await holding(held());

    await expect(run(ocr, failing(error))).rejects.toMatchObject({ name: "StageFailed" });

    const fields = { jobId, stage: "ocr", error: "StageFailed", cause, at: undefined };
    expect(lines.at(-1)).toEqual(["error", "Stage failed", fields]);
  });

  test("after its job has ended has nothing to do any more", async () => {
    const { pipeline, metrics, lines, run } = await holding(held());

    const answer = await run(ocr, async () => {
      await pipeline.jobs.close(jobId, "public");
      throw new Error("canary");
    });

    expect([answer, metrics]).toEqual([key, []]);
    expect(lines.slice(1)).toEqual([["info", "Stage complete", { jobId, stage: "ocr", outcome: "settled" }]]);
  });

  test("fails all the same where nobody can say whether its job has ended", async () => {
    const { metrics, run } = await holding(held(), {
      before: async ({ operation }) => {
        if (operation === "GetItem") throw new Error("Out of order.");
      },
    });

    await expect(run(ocr, failing(new Error("canary")))).rejects.toMatchObject({ name: "StageFailed" });

    expect(metrics).toEqual([{ StageFailures: 1 }]);
  });

  test.each([
    ["no work", undefined],
    ["no result", {}],
    ["a result of another shape", { result: { stage: "ocr" } }],
    ["another stage's result", { result: results.search }],
  ])("for %s throws StageOutputInvalid", async (_, work) => {
    const { pipeline, run } = await holding(held());

    await expect(run(ocr, () => work as never)).rejects.toMatchObject({ name: "StageOutputInvalid" });

    expect((await pipeline.record(jobId))?.result).toEqual({});
  });
});
