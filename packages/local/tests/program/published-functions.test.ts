import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Manifest } from "../../program/evaluate-program.ts";
import { PublishedFunctions } from "../../program/published-functions.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

const arn = "arn:aws:lambda:us-east-1:000000000000:function:";
const digestOf = (code: string) => Buffer.from(code.padEnd(32, ".")).toString("hex");

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "project-"));
  mkdirSync(join(project, "node_modules"));
  mkdirSync(join(project, "build"));
  const path = project;
  onTestFinished(() => rmSync(path, { recursive: true }));
});

/** A program of the functions `work` and `work-2`, and of a state machine that names their current versions. */
function programWith(code: string, { publish = true, memorySize = 128 } = {}): Manifest {
  writeFileSync(join(project, "build", "index.mjs"), code);
  const functionOf = (name: string, sha256: string, inputs: object) => ({
    ...{ type: "aws:lambda/function:Function", name, id: name },
    inputs: { ...inputs, publish, code: { archive: join(project, "build"), sha256 } },
    outputs: { arn: arn + name, version: "1", qualifiedArn: `${arn}${name}:1` },
  });
  const definition = JSON.stringify({ Work: `${arn}work:1`, Other: `${arn}work-2:1`, Eleventh: `${arn}work:11` });
  const machine = { type: "aws:sfn/stateMachine:StateMachine", name: "m", id: "m", inputs: { definition }, outputs: {} };
  return {
    resources: [functionOf("work", digestOf(code), { memorySize }), functionOf("work-2", digestOf("same"), {}), machine],
    outputs: { Link: `${arn}work:1` },
  };
}

function publishing() {
  const clock = new ManualClock();
  const folder = join(project, ".local", "code");
  const functions = new PublishedFunctions(folder, project, clock);
  const publish = async (manifest: Manifest) => {
    const published = await functions.publish(manifest);
    await published.taken();
    const [work, , machine] = published.manifest.resources;
    const { Work = "", Other = "", Eleventh = "" } = JSON.parse(String(machine?.inputs["definition"]));
    const versions = [Work, Other, Eleventh].map((name) => name.split(":").at(-1));
    return { work, versions, outputs: published.manifest.outputs, codeOf: () => codeIn(work) };
  };
  const codeIn = (work: Manifest["resources"][number] | undefined) =>
    readFileSync(join(String(Object(work?.inputs["code"]).archive), "index.mjs"), "utf8");
  const copies = () => readdirSync(folder).filter((name) => name !== "node_modules");
  return { functions, clock, folder, publish, copies };
}

test("the code of functions has an absolute path, where the data folder is relative", async () => {
  const functions = new PublishedFunctions(relative(process.cwd(), join(project, "code")), project, new ManualClock());

  const { manifest } = await functions.publish(programWith("one"));

  const archive = String(Object(manifest.resources[0]?.inputs["code"]).archive);
  expect(isAbsolute(archive)).toBe(true);
  expect(readFileSync(join(archive, "index.mjs"), "utf8")).toBe("one");
});

test("a changed function is another version, wherever it is named, and the others are as they were", async () => {
  const { publish } = publishing();

  const first = await publish(programWith("one"));
  const second = await publish(programWith("two"));
  const third = await publish(programWith("two", { memorySize: 256 }));
  const same = await publish(programWith("two", { memorySize: 256 }));
  const back = await publish(programWith("one"));

  expect([first, second, third, same, back].map(({ versions }) => versions)).toEqual([
    ["1", "1", "11"],
    ["2", "1", "11"],
    ["3", "1", "11"],
    ["3", "1", "11"],
    ["4", "1", "11"],
  ]);
  expect(back.work?.outputs).toMatchObject({ version: "4", qualifiedArn: `${arn}work:4`, arn: `${arn}work` });
  expect(back.outputs).toEqual({ Link: `${arn}work:4` });
});

test("a function that publishes nothing keeps its name alone", async () => {
  const { publish } = publishing();

  await publish(programWith("one", { publish: false }));
  const { work } = await publish(programWith("two", { publish: false }));

  expect(work?.outputs).toMatchObject({ version: "1", qualifiedArn: `${arn}work:1` });
});

test("a version that was not taken over leaves no number behind", async () => {
  const { functions, publish } = publishing();
  await publish(programWith("one"));

  await functions.publish(programWith("refused"));
  const { versions } = await publish(programWith("two"));

  expect(versions[0]).toBe("2");
});

test("each version keeps the code that it had, and finds the project's packages", async () => {
  const { publish, folder } = publishing();

  const first = await publish(programWith("one"));
  const second = await publish(programWith("two"));

  expect([first.codeOf(), second.codeOf()]).toEqual(["one", "two"]);
  expect(existsSync(join(folder, "node_modules"))).toBe(true);
});

test("a code that was replaced goes after twenty minutes, one of an earlier process at once", async () => {
  const { publish, copies, clock, folder } = publishing();
  mkdirSync(join(folder, "f".repeat(64)));
  mkdirSync(join(folder, `${"e".repeat(64)}.new`));
  const of = (...codes: string[]) => [...codes, "same"].map(digestOf).sort();

  await publish(programWith("one"));
  const first = copies();
  await publish(programWith("two"));
  await clock.advance(19 * 60_000);
  await publish(programWith("three"));
  const later = copies();
  await clock.advance(60_000);
  await publish(programWith("three", { memorySize: 256 }));

  expect(first).toEqual(of("one"));
  expect(later).toEqual(of("one", "two", "three"));
  expect(copies()).toEqual(of("two", "three"));
});
