import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { readStackConfig } from "@async-text-processing/local";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { projectFolder } from "../support/evaluated-program.ts";

/** Each version of Node that is on the PATH: a person's `pulumi up` takes theirs, not the one that npm scripts run on. */
const nodes = new Map((process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => versionOf(join(folder, "node"))));

function versionOf(file: string): [version: string, file: string][] {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return [];
  }
  return [[spawnSync(file, ["--version"], { encoding: "utf8" }).stdout.trim(), file]];
}

/** Loads the program as the language host of the Pulumi CLI does, with mocks in the engine's place. */
const load = `
  import { runtime } from "@pulumi/pulumi";
  const computed = { arn: "arn", qualifiedArn: "arn", apiEndpoint: "https://api", executionArn: "arn", name: "name", bucket: "bucket" };
  let count = 0;
  const newResource = ({ name, inputs }) => ({ id: name, state: { ...computed, ...inputs, count: count++ } });
  await runtime.setMocks({ newResource, call: () => ({ accountId: "000000000000" }) }, "async-text-processing", "dev", false);
  await import("./index.ts");
  await runtime.disconnect();
  console.log(count + " resources");`;

test.each([...nodes])("the program loads on Node %s as the Pulumi CLI loads it", (_, node) => {
  const { runtime } = parse(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8"));
  const args = [...runtime.options.nodeargs.split(" "), "--input-type=module", "--eval", load];

  const { values } = readStackConfig(projectFolder, "dev", []);
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify({ ...values, "aws:region": "eu-central-1" }) };

  const { stdout, stderr, status } = spawnSync(node, args, { cwd: projectFolder, env, encoding: "utf8" });

  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d{3} resources\n$/), stderr: "" });
});

test("the program imports no SDK client, nor anything else that only a function needs", async () => {
  const { metafile } = await build({
    ...{ entryPoints: ["index.ts"], absWorkingDir: projectFolder, bundle: true, write: false, metafile: true },
    ...{ platform: "node", format: "esm", packages: "external", logLevel: "silent" },
  });

  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const packages = new Set(imported.map(({ path }) => path).filter((path) => !path.startsWith("node:")));
  expect([...packages].sort()).toEqual(["@pulumi/aws", "@pulumi/awsx", "@pulumi/pulumi", "fastest-levenshtein", "zod", "zod/mini"]);
  expect(Object.keys(metafile.inputs).filter((file) => file.endsWith("run.ts"))).toEqual([]);
});
