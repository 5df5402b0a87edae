import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine, Runtime } from "@async-text-processing/local";
import { ManualClock } from "@async-text-processing/local/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";
import { results } from "../support/held-job.ts";
import { copyProject, isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";

/** An inference stage that does as the text tells it, and takes a moment for it. */
const stageThatDoesAsTold = `
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { createStageHandler } from "./jobs/stage-handler.ts";
import { stageServices } from "./services/stage-services.ts";
import { mlInference } from "./stages/ml-inference/stage.ts";

const kept = [];
const ways = {
  buffers: () => { for (;;) kept.push(Buffer.alloc(1024 * 1024, 1)); },
  flood: () => { for (let lines = 0; lines < 100; lines++) process.stdout.write("x".repeat(300_000)); process.exit(9); },
};
export const handler = createStageHandler(mlInference, async ({ text }) => {
  await sleep(30);
  ways[text]?.();
  return { result: ${JSON.stringify(results.ml_inference)} };
}, stageServices());
`;

/** The component of the functions, another memory declared. */
function declared(words: string): Record<string, string> {
  const [file, piece] = ["infrastructure/job-function.ts", "memorySize: memoryMiB,"];
  const text = readFileSync(join(projectFolder, file), "utf8");
  if (text.split(piece).length !== 2) throw new Error(`${file} does not say "${piece}" once.`);
  return { [file]: text.replace(piece, words) };
}

const clock = new ManualClock();
const logLines: LogLine[] = [];
const memory = declared('memorySize: name === "ml-inference" ? 256 : memoryMiB,');
const project = copyProject({ "functions/ml-inference.ts": stageThatDoesAsTold, ...memory });
afterAll(() => project.remove());
let runtime: Runtime;

async function start(...set: readonly string[]): Promise<void> {
  runtime = await startLocalRuntime({ project: project.folder, clock, set });
  runtime.services.logs.onLine((line) => logLines.push(line));
  await runtime.warmUp();
}

const stop = () => runtime.stop();

/** The other ways to die are those of any function: the runtime's own tests show that each ends its call by the same error. */
describe("a stage of 256 MB", () => {
  beforeAll(() => start());
  afterAll(stop);

  test.each(["buffers", "flood"])("that dies of %s, twice, ends its job as StageCrashed, while another job is done", async (way) => {
    const failing = await submit(runtime, way);
    const other = await submit(runtime, "all is well");

    const done = await poll(runtime, other, isFinal);
    const failed = await poll(runtime, failing, isFinal, () => clock.advance(10));

    expect(done).toMatchObject({ status: "DONE" });
    expect(failed).toMatchObject({
      status: "ERROR",
      errorCode: "StageCrashed",
      errorMessage: "The stage stopped before it had finished.",
      failedStage: "ml_inference",
    });
  });
});

describe("with one execution reserved for create-job and one for a stage", () => {
  beforeAll(() => start('reservedConcurrency={"create-job": 1, "ml-inference": 1}'));
  afterAll(stop);

  test("20 jobs at once are each done, or end by the name of throttling", async () => {
    const jobIds: string[] = [];
    for (let job = 0; job < 20; job++) jobIds.push(await submit(runtime, `Job ${job} is one of twenty.`));

    const records: Record<string, unknown>[] = [];
    for (const jobId of jobIds) records.push(await poll(runtime, jobId, isFinal, () => clock.advance(50)));
    const endings = records.map(({ status, errorCode }) => (status === "DONE" ? "DONE" : errorCode));

    expect(logLines.filter(({ message }) => message.includes('"Lambda.TooManyRequestsException"')).length).toBeGreaterThan(0);
    expect(endings).toContain("DONE");
    expect(endings.filter((ending) => ending !== "DONE" && ending !== "StageThrottled")).toEqual([]);
  });

  test("of 20 documents posted at once, those that Lambda has no room for are answered 503, and every other one is kept", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"text":"One of many."}' };

    const answers = await Promise.all(Array.from({ length: 20 }, () => request(runtime, "/jobs", init)));
    const refused = answers.filter(({ status }) => status === 503);
    const accepted = answers.filter(({ status }) => status === 202);
    const records: Record<string, unknown>[] = [];
    for (const { body } of accepted) records.push(await poll(runtime, String(body["jobId"]), isFinal, () => clock.advance(50)));

    expect(refused.length).toBeGreaterThan(0);
    expect(refused.map(({ body }) => body)).toEqual(refused.map(() => ({ message: "Service Unavailable" })));
    expect(accepted.length).toBe(20 - refused.length);
    expect(accepted.length).toBeGreaterThan(0);
    expect(records.every(({ status, errorCode }) => status === "DONE" || errorCode === "StageThrottled")).toBe(true);
  });
});
