import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { Recorder, type RecorderLimits } from "../../console/recorder.ts";
import { createLocalAws } from "../../testing/local-aws.ts";
import { Bench, executionArn, machineArn, only, task } from "../step-functions/state-machine.ts";

const table = { name: "jobs", key: "jobId" };

async function recording(limits?: RecorderLimits) {
  const aws = await createLocalAws({ tables: [jobs], buckets: ["documents"] });
  const recorder = new Recorder(
    table,
    () => aws.clock.now(),
    () => 1_024,
    limits,
  );
  aws.account.observe((call) => recorder.call(call));
  const put = (jobId: string, more: object = {}) =>
    aws.documents.send(
      new PutCommand({ TableName: "jobs", Item: { jobId, status: "PENDING", result: {}, text: `Text of ${jobId}`, ...more } }),
    );
  const end = (jobId: string) =>
    aws.documents.send(
      new UpdateCommand({
        TableName: "jobs",
        Key: { jobId },
        UpdateExpression: "SET #status = :done, #result.#ocr = :ocr",
        ExpressionAttributeNames: { "#status": "status", "#result": "result", "#ocr": "ocr" },
        ExpressionAttributeValues: { ":done": "DONE", ":ocr": { stage: "ocr", wordCount: 3 } },
      }),
    );
  return { aws, recorder, put, end };
}

test("a job is known from its first write, and each write says what it changed", async () => {
  const { aws, recorder, put, end } = await recording();
  const changed: string[] = [];
  recorder.onChange((jobId) => changed.push(jobId));

  await put("a");
  await aws.clock.advance(3_000);
  await end("a");

  expect(recorder.jobs).toMatchObject([{ jobId: "a", title: "Text of a", status: "DONE", updatedAt: aws.clock.now() }]);
  const { writes, usage } = recorder.detail("a", {}) ?? {};
  expect(writes?.map(({ operation, writer }) => [operation, writer])).toEqual([
    ["PutItem", "admin"],
    ["UpdateItem", "admin"],
  ]);
  expect(writes?.[1]?.changes).toEqual({
    status: { before: "PENDING", after: "DONE" },
    "result.ocr": { before: undefined, after: { stage: "ocr", wordCount: 3 } },
  });
  expect(usage).toMatchObject({ requests: { "dynamodb PutItem": 1, "dynamodb UpdateItem": 1 }, writeUnits: expect.any(Number) });
  expect(changed).toEqual(["a", "a"]);
});

test("a write that was refused changes nothing, but counts", async () => {
  const { aws, recorder, put } = await recording();
  await put("a");

  const again = new PutCommand({
    TableName: "jobs",
    Item: { jobId: "a", status: "ERROR" },
    ConditionExpression: "attribute_not_exists(jobId)",
  });
  await aws.documents.send(again).catch(() => undefined);

  expect(recorder.summary("a")?.status).toBe("PENDING");
  expect(recorder.detail("a", {})?.usage.requests).toEqual({ "dynamodb PutItem": 2 });
});

test("jobs that end are counted by the second, and those that are open now", async () => {
  const { aws, recorder, put, end } = await recording();
  for (const jobId of ["a", "b", "c"]) await put(jobId);

  await end("a");
  await end("b");
  await aws.clock.advance(2_000);

  expect(recorder.stats.running).toBe(1);
  expect(recorder.stats.perSecond.slice(-3)).toEqual([2, 0, 0]);
});

test("a deleted job is gone, and one that is created again under its id is another", async () => {
  const { aws, recorder, put } = await recording();
  await put("a");
  await aws.documents.send(new DeleteCommand({ TableName: "jobs", Key: { jobId: "a" } }));

  expect(recorder.jobs).toEqual([]);
  await put("a");
  expect(recorder.detail("a", {})?.writes).toHaveLength(1);
});

