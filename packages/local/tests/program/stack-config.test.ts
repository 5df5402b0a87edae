import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readStackConfig } from "../../program/stack-config.ts";

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test.each<{ what: string; yaml?: string; files: Readonly<Record<string, string>>; program: string }>([
  { what: "the file that main names", yaml: "main: app.ts", files: { "app.ts": "", "index.ts": "" }, program: "app.ts" },
  { what: "the folder that main names", yaml: "main: infra/", files: { "infra/index.ts": "", "index.ts": "" }, program: "infra/index.ts" },
  { what: "what package.json names", files: { "package.json": '{ "main": "run.js" }', "run.js": "", "index.ts": "" }, program: "run.js" },
  { what: "index.ts", files: { "package.json": "{}", "index.ts": "", "index.js": "" }, program: "index.ts" },
  { what: "index.js", yaml: "runtime: { name: nodejs }", files: { "index.js": "" }, program: "index.js" },
])("the program is $what", ({ yaml = "", files, program }) => {
  const folder = project({ "Pulumi.yaml": `name: p\n${yaml}`, ...files });

  expect(readStackConfig(folder, "dev", [])).toEqual({ project: "p", folder, program: join(folder, program), values: {} });
});

test.each([
  [{}, /^There is no Pulumi\.yaml in \S+; --project names the project's folder\.$/],
  [{ "Pulumi.yaml": "name: p" }, /^There is no program in \S+: Pulumi\.yaml names none with "main", and there is neither index\.ts nor/],
  [{ "Pulumi.yaml": "name: p\nruntime: python" }, /^The project's runtime is python; npm start runs programs of nodejs only\.$/],
])("a folder with %j is refused in one sentence", (files: Readonly<Record<string, string>>, sentence) => {
  const folder = project(files);

  expect(() => readStackConfig(folder, "dev", [])).toThrow(sentence);
});

test("values are the project's defaults, the stack's over them, and the command line's over both", () => {
  const yaml =
    "name: p\nconfig:\n  a: { default: 1 }\n  b: { default: x }\n  c: plain\n  d: { description: none }\n  engine:key: { value: { e: 2 } }";
  const folder = project({ "Pulumi.yaml": yaml, "Pulumi.test.yaml": "config:\n  p:b: y\n  other:key: [1]\n", "index.ts": "" });

  const { values } = readStackConfig(folder, "test", ["c=given=twice"]);

  expect(values).toEqual({ "p:a": "1", "p:b": "y", "p:c": "given=twice", "other:key": "[1]", "engine:key": '{"e":2}' });
  expect(() => readStackConfig(folder, "test", ["e=1"])).toThrow('There is no config value "e"; Pulumi.yaml describes a, b, c, d.');
});
