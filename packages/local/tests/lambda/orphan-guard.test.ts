import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isRunning, until } from "./test-function.ts";

test.runIf(process.platform !== "win32")("a function in an endless loop ends with the runtime, also where that is killed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "index.mjs"), `export const handler = () => { console.log("looping"); for (;;); };`);
  const runtime = spawn(process.execPath, [join(import.meta.dirname, "../support/abandoned-runtime.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(runtime.stdout, "data");
  const pid = Number(line);
  const wasRunning = isRunning(pid);

  runtime.kill("SIGKILL");
  await until(() => !isRunning(pid));

  expect(wasRunning).toBe(true);
});
