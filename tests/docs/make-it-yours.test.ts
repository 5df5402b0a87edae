import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { evaluateProgram, type Runtime, readStackConfig } from "@async-text-processing/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../../policy/policies.ts";
import { longestPathSeconds } from "../../statemachine/longest-path.ts";
import { inputsOf, projectFolder } from "../support/evaluated-program.ts";
import { copyProject, isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";
import { filesAfter, shown, stepsOf } from "./make-it-yours-steps.ts";

const parts = { replace: stepsOf("Replace a stage"), add: stepsOf("Add a stage") };
const everyStep = [...parts.replace, ...parts.add];
const files = filesAfter(everyStep);

/** What may have types that depend on the stages. What has those of Pulumi, a million lines, is evaluated here. */
const knowStages = [
  ...["functions", "statemachine", "scripts/cost/alternatives.ts", "scripts/job/display.ts"],
  ...["tests/functions", "tests/support/held-job.ts"],
];

const run = promisify(execFile);
const copy = copyProject(files);
const inCopy = (script: string, ...args: string[]) => run(process.execPath, [script, ...args], { cwd: copy.folder });

let refusal: unknown;
let runtime: Runtime;
let types: ReturnType<typeof inCopy>;
beforeAll(async () => {
  for (const part of ["policy", "tests/support", "vitest.config.ts"])
    cpSync(join(projectFolder, part), join(copy.folder, part), { recursive: true, force: false });
  const lint = readFileSync(join(projectFolder, "biome.json"), "utf8");
  writeFileSync(join(copy.folder, "biome.json"), lint.replace('"vcs": { "enabled": true', '"vcs": { "enabled": false'));
  const config = readStackConfig(copy.folder, "dev", []);
  const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1:3000" };
  refusal = await evaluateProgram({ config, stack: "dev", location }).catch((error: Error) => error.message);
  for (const command of new Set(everyStep.flatMap((step) => step.command ?? [])))
    await run("npm", command.split(" ").slice(1), { cwd: copy.folder });
  writeFileSync(join(copy.folder, "tsconfig.stages.json"), JSON.stringify({ extends: "./tsconfig.json", include: knowStages }));
  types = inCopy("node_modules/typescript/bin/tsc", "-p", "tsconfig.stages.json", "--incremental", "false");
  types.catch(() => undefined); // looked at by its test
  runtime = await startLocalRuntime({ project: copy.folder });
}, 300_000);
afterAll(async () => {
  await runtime.stop();
  await types.catch(() => undefined);
  copy.remove();
});

test("the page has at most 150 lines, and as many steps as it numbers", () => {
  expect(readFileSync(join(projectFolder, "docs/make-it-yours.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  expect(everyStep.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 4 }, (_, at) => `Replace a stage, step ${at + 1}`),
    ...Array.from({ length: 7 }, (_, at) => `Add a stage, step ${at + 1}`),
  ]);
});

describe("a step", () => {
  const registryStep = parts.add.filter(({ name }) => name === "Add a stage, step 5");

  test("whose text is not there is refused by its name", () => {
    expect(() => filesAfter([...parts.add, ...registryStep])).toThrow(
      "Add a stage, step 5: the text to replace stands in functions/stages/registry.ts 0 times.",
    );
  });

  test("that creates a file creates no second one", () => {
    expect(() => filesAfter([...parts.add, ...parts.add.slice(0, 1)])).toThrow(
      "Add a stage, step 1: functions/stages/summary/stage.ts is already there.",
    );
  });
});

test("a stage is two files and a test, an entry and a line of the registry", () => {
  expect(Object.keys(filesAfter(parts.add))).toEqual([
    "functions/stages/summary/stage.ts",
    "functions/stages/summary/run.ts",
    "tests/functions/stages/summary/run.test.ts",
    "functions/summary.ts",
    "functions/stages/registry.ts",
    "tests/support/held-job.ts",
  ]);
});

test("until the definition is generated again, the start refuses it with one sentence", () => {
  expect(refusal).toBe("statemachine/process-job.asl.json is out of date; write it with `npm run generate`.");
});

test("with both, the stages fit into an execution", () => {
  const definition = JSON.parse(readFileSync(join(copy.folder, "statemachine/process-job.asl.json"), "utf8"));

  // OCR 2 × 82 + 1 + 7, inference and search 3 × 11 + 2 + 7 each, summary 2 × 6 + 1 + 7, SetError 3 × 3 + 3
  expect(longestPathSeconds(definition)).toBe(172 + 42 + 42 + 20 + 12);
});

test.each(shown)("$command", async ({ command, members }) => {
  const [, text = ""] = /"(.+)"/.exec(command) ?? [];

  const record = await poll(runtime, await submit(runtime, text), isFinal);

  expect(record["status"]).toBe(members["status"] ?? "DONE");
  expect({ ...record, ...(record["result"] as object) }).toMatchObject(members);
});

test("the page shows three records", () => {
  expect(shown).toHaveLength(3);
});

test("the description knows the new results", async () => {
  const { body } = await request(runtime, "/openapi.json");

  const { components } = body as { components: { schemas: { JobRecord: { properties: { result: { properties: object } } } } } };
  const { properties } = components.schemas.JobRecord.properties.result;
  expect(Object.keys(properties)).toEqual(["ocr", "mlInference", "summary", "search"]);
  expect(properties).toMatchObject({
    mlInference: { required: ["stage", "urgency", "tokenCount"] },
    summary: { required: ["stage", "sentence"] },
  });
});

test("the rules pass", () => {
  const { resources } = runtime.manifest;

  const broken = rules.flatMap(({ check }) => check(resources).map(({ message }) => message));

  expect(broken).toEqual([]);
});

test("function, alarm and the lines of the dashboard are there", () => {
  const { dashboardBody } = inputsOf(runtime.manifest, "aws:cloudwatch/dashboard:Dashboard", "overview");

  const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: { properties: { title?: string; metrics?: unknown[][] } }[] };
  const failures = widgets.find(({ properties }) => properties.title === "Failed attempts by stage")?.properties.metrics ?? [];
  expect(failures.map((line) => line[3])).toEqual(["ocr", "ml-inference", "summary", "search"]);
  expect(inputsOf(runtime.manifest, "aws:cloudwatch/metricAlarm:MetricAlarm", "summary")["threshold"]).toBe(5);
  expect(inputsOf(runtime.manifest, "aws:lambda/function:Function", "summary")).toMatchObject({ timeout: 5, memorySize: 512 });
  expect(inputsOf(runtime.manifest, "aws:lambda/function:Function", "ml-inference")).toMatchObject({ timeout: 10, memorySize: 2048 });
});

test("the stage's own test, types, format and lint pass", { timeout: 180_000 }, async () => {
  const code = [...Object.keys(files), "statemachine/process-job.asl.json"];

  const lint = await inCopy("node_modules/.bin/biome", "check", ...code);
  const own = await inCopy("node_modules/vitest/vitest.mjs", "run", "tests/functions/stages/summary");

  expect(lint.stdout).toContain(`Checked ${code.length} files`);
  expect(own.stdout).toMatch(/1 passed/);
  expect((await types).stdout).toBe("");
});
