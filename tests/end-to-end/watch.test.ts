import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Runtime, readStackConfig, systemClock, watchProgram } from "@async-text-processing/local";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConsolePages } from "../support/console-pages.ts";
import { copyProject, isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";

// One runtime, whose program is changed again and again, in the order of these tests.

const copy = copyProject();
const lines: string[] = [];
const faults: unknown[] = [];
const onFault = (error: unknown) => faults.push(error);

let runtime: Runtime;
let pages: ConsolePages;
let stopWatching: () => void;
let held: PromiseWithResolvers<void> | undefined;
let stream: ReadableStreamDefaultReader<Uint8Array>;
beforeAll(async () => {
  const start = ({ onStart }: ConsolePages) =>
    startLocalRuntime({
      ...{ project: copy.folder, isWatched: true, onStart },
      before: async ({ service, resource }) => {
        if (service === "lambda" && resource.includes("ml-inference")) await held?.promise;
      },
    });
  ({ pages, runtime } = await ConsolePages.open(start));
  const readConfig = () => readStackConfig(copy.folder, "dev", ['throttle={"rate": 5000, "burst": 5000}']);
  const print = (line: string) => lines.push(line);
  stopWatching = watchProgram({ ...{ runtime, readConfig, print, onFault }, onConfig: () => undefined, clock: systemClock });
  const { body } = await fetch(`${runtime.apiUrl}/console/api/stream`);
  stream = (body as ReadableStream<Uint8Array>).getReader();
}, 300_000);
afterAll(async () => {
  held?.resolve();
  stopWatching?.();
  await stream?.cancel();
  await pages?.close();
  await runtime?.stop();
  copy.remove();
  expect([...faults, ...(pages?.faults ?? [])]).toEqual([]);
});

/** Changes files of the program all at once, and waits for what the terminal says. */
async function change(...edits: readonly (readonly [file: string, text: string, by: string])[]): Promise<string> {
  const before = lines.length;
  for (const [file, text, by] of edits) {
    const source = readFileSync(join(copy.folder, file), "utf8");
    if (!source.includes(text)) throw new Error(`${file} does not contain ${text}.`);
    writeFileSync(
      join(copy.folder, file),
      source.replace(text, () => by),
    );
  }
  await expect.poll(() => lines.length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before);
  return lines
    .slice(before)
    .join("\n")
    .replaceAll(/\d+ ms/g, "… ms");
}

/** The versions of the inference stage that the definitions name which the executions of a job have in the console. */
async function versionsIn(jobId: string): Promise<readonly (string | undefined)[]> {
  const { body } = await request(runtime, `/console/api/jobs/${jobId}`);
  return (body["executions"] as { definition: string }[]).map(({ definition }) => /ml-inference:(\d+)/.exec(definition)?.[1]);
}

const countOf = (job: Record<string, unknown>): unknown =>
  (job["result"] as { mlInference?: { tokenCount: number } }).mlInference?.tokenCount;
/** Waits until the job that the page shows is done, with so many tokens in its record. */
async function endsWithTokens(page: Page, count: number): Promise<void> {
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
  await page.getByRole("tab", { name: /^Record/ }).click();
  await page
    .getByText(new RegExp(`"tokenCount": ${count}\\b`))
    .first()
    .waitFor();
}

const submitted: string[] = [];
const run = "functions/stages/ml-inference/run.ts";

test("an execution under way ends on the function that it began with, and the next one begins with the new one", async () => {
  held = Promise.withResolvers();
  const first = await submit(runtime, "A good day");
  await poll(runtime, first, ({ status }) => status === "IN_PROGRESS");
  const page = await pages.open(`/jobs/${first}`);

  const line = await change([run, "countWords(text)", "1000 + countWords(text)"]);
  const second = await submit(runtime, "A good day");
  held.resolve();
  submitted.push(first, second);
  const jobs = await Promise.all(submitted.map((jobId) => poll(runtime, jobId, isFinal)));

  expect(line).toBe("Swapped in … ms: Function ml-inference, StateMachine process-job.");
  expect(jobs.map(countOf)).toEqual([3, 1003]);
  expect(await Promise.all(submitted.map(versionsIn))).toEqual([["1"], ["2"]]);
  await endsWithTokens(page, 3);
  await page.getByRole("button", { name: "Run again" }).click(); // on the page that was open before the change
  await page.waitForURL((url) => !url.pathname.includes(first));
  await endsWithTokens(page, 1003);
});

test("a change that does not build is one sentence, and what ran before runs on", async () => {
  const line = await change([run, "1000 +", "1000 + ="]);
  const job = await poll(runtime, await submit(runtime, "A good day"), isFinal);

  expect(line).toContain(`Not swapped: Build failed with 1 error: ${run}:7:`);
  expect(line).not.toContain("\n");
  expect(countOf(job)).toBe(1003);
});

test("the next good change is taken over, with a new route and a new definition; the data is still there", async () => {
  const [definition, file] = ["statemachine/definition.ts", "statemachine/process-job.asl.json"];
  const openApi = '"GET /openapi.json"';

  const line = await change(
    [run, "1000 + =", "2000 +"],
    ["infrastructure/routes.ts", "return { ...routes,", `return { ...routes, "GET /description": routes[${openApi}],`],
    [definition, "Takes a job through its stages.", "Takes a job through all of its stages."],
    [file, "Takes a job through its stages.", "Takes a job through all of its stages."],
  );
  const jobId = await submit(runtime, "A good day");
  const job = await poll(runtime, jobId, isFinal);

  expect(line).toMatch(/^Swapped in … ms: .*Function ml-inference/);
  expect(countOf(job)).toBe(2003);
  expect((await request(runtime, "/description")).body).toHaveProperty("openapi");
  const { stateMachines } = (await request(runtime, "/console/api/stack")).body as { stateMachines: { definition: { Comment: string } }[] };
  expect(stateMachines[0]?.definition.Comment).toMatch(/^Takes a job through all of its stages/);
  expect(await Promise.all([...submitted, jobId].map(versionsIn))).toEqual([["1"], ["2"], ["3"]]);
  const statuses = await Promise.all(submitted.map(async (id) => (await request(runtime, `/jobs/${id}`)).body["status"]));
  expect(statuses).toEqual(["DONE", "DONE"]);
  let told = "";
  while (!told.includes(jobId)) told += Buffer.from((await stream.read()).value ?? expect.unreachable("it was closed")).toString(); // the stream of before all changes
});
