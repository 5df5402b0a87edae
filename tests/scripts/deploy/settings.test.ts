import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadEnvFile, StackFile, targetOf } from "../../../scripts/deploy/settings.ts";
import { DeployProject, stackYaml } from "../../support/deploy-project.ts";

let project: DeployProject;
beforeEach(() => {
  project = new DeployProject();
});
afterEach(() => project.close());

const target = (env: NodeJS.ProcessEnv, stack = "dev") => targetOf(env, new StackFile(project.folder, stack));

describe(".env", () => {
  test("sets what is not set, and nothing where it is empty", () => {
    project.write(".env", '# keys\nAWS_PROFILE=\nSTACK_NAME=test\nAWS_DEFAULT_REGION="eu-west-1" # Dublin\nA=file\nB=file\n');
    const env = { A: "shell", B: "" };

    loadEnvFile(project.folder, env);

    expect(env).toEqual({ STACK_NAME: "test", AWS_DEFAULT_REGION: "eu-west-1", A: "shell", B: "file" });
  });

  test("is optional", () => {
    const env = {};

    loadEnvFile(`${project.folder}/bin`, env);

    expect(env).toEqual({});
  });

  test("copied from example.env has these variables, and no secret", () => {
    const example = parseEnv(readFileSync(new URL("../../../example.env", import.meta.url), "utf8"));

    expect(example).toEqual({
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_SESSION_TOKEN: "",
      AWS_PROFILE: "",
      AWS_DEFAULT_REGION: "eu-central-1",
      STACK_NAME: "dev",
      PULUMI_BACKEND_URL: "",
      JOB_TOKEN: "",
    });
  });
});

/** The longest that a stack of the project `letters` may have. */
const longStack = "team-a-89012345678901234567890123";

describe("the stack's name", () => {
  test.each(["dev", longStack])("may be %s", (name) => {
    expect(target({ AWS_REGION: "eu-west-1" }, name).stack).toBe(name);
  });

  test.each([`${longStack}4`, "my stack", "org/dev", "dev & calc", "v1.2", "Dev"])("may not be %s", (name) => {
    expect(() => target({ AWS_REGION: "eu-west-1" }, name)).toThrow(
      `STACK_NAME, "${name}", must be 1 to 33 lower-case letters, digits and hyphens, since it is part of the names of functions, roles and buckets.`,
    );
  });
});

describe("the target", () => {
  test("has the region of the stack's file, or else of the environment, as Pulumi has it", () => {
    const env = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
    project.write("Pulumi.other.yaml", "config:\n  aws:region: us-gov-west-1\n");

    expect(target({ AWS_DEFAULT_REGION: "eu-west-2" }).region).toBe("eu-west-2");
    expect(target(env).region).toBe("eu-west-1");
    expect(target(env, "other").region).toBe("us-gov-west-1");
  });

  test("refuses a region that is none", () => {
    expect(() => target({ AWS_DEFAULT_REGION: "Frankfurt" })).toThrow(
      'An AWS region is a code such as eu-central-1, not "Frankfurt": correct AWS_DEFAULT_REGION in .env.',
    );
  });

  test.each([
    [{}, "file://~"],
    [{ PULUMI_BACKEND_URL: "" }, "file://~"],
    [{ PULUMI_BACKEND_URL: "s3://state?region=eu-west-1", CI: "true" }, "s3://state?region=eu-west-1"],
  ])("keeps its state, with %j, in %s", (env, backendUrl) => {
    expect(target({ AWS_REGION: "eu-west-1", ...env }).backendUrl).toBe(backendUrl);
  });
});

describe("the stack's file", () => {
  const salted = `${stackYaml}encryptionsalt: v1:abc=:v1:def\n`;

  test.each([
    ["a salt is removed", stackYaml, salted, stackYaml],
    ["a salt that was there stays", salted, salted, salted],
    ["a file with only a salt is removed", undefined, "encryptionsalt: v1:abc=:v1:def\n", undefined],
    ["a file that was rewritten is restored", stackYaml, "config: {letters:logLevel: INFO}\nencryptionsalt: v1:abc\n", stackYaml],
    ["other changes stay", stackYaml, "config:\n  letters:logLevel: DEBUG\n", "config:\n  letters:logLevel: DEBUG\n"],
  ])("%s", async (_, before, during, after) => {
    const name = before === undefined ? "new" : "dev";
    if (before !== undefined) project.write("Pulumi.dev.yaml", before);
    const file = new StackFile(project.folder, name);

    const result = await file.keptDuring(() => Promise.resolve(project.write(`Pulumi.${name}.yaml`, during)).then(() => "done"));

    expect([result, project.read(`Pulumi.${name}.yaml`)]).toEqual(["done", after]);
  });

  test("that does not exist is not created", async () => {
    const file = new StackFile(project.folder, "new");

    await file.keptDuring(() => Promise.resolve());

    expect(project.read("Pulumi.new.yaml")).toBeUndefined();
  });
});
