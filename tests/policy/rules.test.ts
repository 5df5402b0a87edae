import { beforeAll, describe, expect, test } from "vitest";
import { rules } from "../../policy/policies.ts";
import type { Resource } from "../../policy/resource.ts";
import { evaluatedProgram } from "../support/evaluated-program.ts";
import { mutations } from "./mutations.ts";

let plain: readonly Resource[];
let guarded: readonly Resource[];
beforeAll(async () => {
  plain = (await evaluatedProgram("corsOrigins=*", "alarmEmail=ops@example.com", "privateNetwork=true")).resources;
  guarded = (await evaluatedProgram("protect=true")).resources;
});

const found = (resources: readonly Resource[]) =>
  rules.flatMap(({ name, check }) => check(resources).map(({ resource }) => `${name}: ${resource.name}`));

test("the program keeps every rule, with and without protection, and with the settings that cost least", async () => {
  const lean = await evaluatedProgram("relatedDocuments=off", "logLevel=ERROR", "executionLogLevel=ERROR");

  expect(found(plain)).toEqual([]);
  expect(found(guarded)).toEqual([]);
  expect(found(lean.resources)).toEqual([]);
});

test("every rule has a name of its own, and says in one sentence what it asks for", () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  for (const { name, description } of rules)
    expect([name, description]).toEqual([expect.stringMatching(/^[a-z-]+$/), expect.stringMatching(/^[A-Z].+\.$/)]);
});

describe("a change that breaks one rule is found by that rule, at that resource, and by no other", () => {
  test("there is one for every rule", () => {
    expect([...new Set(mutations.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  test.each(mutations)("$rule: $change", ({ rule, type, name, mutate, atFault = [name], isProtected }) => {
    const before = isProtected ? guarded : plain;
    const after = before.flatMap((resource) =>
      (resource.type === type && resource.name === name ? mutate(resource.inputs) : [resource.inputs]).map((inputs) => ({
        ...resource,
        inputs,
      })),
    );

    expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
    expect(found(after)).toEqual(atFault.map((fault) => `${rule}: ${fault}`));
  });
});

test("a violation says in one sentence what is wrong", () => {
  const bare = plain.map((resource) => ({ ...resource, inputs: resource.type.includes("/rolePolicy:") ? resource.inputs : {} }));

  const messages = rules.flatMap(({ check }) => check(bare).map(({ message }) => message));

  expect(messages.length).toBeGreaterThan(rules.length);
  expect(messages.filter((message) => !/^[A-Z][^\n]+\.$/.test(message))).toEqual([]);
});