test("the events of an execution, the lines and the requests of a job are its own", async () => {
  const { recorder, put } = await recording();
  await put("a");
  await put("b");
  const bench = new Bench(only(task("work"), "Work"));
  await bench.execute({ jobId: "a" });
  const execution = { executionArn, stateMachineArn: machineArn, name: "a", input: '{"jobId":"a"}', definition: "{}" };

  for (const run of ["one", "two"]) for (const event of bench.events) recorder.event(execution, run, event);
  recorder.line({ group: "/aws/lambda/ocr", timestamp: 1, message: '{"message":"Stage start","jobId":"a"}' });
  recorder.line({ group: "/aws/lambda/ocr", timestamp: 1, message: '{"jobId": not JSON' });
  recorder.line({ group: "/aws/other", timestamp: 1, message: '{"jobId":"a"}' });
  recorder.call({
    service: "s3",
    operation: "PutObject",
    input: { key: "jobs/a/1/document" },
    caller: "api",
    readUnits: 0,
    writeUnits: 0,
    isRefused: false,
  });

  const detail = recorder.detail("a", {});
  expect(detail?.executions.map(({ events }) => events.length)).toEqual([bench.events.length, bench.events.length]);
  expect(detail?.lines.map(({ functionName }) => functionName)).toEqual(["ocr"]);
  expect(detail?.usage.requests["s3 PutObject"]).toBe(1);
  expect(recorder.detail("b", {})?.executions).toEqual([]);
});

test("records that were there before the start are listed in order of their creation", async () => {
  const { recorder } = await recording();

  recorder.restore({ jobId: "new", status: "DONE", createdAt: 200, updatedAt: 201, result: {} });
  recorder.restore({ jobId: "old", status: "ERROR", createdAt: 100, updatedAt: 101, errorCode: "StageFailed", errorMessage: "It broke." });

  expect(recorder.jobs.map(({ jobId, createdAt }) => [jobId, createdAt])).toEqual([
    ["old", 100_000],
    ["new", 200_000],
  ]);
  expect(recorder.summary("old")?.detail).toBe("StageFailed · It broke.");
});

test("what is kept is bounded: jobs, their details, and the length of texts", async () => {
  const { recorder, put } = await recording({ jobs: 100, characters: 40_000, charactersOfOne: 3_000 });
  const line = JSON.stringify({ jobId: "job-299", message: "x".repeat(900) });

  for (let at = 0; at < 300; at++) {
    await put(`job-${at}`, { text: "long ".repeat(10_000) });
  }
  for (let at = 0; at < 50; at++) recorder.line({ group: "/aws/lambda/ocr", timestamp: at, message: line });

  expect(recorder.jobs.length).toBeLessThanOrEqual(100);
  expect(recorder.summary("job-299")?.status).toBe("PENDING");
  const kept = recorder.jobs.map(({ jobId }) => JSON.stringify(recorder.detail(jobId, {})).length);
  expect(kept.reduce((sum, length) => sum + length, 0)).toBeLessThan(120_000);
  expect(recorder.detail("job-299", {})?.lines.length).toBeLessThan(4);
});

test("a job that has expired is gone, whether DynamoDB has deleted it or not, and its going is told", () => {
  let now = 1_000_000;
  const recorder = new Recorder(
    { ...table, expiry: "expiresAt" },
    () => now,
    () => 128,
  );
  const changed: string[] = [];
  recorder.restore({ jobId: "late", status: "DONE", expiresAt: 999 });
  recorder.restore({ jobId: "soon", status: "DONE", expiresAt: 1_060 });
  recorder.restore({ jobId: "kept", status: "DONE", expiresAt: 5_000 });
  recorder.onChange((jobId) => changed.push(jobId));
  const known = () => recorder.jobs.map(({ jobId }) => jobId).toSorted();

  expect(known()).toEqual(["kept", "soon"]);
  now += 60_000;
  recorder.forgetExpired();

  expect([known(), changed, recorder.summary("soon")]).toEqual([["kept"], ["soon"], undefined]);
});
