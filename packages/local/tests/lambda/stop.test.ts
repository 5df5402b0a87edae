import { spawn } from "node:child_process";
import { expect, test, vi } from "vitest";
import { createFunction, until } from "./test-function.ts";

vi.mock("node:child_process", async (original) => {
  const actual = await original<typeof import("node:child_process")>();
  return { ...actual, spawn: vi.fn(actual.spawn) };
});

test("when the runtime stops, calls that wait end without another process", async () => {
  const { lambda, lines } = createFunction(
    `export const handler = async () => { console.log("started"); await new Promise(() => setInterval(() => undefined, 1000)); };`,
    { maxEnvironments: 1 },
  );

  const calls = Array.from({ length: 50 }, () => lambda.invoke("{}"));
  await until(() => lines.length === 1);
  lambda.stop();
  const outcomes = await Promise.all(calls);

  expect(outcomes.map((outcome) => "errorType" in outcome && outcome.errorType)).toEqual(Array(50).fill("Runtime.ExitError"));
  expect(vi.mocked(spawn).mock.calls.filter(([command]) => command === process.execPath)).toHaveLength(1);
});
