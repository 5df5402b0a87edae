import { expect, test } from "vitest";
import { policies, rules } from "../../policy/policies.ts";
import { evaluatedProgram } from "../support/evaluated-program.ts";

/** Pulumi's report when the policies check the stack's resources. */
async function reported(change: (name: string, inputs: Readonly<Record<string, unknown>>) => object) {
  const { resources } = await evaluatedProgram();
  const seen = resources.map(({ type, name, inputs }) => ({ type, name, urn: `urn:${type}::${name}`, props: change(name, inputs) }));
  const reports: unknown[] = [];
  for (const { name, validateStack } of policies) {
    await validateStack({ resources: seen } as unknown as Parameters<typeof validateStack>[0], (message, urn) =>
      reports.push([name, message, urn]),
    );
  }
  return reports;
}

test("every rule is a policy that stops a deployment", () => {
  expect(policies.map(({ name, description, enforcementLevel }) => ({ name, description, enforcementLevel }))).toEqual(
    rules.map(({ name, description }) => ({ name, description, enforcementLevel: "mandatory" })),
  );
});

test("the stack passes", async () => {
  expect(await reported((_, inputs) => inputs)).toEqual([]);
});

test("a violation is reported at its resource", async () => {
  const reports = await reported((name, inputs) => (name === "ocr" && "runtime" in inputs ? { ...inputs, runtime: "nodejs20.x" } : inputs));

  expect(reports).toEqual([["current-runtime", '"ocr": It runs on nodejs20.x.', "urn:aws:lambda/function:Function::ocr"]]);
});
