import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPulumi, Pulumi, pulumiEnvironment } from "../../../scripts/deploy/pulumi.ts";
import { DeployProject, inEnvironment } from "../../support/deploy-project.ts";

let project: DeployProject;
beforeEach(() => {
  project = new DeployProject();
});
afterEach(() => project.close());

/** Looks for the CLI in an environment with these variables. */
const found = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") =>
  inEnvironment({ HOME: project.folder, ...env }, () => findPulumi(platform));
const withVersion = (output: string) => {
  project.standIn({ version: { output } });
  return found({ PATH: join(project.folder, "bin") });
};

describe("the Pulumi CLI is found", () => {
  test("on the PATH", async () => {
    expect(await found({ PATH: `/nowhere:${project.folder}/bin` })).toBe("pulumi");
  });

  test("or where its installer puts it", async () => {
    mkdirSync(join(project.folder, ".pulumi", "bin"), { recursive: true });
    const program = join(project.folder, ".pulumi", "bin", "pulumi");
    writeFileSync(program, "#!/bin/sh\necho v3.199.0\n", { mode: 0o755 });

    expect(await found({ PATH: "/nowhere" })).toBe(program);
  });

  test.each([
    ["linux", "curl -fsSL https://get.pulumi.com | sh"],
    ["darwin", "brew install pulumi/tap/pulumi"],
    ["win32", "winget install Pulumi.Pulumi"],
  ] as const)("or a sentence says how to install it on %s", async (platform, command) => {
    await expect(found({ PATH: "/nowhere" }, platform)).rejects.toThrow(
      `The Pulumi CLI was not found on the PATH: install it (${command}) and open a new terminal.`,
    );
  });
});

describe("the version of the Pulumi CLI", () => {
  test.each(["v3.146.0", "v3.146.1\n", "3.147.0", "v3.203.0-alpha.1+abc", "v4.0.0"])("%s is accepted", async (version) => {
    expect(await withVersion(version)).toBe("pulumi");
  });

  test.each([
    ["v3.145.9", "3.145.9"],
    ["v2.90.0", "2.90.0"],
    ["v3.9.100\n", "3.9.100"],
  ])("%s is too old", async (version, said) => {
    await expect(withVersion(version)).rejects.toThrow(
      `Pulumi ${said} is too old for this project, which needs 3.146.0 or newer: reinstall it (curl -fsSL https://get.pulumi.com | sh).`,
    );
  });

  test.each(["", "Usage: pulumi", "version 3.199.0"])("%j is none", async (version) => {
    await expect(withVersion(version)).rejects.toThrow("`pulumi version` prints no version: reinstall the Pulumi CLI (curl");
  });

  test("has to be printed", async () => {
    project.standIn({ version: { code: 1 } });

    await expect(found({ PATH: join(project.folder, "bin") })).rejects.toThrow("`pulumi version` prints no version");
  });
});

test.each(["linux", "win32"] as const)(
  "on %s it is started from a folder with a space in its name, with its arguments one by one",
  async (platform) => {
    const folder = join(project.folder, "My Tools");
    mkdirSync(folder);
    writeFileSync(join(folder, "pulumi"), '#!/bin/sh\nprintf \'"%s|%s|%s"\' "$@"\n');
    chmodSync(join(folder, "pulumi"), 0o755);
    const options = { cwd: project.folder, env: { PATH: process.env["PATH"] } };

    const output = await new Pulumi(join(folder, "pulumi"), platform, options).read("stack", "output", "--json");

    expect(output).toBe("stack|output|--json");
  },
);

test("the user's own passphrase stays", () => {
  const target = { stack: "dev", region: "eu-west-1", backendUrl: "s3://state" };

  expect(pulumiEnvironment({ PULUMI_CONFIG_PASSPHRASE: "own" }, target)).toMatchObject({ PULUMI_CONFIG_PASSPHRASE: "own" });
  expect(pulumiEnvironment({ PULUMI_CONFIG_PASSPHRASE_FILE: "own" }, target)).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
});

test.each(["deploy", "teardown"])("scripts/%s.sh and .ps1 only call npm, with their arguments", (name) => {
  const read = (extension: string) => readFileSync(new URL(`../../../scripts/${name}.${extension}`, import.meta.url), "utf8");
  const codeOf = (text: string) =>
    text
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("#"));

  expect(codeOf(read("sh"))).toEqual([`cd "$(dirname "$0")/.." && exec npm run ${name} -- "$@"`]);
  expect(read("ps1")).toContain(`& $npm run ${name} -- @args`);
});
