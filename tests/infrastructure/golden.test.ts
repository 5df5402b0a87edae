import type { DeclaredResource } from "@async-text-processing/local";
import { expect, test } from "vitest";
import { evaluatedProgram, projectFolder } from "../support/evaluated-program.ts";

/** Inputs that stand in a file or a test of their own: policies, the definition, the dashboard. */
const elsewhere = ["policy", "assumeRolePolicy", "definition", "dashboardBody"];

/** A resource and its inputs, a line each. */
function linesOf({ type, name, inputs }: DeclaredResource): string {
  const shown = Object.entries(inputs).filter(([input]) => !elsewhere.includes(input));
  const lines = shown.map(([input, value]) => `  ${input}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [`${type} ${name}`, ...lines.sort()].join("\n").replaceAll(projectFolder, "");
}

test("golden/resources.txt says what the program declares; npm test -- golden -u rewrites it", async () => {
  const { resources } = await evaluatedProgram();

  const page = resources.map(linesOf).sort().join("\n\n");

  await expect(`${page}\n`).toMatchFileSnapshot("golden/resources.txt");
});

test("golden/permissions.txt says exactly what each role may do; npm test -- golden -u rewrites it", async () => {
  const { resources } = await evaluatedProgram("search=true", "auth=iam");
  const policies = resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");

  const page = policies.map(({ name, inputs }) => `${name}\n${grantsOf(JSON.parse(String(inputs["policy"])))}\n`);

  await expect(page.sort().join("\n")).toMatchFileSnapshot("golden/permissions.txt");
});

/** A line for each action on each resource, with the condition where there is one. */
function grantsOf({ Version, Statement, ...rest }: { Version: string; Statement: Record<string, unknown>[] }): string {
  expect([Version, rest]).toEqual(["2012-10-17", {}]);
  const lines = Statement.flatMap(({ Effect, Action, Resource, Condition, ...other }) => {
    expect([Effect, other]).toEqual(["Allow", {}]);
    const condition = Condition === undefined ? "" : ` where ${JSON.stringify(Condition)}`;
    return [Resource].flat().flatMap((resource) => [Action].flat().map((action) => `  ${action} on ${resource}${condition}`));
  });
  return lines.sort().join("\n");
}
