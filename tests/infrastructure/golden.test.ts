import type { DeclaredResource } from "@async-text-processing/local";
import { expect, test } from "vitest";
import { evaluatedProgram, projectFolder } from "../support/evaluated-program.ts";

/** What is written out in a test or a file of its own: statements, the definition, what the dashboard draws. */
const elsewhere = ["policy", "assumeRolePolicy", "definition", "dashboardBody"];

/** A resource and its inputs, a line each. */
function linesOf({ type, name, inputs }: DeclaredResource): string {
  const shown = Object.entries(inputs).filter(([input]) => !elsewhere.includes(input));
  const lines = shown.map(([input, value]) => `  ${input}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [`${type} ${name}`, ...lines.sort()].join("\n").replaceAll(projectFolder, "");
}

test("golden/resources.txt says what the program declares; npm test -- golden -u writes it anew", async () => {
  const { resources } = await evaluatedProgram();

  const page = resources.map(linesOf).sort().join("\n\n");

  await expect(`${page}\n`).toMatchFileSnapshot("golden/resources.txt");
});
