import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Pulumi, pulumiEnvironment } from "../../../scripts/deploy/pulumi.ts";
import { DeployProject } from "../../support/deploy-project.ts";

let project: DeployProject;
beforeEach(() => {
  project = new DeployProject();
});
afterEach(() => project.close());

test.each(["pulumi", "pulumi.cmd"])("%s is started from a folder with a blank in its name, with its arguments one by one", async (name) => {
  const folder = join(project.folder, "My Tools");
  mkdirSync(folder);
  writeFileSync(join(folder, name), "#!/bin/sh\nprintf '%s|' \"$@\"\n");
  chmodSync(join(folder, name), 0o755);

  const output = await new Pulumi(join(folder, name), project.folder, { PATH: process.env["PATH"] }).read("stack", "output", "--json");

  expect(output).toBe("stack|output|--json|");
});

test("a passphrase of the user's own stays", () => {
  const target = { stack: "dev", region: "eu-west-1", backendUrl: "s3://state" };

  expect(pulumiEnvironment({ PULUMI_CONFIG_PASSPHRASE: "own" }, target)).toMatchObject({ PULUMI_CONFIG_PASSPHRASE: "own" });
  expect(pulumiEnvironment({ PULUMI_CONFIG_PASSPHRASE_FILE: "own" }, target)).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
});

test.each(["deploy", "teardown"])("scripts/%s.sh and .ps1 only call npm, with the arguments that they get", (name) => {
  const read = (extension: string) => readFileSync(new URL(`../../../scripts/${name}.${extension}`, import.meta.url), "utf8");
  const codeOf = (text: string) =>
    text
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("#"));

  expect(codeOf(read("sh"))).toEqual([`cd "$(dirname "$0")/.." && exec npm run ${name} -- "$@"`]);
  expect(read("ps1")).toContain(`& $npm run ${name} -- @args`);
});
