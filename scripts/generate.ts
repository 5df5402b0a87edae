import { globSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "node:path";
import { buildDefinition, definitionFile } from "../statemachine/definition.ts";

/** Roles that are no function's: the state machine's and the schedule's. */
const otherRoles = ["process-job", "sweep-every-minute"];

const write = (file: URL, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Names the role of every function, which Pulumi ends in seven characters of its own, in the policy for deploying. */
function writeDeployingPolicy(): void {
  const file = new URL("../docs/deploying-policy.json", import.meta.url);
  const policy = JSON.parse(readFileSync(file, "utf8")) as { Statement: { Sid: string; Resource: unknown }[] };
  const functions = globSync("*.ts", { cwd: new URL("../functions", import.meta.url) }).map((entry) => parse(entry).name);
  const roles = [...functions, ...otherRoles].sort().map((name) => `arn:aws:iam::*:role/${name}-???????`);
  for (const statement of policy.Statement) if (statement.Sid === "Roles") statement.Resource = roles;
  write(file, policy);
}

write(definitionFile, buildDefinition());
writeDeployingPolicy();
