import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { evaluateProgram, forkEvaluator } from "../../program/evaluate-program.ts";
import { readStackConfig } from "../../program/stack-config.ts";

const location = { region: "us-east-1", accountId: "000000000000", apiUrl: "http://127.0.0.1:3000" };

/** Evaluates a program at once, in a process that is still loading packages. */
function evaluate(program: string) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "program-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: small\nruntime: nodejs\n");
  writeFileSync(join(folder, "index.ts"), program);
  const packages = [createRequire(import.meta.url).resolve("yaml"), join(folder, "gone.js")];
  const evaluator = forkEvaluator(
    folder,
    packages.map((path) => pathToFileURL(path).href),
  );
  const manifest = evaluateProgram({ config: readStackConfig(folder, "dev", []), stack: "dev", location, isWatched: true }, evaluator);
  return { manifest, module: pathToFileURL(join(folder, "index.ts")).href };
}

test("a program is evaluated behind packages that are loaded ahead of it, and its modules are told", async () => {
  const { manifest, module } = evaluate("export const Value: number = 1;");

  const { outputs, modules } = await manifest;

  expect(outputs).toEqual({ Value: 1 });
  expect(modules).toContain(module);
});

test("a syntax error says where it is", async () => {
  const { manifest } = evaluate("export const Value: number = 1;\nconst = 1;\n");

  await expect(manifest).rejects.toThrow(/^index\.ts:2: .*`=`/);
});
