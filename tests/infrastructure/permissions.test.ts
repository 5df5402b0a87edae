import type { Manifest } from "@async-text-processing/local";
import { beforeAll, expect, test } from "vitest";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

let program: Manifest;
beforeAll(async () => {
  program = await evaluatedProgram("search=true", "auth=iam");
});

test("every role has one policy, and no other role has any", () => {
  const roles = program.resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ name }) => `${name}-local`);
  const policies = program.resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => inputs["role"]);

  expect(roles).toEqual(expect.arrayContaining(["find-documents-local", "list-jobs-local"]));
  expect(policies.sort()).toEqual(roles.sort());
});

test.each([
  ["ocr", "lambda.amazonaws.com", undefined],
  ["process-job", "states.amazonaws.com", { StringEquals: { "aws:SourceAccount": "000000000000" } }],
  ["sweeper", "scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": "000000000000" } }],
])("%s can be assumed by %s alone", (name, service, condition) => {
  const { assumeRolePolicy } = inputsOf(program, "aws:iam/role:Role", name);

  const { Statement } = JSON.parse(String(assumeRolePolicy));
  expect(Statement).toHaveLength(1);
  expect(Statement[0]).toMatchObject({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } });
  expect(Statement[0].Condition).toEqual(condition);
});
