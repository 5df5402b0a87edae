import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test.skipIf(process.platform === "win32")("a call that comes when there is no file descriptor left waits until there are some", () => {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "index.mjs"), "export const handler = (event) => event;");
  const program = join(import.meta.dirname, "../support/few-descriptors.ts");

  const output = execFileSync("sh", ["-c", 'ulimit -n 64 && exec "$0" "$@"', process.execPath, program, folder], { encoding: "utf8" });

  expect(JSON.parse(output)).toEqual({ faults: ["EMFILE"], answer: { payload: "2" } });
});
