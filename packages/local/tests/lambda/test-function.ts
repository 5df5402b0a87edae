import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Clock } from "../../clock.ts";
import { systemClock } from "../../clock.ts";
import { type FunctionSpec, LambdaFunction } from "../../lambda/lambda-function.ts";
import { thisMachine } from "../../lambda/machine.ts";
import { Scaling } from "../../lambda/scaling.ts";

export interface TestFunction {
  readonly lambda: LambdaFunction;
  /** The function's output, line by line. */
  readonly lines: string[];
  readonly folder: string;
  readonly clock: Clock;
}

/** A function with this code, in a folder of its own. Ends with its test. */
export function createFunction(code: string, spec: Partial<FunctionSpec> = {}): TestFunction {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  writeFileSync(join(folder, "index.mjs"), code);
  const lines: string[] = [];
  const clock = spec.clock ?? systemClock;
  const lambda = new LambdaFunction({
    functionName: "stage",
    version: "1",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:stage",
    logGroupName: "/aws/lambda/stage",
    codeFolder: folder,
    handler: "index.handler",
    variables: {},
    memoryMiB: 128,
    timeoutSeconds: 60,
    maxEnvironments: Number.POSITIVE_INFINITY,
    onFault: (error) => {
      throw error;
    },
    scaling: new Scaling(thisMachine()),
    onLine: (line) => lines.push(line),
    ...spec,
    clock,
  });
  onTestFinished(() => {
    lambda.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { lambda, lines, folder, clock };
}

/** Waits until something is so. How long that takes decides nothing. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo(); looks++) {
    if (looks > 3_000) throw new Error("The condition was not met in time.");
    await sleep(10);
  }
}

/** True where a process exists that has not ended; a zombie has. */
export function isRunning(pid: number): boolean {
  const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)]).stdout.toString();
  return state !== "" && !state.startsWith("Z");
}

/** The error of an outcome, the request's id in it left out. */
export const withoutRequestId = (outcome: unknown): unknown =>
  JSON.parse(JSON.stringify(outcome).replaceAll(/RequestId: [0-9a-f-]{36}/g, "RequestId: …"));
