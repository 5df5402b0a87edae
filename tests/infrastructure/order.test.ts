import { spawnSync } from "node:child_process";
import { readStackConfig } from "@async-text-processing/local";
import { expect, test } from "vitest";
import { projectFolder } from "../support/evaluated-program.ts";

/** What the program tells Pulumi's engine beside the inputs: what a resource depends on, and whether it is protected. */
interface Registered {
  readonly dependsOn: readonly string[];
  readonly isProtected: boolean;
}

/** Loads the program with mocks in the engine's place, and prints a line for each resource: its type and name, and the rest as JSON. */
const load = `
  import { runtime } from "@pulumi/pulumi";
  import mocks from "@pulumi/pulumi/runtime/mocks.js";
  const resourceOf = (urn) => urn.split("::")[2].split("$").at(-1) + " " + urn.split("::")[3];
  const register = mocks.MockMonitor.prototype.registerResource;
  mocks.MockMonitor.prototype.registerResource = function (request, callback) {
    const rest = { dependsOn: request.getDependenciesList().map(resourceOf), isProtected: request.getProtect() };
    console.log(JSON.stringify([request.getType() + " " + request.getName(), rest]));
    return register.call(this, request, callback);
  };
  const computed = { arn: "arn", qualifiedArn: "arn", apiEndpoint: "https://api", executionArn: "arn", name: "name", bucket: "bucket" };
  const network = { vpcId: "vpc", isolatedSubnetIds: ["subnet"], routeTables: [], prefixListId: "pl" };
  let count = 0;
  const newResource = ({ name, inputs }) => ({ id: name, state: { ...computed, ...network, ...inputs, count: count++ } });
  await runtime.setMocks({ newResource, call: () => ({ accountId: "000000000000" }) }, "async-text-processing", "dev", false);
  await import("./index.ts");
  await runtime.disconnect();`;

/** By type and name, such as `aws:dynamodb/table:Table jobs`. */
const registered = new Map<string, Registered>(registrations("privateNetwork=true", "protect=true"));

function registrations(...set: string[]): [string, Registered][] {
  const { values } = readStackConfig(projectFolder, "dev", set);
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify({ ...values, "aws:region": "us-east-1" }) };
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", load], { cwd: projectFolder, env, encoding: "utf8" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("protect: Pulumi itself refuses to delete both tables and the bucket, and nothing else", () => {
  const isProtected = [...registered].filter(([, resource]) => resource.isProtected).map(([name]) => name);

  expect(isProtected.sort()).toEqual([
    "aws:dynamodb/table:Table jobs",
    "aws:dynamodb/table:Table postings",
    "aws:s3/bucket:Bucket documents",
  ]);
});

// Pulumi deletes in the opposite order: the function, then its group, which waits for the interfaces, then the permission to delete them.
test("privateNetwork: a function depends on its security group, and that on the role's permission to manage network interfaces", () => {
  const group = "aws:ec2/securityGroup:SecurityGroup ocr";
  const permission = "aws:iam/rolePolicy:RolePolicy ocr-network";

  expect(registered.get("aws:lambda/function:Function ocr")?.dependsOn).toContain(group);
  expect(registered.get(group)?.dependsOn).toContain(permission);
  expect(registered.get(permission)?.dependsOn).toEqual(["aws:iam/role:Role ocr"]);
});

test("what AWS would overwrite, alarms and the dashboard, waits for functions, of which AWS refuses a second of the same name", () => {
  const functions = [...registered.keys()].filter((name) => name.startsWith("aws:lambda/function:Function "));
  const overwritten = [...registered].filter(([name]) => /^aws:cloudwatch\/(metricAlarm|dashboard):/.test(name));

  expect(overwritten.length).toBeGreaterThan(functions.length);
  for (const [, { dependsOn }] of overwritten) expect(dependsOn).toEqual(expect.arrayContaining(functions));
});
