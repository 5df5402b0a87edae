import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Runtime } from "@async-text-processing/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../../policy/rules.ts";
import { longestPathSeconds, type TimedDefinition } from "../../statemachine/longest-path.ts";
import { inputsOf, projectFolder } from "../support/evaluated-program.ts";
import { copyProject, isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";
import { filesAfter, shown, stepsOf } from "./make-it-yours-steps.ts";

const parts = { replace: stepsOf("Replace a stage"), add: stepsOf("Add a stage") };
const everyStep = [...parts.replace, ...parts.add];
const files = filesAfter(everyStep);
const definitionFile = "statemachine/process-job.asl.json";
const definitionAfter = (steps: typeof everyStep): TimedDefinition => JSON.parse(filesAfter(steps)[definitionFile] ?? "");

const run = promisify(execFile);
const node = (folder: string, script: string, ...args: string[]) => run(process.execPath, [script, ...args], { cwd: folder });

const copy = copyProject(files);
let runtime: Runtime;
let types: ReturnType<typeof node>;
beforeAll(async () => {
  for (const part of ["policy", "tests/support"])
    cpSync(join(projectFolder, part), join(copy.folder, part), { recursive: true, force: false });
  types = node(copy.folder, "node_modules/typescript/bin/tsc", "-p", ".");
  types.catch(() => undefined); // looked at by its test
  runtime = await startLocalRuntime({ project: copy.folder });
});
afterAll(async () => {
  await runtime.stop();
  await types.catch(() => undefined);
  copy.remove();
});

describe("a step", () => {
  const [first, second] = parts.add;

  test("whose text is not there is refused by its name", () => {
    const steps = parts.add.filter(({ name }) => name !== "Add a stage, step 3");
    const twice = [...parts.add, ...parts.add.filter(({ name }) => name === "Add a stage, step 3")];

    expect(() => filesAfter(steps)).not.toThrow();
    expect(() => filesAfter(twice)).toThrow("Add a stage, step 3: the text to replace stands in functions/lib/job.ts 0 times.");
  });

  test("that makes a file makes no second one", () => {
    expect(first?.replace).toBe("nothing");
    expect(() => filesAfter([...parts.add, ...(first ? [first] : [])])).toThrow(`Add a stage, step 1: ${first?.file} is already there.`);
    expect(second?.file).toBe("functions/summary.ts");
  });
});

test("there are as many steps as the page numbers", () => {
  expect(everyStep.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 7 }, (_, at) => `Replace a stage, step ${at + 1}`),
    ...Array.from({ length: 12 }, (_, at) => `Add a stage, step ${at + 1}`),
  ]);
});

test.each([
  { what: "a stage replaced", steps: parts.replace, seconds: 287 },
  { what: "a stage added", steps: parts.add, seconds: 286 },
  { what: "both", steps: everyStep, seconds: 289 },
])("the longest path with $what takes $seconds s", ({ steps, seconds }) => {
  expect(longestPathSeconds(definitionAfter(steps))).toBe(seconds);
});

test("each function gives up before its state does", () => {
  const { States } = definitionAfter(everyStep);
  const timeouts = ["ocr", "ml-inference", "summary", "search"].map(
    (name) => inputsOf(runtime.manifest, "aws:lambda/function:Function", name)["timeout"],
  );

  expect(timeouts).toEqual([75, 11, 6, 10]);
  expect(["OCR", "MLInference", "Summary", "Search"].map((name) => States[name]?.TimeoutSeconds)).toEqual([80, 12, 7, 11]);
});

test.each(shown.filter(({ command }) => command.startsWith("npm run job")))("$command", async ({ command, members }) => {
  const [, text = ""] = /"(.+)"/.exec(command) ?? [];

  const record = await poll(runtime, await submit(runtime, text), isFinal);

  expect(record["status"]).toBe(members["status"] ?? "DONE");
  expect({ ...record, ...(record["result"] as object) }).toMatchObject(members);
});

test("the description knows the new results", async () => {
  const { body } = await request(runtime, "/openapi.json");

  const { components } = body as { components: { schemas: { JobRecord: { properties: { result: { properties: object } } } } } };
  const { properties } = components.schemas.JobRecord.properties.result;
  const [{ members } = { members: {} }] = shown.filter(({ command }) => command.endsWith("/openapi.json"));
  expect(Object.keys(properties)).toEqual(["ocr", "mlInference", "summary", "search"]);
  expect(properties).toMatchObject({ ...members, mlInference: { required: ["stage", "urgency", "urgentWords", "tokenCount"] } });
});

test("the rules pass, and the deploying policy knows every role", () => {
  const { resources } = runtime.manifest;

  const broken = rules.flatMap(({ check }) => check(resources).map(({ message }) => message));

  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ name }) => `arn:aws:iam::*:role/${name}-???????`);
  const policy = JSON.parse(files["docs/deploying-policy.json"] ?? "") as { Statement: { Sid: string; Resource: string[] }[] };
  expect(broken).toEqual([]);
  expect(policy.Statement.find(({ Sid }) => Sid === "Roles")?.Resource).toEqual(expect.arrayContaining(roles));
});

test("the alarm and the lines of the dashboard are there", () => {
  const { dashboardBody } = inputsOf(runtime.manifest, "aws:cloudwatch/dashboard:Dashboard", "overview");
  const alarm = inputsOf(runtime.manifest, "aws:cloudwatch/metricAlarm:MetricAlarm", "summary");

  const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: { properties: { title?: string; metrics?: unknown[][] } }[] };
  const failures = widgets.find(({ properties }) => properties.title === "Failed attempts by stage")?.properties.metrics ?? [];
  expect(failures.map((line) => line[3])).toEqual(["ocr", "ml-inference", "summary", "search"]);
  expect(alarm["threshold"]).toBe(5);
});

test("types, format and lint pass", { timeout: 180_000 }, async () => {
  const code = Object.keys(files).filter((file) => /\.(ts|json)$/.test(file));
  const config = ["--config-path", projectFolder, "--vcs-enabled=false"];

  const lint = await run(join(projectFolder, "node_modules/.bin/biome"), ["check", ...config, ...code], { cwd: copy.folder });

  expect(lint.stdout).toContain(`Checked ${code.length} files`);
  expect((await types).stdout).toBe("");
});
