import { afterEach, beforeEach, expect, test } from "vitest";
import { teardown } from "../../scripts/deploy/teardown.ts";
import { DeployProject, stackYaml } from "../support/deploy-project.ts";

const group = "/aws/lambda/letters-dev-ocr";

let project: DeployProject;
beforeEach(async () => {
  project = new DeployProject();
  await project.listen();
  const resources = [
    { type: "pulumi:pulumi:Stack" },
    { type: "aws:cloudwatch/logGroup:LogGroup", outputs: { name: group } },
    { type: "aws:cloudwatch/logGroup:LogGroup" }, // not created yet
    { type: "aws:lambda/function:Function", outputs: { name: { "4dabf18193072939515e22adb298388d": "secret" } } },
  ];
  project.standIn({ "stack export": { output: JSON.stringify({ version: 3, deployment: { resources } }) } });
});
afterEach(() => project.close());

test("--yes destroys the stack, removes it, keeps its file, and looks whether a log is left", async () => {
  const { code, stdout, stderr } = await project.spawn("teardown", ["--yes"]);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Stack dev in eu-central-1, account 123456789012, .*\nThe stack dev is deleted\.\n$/);
  expect(project.calls.map(({ args }) => args.join(" "))).toEqual([
    "version",
    "stack select dev",
    "stack export --stack dev",
    "destroy --stack dev --yes",
    "stack rm dev --preserve-config --yes",
  ]);
  expect(project.awsCalls).toEqual([
    "GetCallerIdentity AKIATESTTESTTESTTEST eu-central-1/sts",
    `${group} AKIATESTTESTTESTTEST eu-central-1/logs`,
  ]);
  expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
});

test("without a terminal and --yes it deletes nothing", async () => {
  const { code, stderr } = await project.run(teardown);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "Nothing was deleted: there is no terminal to ask at, and --yes was not given.\n",
  });
  expect(project.calls.map(({ args }) => args.join(" "))).toEqual(["version", "stack select dev"]);
  expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
});

test.each(["", "y", "no", "YES"])("the answer %j deletes nothing", async (answer) => {
  const { code, stderr } = await project.run(teardown, [], { typed: answer });

  expect({ code, stderr }).toEqual({ code: 1, stderr: "Nothing was deleted.\n" });
  expect(project.calls.map(({ args }) => args.join(" "))).toEqual(["version", "stack select dev"]);
});

test("the answer yes deletes, after a question that says what", async () => {
  const { code, questions } = await project.run(teardown, [], { typed: "yes" });

  expect(code).toBe(0);
  expect(questions).toEqual([
    "This deletes the stack dev in eu-central-1: its API, functions, tables, documents and logs. Type yes to continue: ",
  ]);
  expect(project.calls.map(({ args }) => args[0])).toEqual(["version", "stack", "stack", "destroy", "stack"]);
});

test("a log group that is left is named", async () => {
  project.aws[group] = [200, { logGroups: [{ logGroupName: group }, { logGroupName: `${group}-2` }] }];

  const { code, stderr } = await project.run(teardown, ["--yes"]);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `These log groups are left; delete each with aws logs delete-log-group: ${group}.\n`,
  });
});

test("the log group of a stack with the same prefix is not reported", async () => {
  project.aws[group] = [200, { logGroups: [{ logGroupName: `${group}-2` }] }];

  const { code } = await project.run(teardown, ["--yes"]);

  expect(code).toBe(0);
});

test("where log groups may not be listed, it says so", async () => {
  project.aws[group] = [400, { __type: "com.amazonaws.logs#AccessDeniedException" }];

  const { code, stderr } = await project.run(teardown, ["--yes"]);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "Whether log groups are left is unknown (AccessDeniedException).\n" });
});

test("a stack that does not exist is not created, and nothing else happens", async () => {
  project.standIn({ "stack select": { code: 255 } });

  const { code, stderr } = await project.run(teardown, ["--yes"]);

  expect({ code, stderr }).toEqual({ code: 1, stderr: "pulumi stack select dev ended with 255; its output above says why.\n" });
  expect(project.calls.map(({ args }) => args[0])).toEqual(["version", "stack"]);
});

test("a destroy that fails keeps the stack", async () => {
  project.standIn({ destroy: { code: 1 } });

  const { code, stderr } = await project.run(teardown, ["--yes"]);

  expect({ code, stderr }).toEqual({ code: 1, stderr: "pulumi destroy ended with 1; its output above says why.\n" });
  expect(project.calls.map(({ args }) => args.slice(0, 2).join(" "))).not.toContain("stack rm");
  expect(project.read("Pulumi.dev.yaml")).toBe(stackYaml);
});

test("a protected stack is refused before half of it is gone", async () => {
  project.write("Pulumi.dev.yaml", "config:\n  letters:protect: true\n");

  const { code, stderr } = await project.run(teardown, ["--yes"]);

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "The stack dev is protected: run pulumi config set protect false --stack dev, npm run deploy, and this again.\n",
  });
  expect(project.calls.map(({ args }) => args[0])).toEqual(["version"]);
});
