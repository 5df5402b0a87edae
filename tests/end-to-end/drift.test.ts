import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Runtime } from "@async-text-processing/local";
import { ManualClock } from "@async-text-processing/local/testing";
import { afterEach, expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";
import { copyProject, request, startLocalRuntime } from "../support/local-runtime.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const programFiles = ["index.ts", ...readdirSync(join(projectFolder, "infrastructure")).map((file) => `infrastructure/${file}`)];

/** The one file of the program that has these words, in other words. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): Record<string, string> {
  const texts = programFiles.map((file) => [file, readFileSync(join(projectFolder, file), "utf8")] as const);
  const [found, ...others] = texts.filter(([, text]) => changes.every(([from]) => text.includes(from)));
  if (found === undefined || others.length > 0)
    throw new Error(`Not one file of the program has ${changes[0]?.[0]}, for this test to change.`);
  const [file, text] = found;
  return { [file]: changes.reduce((words, [from, to]) => words.replace(from, to), text) };
}

/** Starts a copy of the project, on a stopped clock. */
async function startChanged(files: Record<string, string>): Promise<{ runtime: Runtime; clock: ManualClock }> {
  const project = copyProject(files);
  stops.push(project.remove);
  const clock = new ManualClock();
  const runtime = await startLocalRuntime({ project: project.folder, clock });
  stops.push(runtime.stop);
  return { runtime, clock };
}

const submitText = (runtime: Runtime) =>
  request(runtime, "/jobs", { method: "POST", headers: { "content-type": "text/plain" }, body: "Drift" });

/** Tells what it runs with, or hangs. */
const probe = `
export const handler = async ({ queryStringParameters }, { memoryLimitInMB }) => {
  if (queryStringParameters?.hang) {
    console.log("hanging");
    await new Promise(() => undefined);
  }
  return { memoryLimitInMB, size: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, drift: process.env.DRIFT };
};
`;

test("a function's timeout, memory and environment are the declared ones", async () => {
  const declared = 'createFunction("get-text", reading)';
  const redeclared =
    'createFunction("get-text", { ...reading, timeoutSeconds: 3, memoryMiB: 192, environment: { ...reading.environment, DRIFT: "yes" } })';
  const { runtime, clock } = await startChanged({ ...changed([declared, redeclared]), "functions/get-text.ts": probe });
  const hangs = new Promise((resolve) => runtime.services.logs.onLine(({ message }) => message.includes("hanging") && resolve(message)));

  const { body } = await request(runtime, "/jobs/a/text");
  let isAnswered = false;
  const hanging = request(runtime, "/jobs/a/text?hang=1").finally(() => {
    isAnswered = true;
  });
  await hangs;
  await clock.advance(2_999);
  const early = isAnswered;
  await clock.advance(1);

  expect(body).toEqual({ memoryLimitInMB: "192", size: "192", drift: "yes" });
  expect([early, (await hanging).status]).toEqual([false, 500]);
});

test("routes and throttle are the declared ones", async () => {
  const { runtime, clock } = await startChanged({
    ...changed(['"GET /jobs/{jobId}/text"', '"GET /jobs/{jobId}/plain"']),
    ...changed([
      "{ throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst }",
      "{ throttlingRateLimit: 1, throttlingBurstLimit: 1 }",
    ]),
  });
  const get = async (path: string) => {
    const { status, body } = await request(runtime, path);
    return [status, body["error"] ?? body["message"]];
  };

  const answers = [await get("/jobs/a/plain"), await get("/jobs/a/text"), await get("/jobs/a/plain")];
  await clock.advance(1_000);
  answers.push(await get("/jobs/a/plain"));

  expect(answers).toEqual([
    [404, "Job 'a' not found"],
    [404, expect.not.stringContaining("Job")],
    [429, "Too Many Requests"],
    [404, "Job 'a' not found"],
  ]);
});

test("a table's key is the declared one", async () => {
  const { runtime } = await startChanged(changed(['hashKey: "jobId"', 'hashKey: "id"'], ['name: "jobId"', 'name: "id"']));

  const { Table } = await runtime.services.dynamodb.execute("DescribeTable", { TableName: "jobs-local" });
  const { status } = await submitText(runtime);

  expect(Table).toMatchObject({ KeySchema: [{ AttributeName: "id", KeyType: "HASH" }] });
  expect(status).toBe(503); // no record has that key
});

test("a permission is the declared one", async () => {
  const { runtime } = await startChanged(
    changed(['jobs.grant("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")', 'jobs.grant("dynamodb:DeleteItem")']),
  );
  const lines: string[] = [];
  runtime.services.logs.onLine(({ message }) => lines.push(message));

  const { status } = await submitText(runtime);

  expect(status).toBe(503);
  expect(lines.join("\n")).toContain("AccessDeniedException");
});
