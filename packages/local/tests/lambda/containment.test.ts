import { expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createFunction, isRunning, until, withoutRequestId } from "./test-function.ts";

const exitError = (how: string) => ({ errorType: "Runtime.ExitError", errorMessage: `RequestId: … Error: ${how}` });
const outOfMemory = { errorType: "Runtime.OutOfMemory", errorMessage: "RequestId: … Error: Runtime exited with error: signal: killed" };

/** Does what the event says; anything else is answered with the number of calls so far. */
const misbehaving = `
import { spawn } from "node:child_process";
let calls = 0;
const kept = [];
const ways = {
  heap: () => { for (;;) kept.push(Array.from({ length: 1000 }, (_, index) => ({ index }))); },
  buffers: () => { for (;;) kept.push(Buffer.alloc(1024 * 1024, 1)); },
  wasm: () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    for (;;) { const page = memory.grow(16); new Uint8Array(memory.buffer).fill(1, page * 65536); }
  },
  child: async () => {
    spawn(process.execPath, ["-e", "const kept = []; for (;;) kept.push(Buffer.alloc(1024 * 1024, 1))"]);
    await new Promise(() => setInterval(() => undefined, 1000));
  },
  exit: () => process.exit(3),
  "exit in silence": () => process.exit(0),
  abort: () => process.abort(),
  "kill itself": () => { process.kill(process.pid, "SIGKILL"); for (;;); },
  "throw outside": async () => { setImmediate(() => { throw new Error("outside"); }); await new Promise(() => undefined); },
  "reject outside": async () => { void Promise.reject(new Error("outside")); await new Promise(() => undefined); },
};
export const handler = async ({ way }) => { calls++; await ways[way]?.(); return calls; };
`;

test.each([
  ["heap", outOfMemory],
  ["buffers", outOfMemory],
  ["wasm", outOfMemory],
  ["child", outOfMemory],
  ["exit", exitError("Runtime exited with error: exit status 3")],
  ["exit in silence", exitError("Runtime exited without providing a reason")],
  ["abort", exitError("Runtime exited with error: signal: aborted")],
  ["kill itself", exitError("Runtime exited with error: signal: killed")],
  ["throw outside", exitError("Runtime exited with error: exit status 1")],
  ["reject outside", exitError("Runtime exited with error: exit status 1")],
])("a call that ends by %s affects no other, and the next one gets a new environment", async (way, expected) => {
  const { lambda } = createFunction(misbehaving);
  const other = await lambda.invoke("{}");

  const [outcome, beside] = await Promise.all([lambda.invoke(JSON.stringify({ way })), lambda.invoke("{}")]);
  const next = await lambda.invoke("{}");

  expect(withoutRequestId(outcome)).toEqual(expected);
  expect([other, beside]).toEqual([{ payload: "1" }, { payload: "1" }]);
  expect(["1", "2"]).toContain("payload" in next && next.payload);
});

test("memory that is given back, or only reserved, is not held against a function", async () => {
  const { lambda } = createFunction(`
    export const handler = () => {
      const reserved = new WebAssembly.Memory({ initial: 16384 });
      for (let round = 0; round < 200; round++) Buffer.alloc(10 * 1024 * 1024, round % 2);
      return reserved.buffer.byteLength;
    };`);

  const outcome = await lambda.invoke("{}");

  expect(outcome).toEqual({ payload: "1073741824" });
});

test("memory that grows over many short calls is seen too", async () => {
  const { lambda } = createFunction(`
    const kept = [];
    export const handler = () => kept.push(Buffer.alloc(256 * 1024, 1));`);
  const keep = async () => withoutRequestId(await lambda.invoke("{}"));

  let calls = 1;
  let outcome = await keep();
  for (; calls < 4_000 && JSON.stringify(outcome) === JSON.stringify({ payload: String(calls) }); calls++) outcome = await keep();

  // The process ends within a call or between two; after the latter, the next call begins with nothing kept.
  expect(calls).toBeLessThan(4_000);
  expect([outOfMemory, { payload: "1" }]).toContainEqual(outcome);
});

test.each(["while (true);", "await new Promise(() => setInterval(() => undefined, 1000));"])(
  "a call that runs on (%s) ends when its time is up, and not before",
  async (body) => {
    const clock = new ManualClock();
    const { lambda, lines } = createFunction(`export const handler = async () => { console.log("started"); ${body} };`, {
      clock,
      timeoutSeconds: 3,
    });
    let isOver = false;

    const call = lambda.invoke("{}").finally(() => {
      isOver = true;
    });
    await until(() => lines.includes("started"));
    await clock.advance(2_999);
    const early = isOver;
    await clock.advance(1);

    expect(early).toBe(false);
    expect(withoutRequestId(await call)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: … Error: Task timed out after 3.00 seconds",
    });
    expect(clock.sleeping).toBe(0);
  },
);

/** Starts a process that runs for an hour, says its id, and does as told. */
const parent = (then: string) => `
import { spawn } from "node:child_process";
export const handler = async () => {
  const child = spawn("/bin/sleep", ["3600"], { stdio: "ignore" });
  console.log(String(child.pid));
  ${then}
};`;

test.each([
  ["is stopped at its timeout", "await new Promise(() => setInterval(() => undefined, 1000));"],
  ["exits", "await new Promise((resolve) => setTimeout(resolve, 100)); process.exit(1);"],
  ["is stopped with the runtime", "return true;"],
])("what a function has started ends with it when it %s", async (how, then) => {
  const clock = new ManualClock();
  const { lambda, lines } = createFunction(parent(then), { clock, timeoutSeconds: 3 });

  const call = lambda.invoke("{}");
  await until(() => lines.length === 1);
  const ran = isRunning(Number(lines[0]));
  if (how === "is stopped at its timeout") await clock.advance(3_000);
  await call;
  if (how === "is stopped with the runtime") lambda.stop();

  expect(ran).toBe(true);
  await until(() => !isRunning(Number(lines[0])));
});

test("a flood of output without a newline comes in pieces of 256 KB, none of it lost", async () => {
  const { lambda, lines } = createFunction(`export const handler = () => process.stdout.write("é".repeat(5_000_000) + "\\n");`);

  await lambda.invoke("{}");
  await until(() => lines.reduce((sum, line) => sum + line.length, 0) === 5_000_000);

  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBe(262_144);
  expect(lines.every((line) => /^é+$/.test(line))).toBe(true);
});

test("after an answer, an unhandled rejection ends only that environment", async () => {
  const { lambda, lines } = createFunction(`
    let calls = 0;
    export const handler = async () => {
      console.log(String(process.pid));
      setTimeout(() => Promise.reject(new Error("too late")), 20);
      return ++calls;
    };`);

  const first = await lambda.invoke("{}");
  await until(() => lines.some((line) => line.includes("too late")) && !isRunning(Number(lines[0])));
  const second = await lambda.invoke("{}");

  expect([first, second]).toEqual([{ payload: "1" }, { payload: "1" }]);
});
