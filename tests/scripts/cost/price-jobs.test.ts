import { expect, test } from "vitest";
import { stages } from "../../../functions/stages/registry.ts";
import { asDurableFunction, asSleepingWorker, asStandard } from "../../../scripts/cost/alternatives.ts";
import { expressGigabyteSeconds, gigabyteSeconds, pollsOf, priceJobs, total } from "../../../scripts/cost/price-jobs.ts";
import { noUsage as nothing, type RequestUsage } from "../../../scripts/cost/usage.ts";

const lambda = (name: string, memorySize: number, systemLogLevel?: string) => ({
  ...{ type: "aws:lambda/function:Function", name, id: name, outputs: {} },
  inputs: { memorySize, loggingConfig: { systemLogLevel } },
});
const stateMachine = { type: "aws:sfn/stateMachine:StateMachine", name: "m", id: "m", outputs: {}, inputs: { definition: "{}" } };
const functions = ["create-job", "get-job", "ml-inference", "search"].map((name) => lambda(name, 512));
const manifest = { outputs: {}, resources: [...functions, lambda("ocr", 2048), stateMachine] };

const job: RequestUsage = {
  ...nothing,
  invocations: { "create-job": 1, ocr: 1, "ml-inference": 1, search: 1 },
  calls: { "s3 PutObject": 1, "s3 GetObject": 3 },
  writeUnits: { jobs: 9, postings: 8 },
  readUnits: { jobs: 2 },
  bytes: { executions: 8_974, functions: 948 },
  lines: { executions: 1, functions: 2 },
  states: { entered: 3, traces: 1 },
};
const poll: RequestUsage = {
  ...nothing,
  invocations: { "get-job": 1 },
  readUnits: { jobs: 1 },
  bytes: { requests: 174 },
  lines: { requests: 1 },
};
const functionMilliseconds = { "create-job": 40, "get-job": 10, ocr: 20, "ml-inference": 20, search: 30 };
const traffic = { jobSeconds: 6, pollsPerSecond: 1, functionMilliseconds };
const measurement = { manifest, job, poll };

test("a million jobs of 6 s, polled each second, by the price list", () => {
  const parts = priceJobs(measurement, traffic);

  expect(parts["HTTP API"]).toBeCloseTo(7);
  expect(parts["Lambda requests"]).toBeCloseTo(2);
  expect(parts["Lambda time"]).toBeCloseTo(13.3334 * (0.5 * 0.09 + 2 * 0.02 + 6 * 0.5 * 0.01));
  // The price page's own formula: 50 MB are one chunk of 64 MB.
  expect(parts["Step Functions"]).toBeCloseTo(1 + 6 * 0.0625 * 16.67);
  expect(parts["table writes"]).toBeCloseTo(17 * 0.625);
  expect(parts["table reads"]).toBeCloseTo(8 * 0.125);
  expect(parts["bucket"]).toBeCloseTo(5 + 3 * 0.4);
  expect(parts["log: executions"]).toBeCloseTo(4.5);
  expect(parts["log: functions"]).toBeCloseTo(0.5);
  expect(parts["log: requests"]).toBeCloseTo(0.6);
  expect(parts["traces"]).toBeCloseTo(0.25);
});

test.each([
  { jobSeconds: 0.2, pollsPerSecond: 1, polls: 1 },
  { jobSeconds: 1, pollsPerSecond: 1, polls: 1 },
  { jobSeconds: 6, pollsPerSecond: 1, polls: 6 },
  { jobSeconds: 6.1, pollsPerSecond: 2, polls: 13 },
])("a job of $jobSeconds s, polled $pollsPerSecond times a second, is asked for $polls times", ({ polls, ...given }) => {
  const asked = pollsOf({ ...given, functionMilliseconds: {} });

  expect(asked).toBe(polls);
});

test("a function's time is its waiting, and its work at the share of a core that its memory brings", () => {
  const invocations = { search: 1, ocr: 1 };
  const waits = { "search dynamodb": 2, "search s3": 1, "ocr states": 1 };
  const usage = { ...nothing, invocations, waits, milliseconds: { search: 10, ocr: 10 } };

  const used = gigabyteSeconds(usage, manifest, {});

  // search: 2 x 5 + 25 + 10 x 1769 / 512, begun milliseconds counting whole; ocr has more than one core.
  expect(used).toBeCloseTo(0.5 * 0.07 + 2 * 0.03);
});

test.each([
  { jobSeconds: 0.31, definition: "{}", expected: 0.4 * 0.0625 },
  { jobSeconds: 1, definition: "x".repeat(14_000_001), expected: 0.125 },
])("an execution of $jobSeconds s is billed by 100 ms and 64 MB", ({ jobSeconds, definition, expected }) => {
  const resources = [{ ...stateMachine, inputs: { definition } }];

  const used = expressGigabyteSeconds({ outputs: {}, resources }, { ...traffic, jobSeconds });

  expect(used).toBeCloseTo(expected);
});

test("Lambda's own lines cost nothing once every function logs them at WARN", () => {
  const quiet = manifest.resources.map((resource) => (resource === stateMachine ? resource : lambda(resource.name, 512, "WARN")));

  const loud = priceJobs(measurement, traffic)["log: Lambda's own"];
  const parts = priceJobs({ ...measurement, manifest: { ...manifest, resources: quiet } }, traffic);

  expect(loud).toBeGreaterThan(1);
  expect(parts["log: Lambda's own"]).toBe(0);
});

test("a Standard workflow costs 25 dollars for each of its three states, and logs nothing", () => {
  const parts = asStandard(measurement, traffic);

  expect(parts["Step Functions"]).toBe(75);
  expect(parts["log: executions"]).toBe(0);
  expect(parts["table writes"]).toBeCloseTo(17 * 0.625);
});

test("a durable function costs an operation for each stage, saves two invocations, and has the memory of OCR throughout", () => {
  const parts = asDurableFunction(measurement, traffic);

  expect(parts["durable operations"]).toBe(8 * stages.length);
  expect(parts["Step Functions"]).toBe(0);
  expect(parts["Lambda requests"]).toBeCloseTo(1.6);
  expect(parts["Lambda time"]).toBeCloseTo(13.3334 * (0.5 * 0.04 + 2 * 0.07 + 6 * 0.5 * 0.01));
});

test("a worker that sleeps for 5 s costs its sleep, and as many polls, for any duration of the job", () => {
  const parts = asSleepingWorker(measurement, { ...traffic, jobSeconds: 1 });

  expect(parts["HTTP API"]).toBeCloseTo(7);
  expect(parts["Lambda requests"]).toBeCloseTo(1.6);
  expect(parts["Lambda time"]).toBeCloseTo(13.3334 * (0.5 * 0.04 + 5 * 0.25 + 6 * 0.5 * 0.01));
  expect(parts["table writes"]).toBeCloseTo(3 * 0.625);
  expect(parts["Step Functions"]).toBe(0);
});

test("a total is the sum of its parts", () => {
  const sum = total({ one: 1, half: 0.5 });

  expect(sum).toBe(1.5);
});
