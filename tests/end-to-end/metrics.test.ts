import type { Runtime } from "@async-text-processing/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";

const lines: Record<string, unknown>[] = [];
const others: Record<string, unknown>[] = [];

let runtime: Runtime;
beforeAll(async () => {
  // The highest level: Lambda drops what is below it, and lets the metrics through.
  runtime = await startLocalRuntime({ set: ["logLevel=ERROR"] });
  runtime.services.logs.onLine(({ group, message }) => {
    if (message.includes('"_aws"')) lines.push(JSON.parse(message));
    else if (group.startsWith("/aws/lambda/")) others.push(JSON.parse(message));
  });
});
afterAll(() => runtime.stop());

/** The metrics in the functions' logs, by the function that wrote them. */
const recorded = () => lines.map(({ _aws, level: _level, timestamp: _timestamp, ...values }) => values);

test("a job is counted when it is accepted and when it is done, in the stack's namespace", async () => {
  const jobId = await submit(runtime, "A text to be counted");
  await poll(runtime, jobId, isFinal);

  await expect.poll(recorded).toEqual([
    { service: "create-job", JobsAccepted: 1 },
    { service: "search", JobsDone: 1, JobDuration: expect.any(Number) },
  ]);
  expect(JSON.stringify(lines[0]?.["_aws"])).toContain('"Namespace":"async-text-processing/dev"');
});

test("an attempt that fails is counted for its stage", async () => {
  lines.length = 0;
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452000000400000004008000000008fa3d7e9", "hex"); // ends after its header

  const { body } = await request(runtime, "/jobs", { method: "POST", headers: { "content-type": "image/png" }, body: png });
  await poll(runtime, String(body["jobId"]), isFinal);

  await expect.poll(recorded).toEqual([
    { service: "create-job", JobsAccepted: 1 },
    { service: "ocr", StageFailures: 1 },
  ]);
  expect(others).toMatchObject([{ level: "ERROR", message: "Stage failed" }]); // nothing else was logged, of either job
});
