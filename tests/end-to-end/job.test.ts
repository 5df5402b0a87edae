import type { PermittedCall, Runtime } from "@async-text-processing/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stageNames, stages } from "../../functions/stages/registry.ts";
import { fileName, memberName } from "../../functions/stages/stage.ts";
import { isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";

const sample = "AWS Lambda is a great serverless compute service";

let runtime: Runtime;
let hold: (call: PermittedCall) => Promise<void> = async () => undefined;
beforeAll(async () => {
  runtime = await startLocalRuntime({ before: (call) => hold(call) });
});
afterAll(() => runtime.stop());

test("the sample text gives the record of the contract", async () => {
  const jobId = await submit(runtime, sample);

  const job = await poll(runtime, jobId, isFinal);

  expect(job).toEqual({
    jobId,
    status: "DONE",
    text: sample,
    createdAt: expect.any(Number),
    updatedAt: expect.any(Number),
    result: expect.objectContaining({
      ocr: { stage: "ocr", charCount: 48, wordCount: 8, preview: sample },
      mlInference: { stage: "ml_inference", sentiment: "POSITIVE", confidence: expect.any(Number), language: "en", tokenCount: 8 },
      search: {
        stage: "search",
        topKeywords: ["aws", "lambda", "serverless", "compute", "service"],
        relatedDocumentsFound: expect.any(Number),
      },
    }),
  });
});

test("a poller sees the job pass from PENDING through every stage to DONE, its results one by one", async () => {
  // Each stage's first call is held until the job has been read as that stage finds it.
  const gates = new Map(stages.map((stage) => [`${fileName(stage)}-local`, Promise.withResolvers<void>()]));
  hold = ({ principal }) => gates.get(principal.roleName)?.promise ?? Promise.resolve();
  const jobId = await submit(runtime, sample);
  const read = (wanted: (job: Record<string, unknown>) => boolean) => poll(runtime, jobId, wanted);

  const polls = [await read(({ status }) => status === "PENDING")];
  for (const [at, stage] of stages.entries()) {
    gates.get(`${fileName(stage)}-local`)?.resolve();
    const next = stageNames[at + 1];
    polls.push(await read((job) => (next === undefined ? isFinal(job) : job["stage"] === next)));
  }

  const members = stages.map((stage) => memberName(stage));
  const seen = polls.map(({ status, stage, result }) => [status, stage, Object.keys(result as object)]);
  expect(seen).toEqual([
    ["PENDING", undefined, []],
    ...stageNames.slice(1).map((name, at) => ["IN_PROGRESS", name, members.slice(0, at + 1)]),
    ["DONE", undefined, members],
  ]);
  expect(seen[1]).toEqual(["IN_PROGRESS", "ml_inference", ["ocr"]]);
});

test("a document found related is counted, and deleting it takes it away again", async () => {
  const text = "The glacier lost ice because warm meltwater lubricated the bedrock beneath the glacier tongue.";
  const first = await submit(runtime, text);
  await poll(runtime, first, isFinal);

  const related = await poll(runtime, await submit(runtime, text), isFinal);
  await request(runtime, `/jobs/${first}`, { method: "DELETE" });
  await request(runtime, `/jobs/${related["jobId"]}`, { method: "DELETE" });
  const alone = await poll(runtime, await submit(runtime, text), isFinal);

  expect(related).toMatchObject({ result: { search: { relatedDocumentsFound: 1 } } });
  expect(alone).toMatchObject({ result: { search: { relatedDocumentsFound: 0 } } });
});

test("a text of 1 MiB passes whole, and its record names where to read it", async () => {
  const text = `${"wörter ".repeat(131_000)}ende`;
  const jobId = await submit(runtime, text);

  const job = await poll(runtime, jobId, isFinal);
  const response = await fetch(`${runtime.apiUrl}${job["textUrl"]}`);

  expect(job).toMatchObject({
    status: "DONE",
    textUrl: `/jobs/${jobId}/text`,
    result: { ocr: { charCount: text.length, wordCount: 131_001 } },
  });
  expect(job).not.toHaveProperty("text");
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await response.text()).toBe(text);
});
