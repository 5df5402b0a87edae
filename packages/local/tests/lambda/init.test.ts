import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createFunction, until, withoutRequestId } from "./test-function.ts";

test.each([
  ["throws", "throw new TypeError('no table');", "TypeError", "no table"],
  ["exits", "process.exit(7);", "Runtime.ExitError", "RequestId: … Error: Runtime exited with error: exit status 7"],
  [
    "takes more memory than there is",
    "globalThis.kept = []; for (;;) kept.push(Buffer.alloc(1048576, 1));",
    "Runtime.OutOfMemory",
    "RequestId: … Error: Runtime exited with error: signal: killed",
  ],
])("an init that %s is tried again within the invocation, then reported", async (_, body, errorType, errorMessage) => {
  const { lambda, lines } = createFunction(`console.log("init"); ${body} export const handler = () => true;`);

  const outcome = await lambda.invoke("{}");

  expect(withoutRequestId(outcome)).toMatchObject({ errorType, errorMessage });
  expect(lines.filter((line) => line === "init")).toHaveLength(2);
});

test("an init that fails once succeeds in its second attempt", async () => {
  const code = `
    import { existsSync, writeFileSync } from "node:fs";
    const isFirst = !existsSync("init-ran");
    writeFileSync("init-ran", "");
    if (isFirst) throw new Error("once");
    export const handler = () => "at last";`;
  const { lambda } = createFunction(code);

  const outcome = await lambda.invoke("{}");

  expect(outcome).toEqual({ payload: '"at last"' });
});

/** An init that goes on until it finds a file, and says so at its start. */
const heldInit = `
  import { existsSync } from "node:fs";
  console.log("init");
  while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 5));
  export const handler = () => true;`;

test("an init may take up to 10 seconds, whatever the function's timeout", async () => {
  const clock = new ManualClock();
  const { lambda, lines, folder } = createFunction(heldInit, { clock, timeoutSeconds: 3 });

  const call = lambda.invoke("{}");
  await until(() => lines.length === 1);
  await clock.advance(9_999);
  writeFileSync(join(folder, "go"), "");

  expect(await call).toEqual({ payload: "true" });
  expect(lines).toEqual(["init"]);
});

test("an init is stopped after 10 seconds, and its second attempt by the function's timeout", async () => {
  const clock = new ManualClock();
  const { lambda, lines } = createFunction(heldInit, { clock, timeoutSeconds: 3 });

  const call = lambda.invoke("{}");
  await until(() => lines.length === 1);
  await clock.advance(10_000);
  await until(() => lines.length === 2);
  await clock.advance(3_000);

  expect(withoutRequestId(await call)).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: "RequestId: … Error: Task timed out after 3.00 seconds",
  });
});

test("a call that comes while an environment is being warmed up waits for it, and starts none of its own", async () => {
  const { lambda, lines } = createFunction(`console.log("init"); export const handler = () => process.pid;`);

  const [, first] = await Promise.all([lambda.warmUp(), lambda.invoke("{}")]);
  const second = await lambda.invoke("{}");

  expect(lines).toEqual(["init"]);
  expect(second).toEqual(first);
});

test("an init ahead of the first call that fails is left to that call", async () => {
  const { lambda, folder } = createFunction("throw new Error('not yet');");

  await lambda.warmUp();
  writeFileSync(join(folder, "index.mjs"), "export const handler = () => 1;");
  const outcome = await lambda.invoke("{}");

  expect(outcome).toEqual({ payload: "1" });
});

test.each([
  ["no such export", "export const main = () => 1;", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"],
  [
    "a callback",
    "export const handler = (event, context, callback) => callback(null, 1);",
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  ],
  ["a mistake in its grammar", "export const handler = ;", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"],
  [
    "a package that is not there",
    "import 'no-such-package';",
    "Runtime.ImportModuleError",
    expect.stringMatching(/^Error.*no-such-package/),
  ],
])("a module with %s is refused by Lambda's name for it", async (_, code, errorType, errorMessage) => {
  const { lambda } = createFunction(code);

  const outcome = await lambda.invoke("{}");

  expect(outcome).toMatchObject({ errorType, errorMessage });
});
