import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AwsError } from "../../aws.ts";
import { LambdaService } from "../../lambda/lambda-service.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { createFunction, until } from "./test-function.ts";

const accountFull = {
  name: "TooManyRequestsException",
  message: "Rate Exceeded.",
  status: 429,
  members: { Reason: "ConcurrentInvocationLimitExceeded" },
};
const functionFull = { ...accountFull, members: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" } };

/** A function that answers once the file of the event's name is there, and the service that it is in. */
const held = `
import { existsSync } from "node:fs";
export const handler = async ({ until }) => {
  console.log("started");
  while (until && !existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
  return "done";
};`;
const heldEvent = JSON.stringify({ until: "go" });

const go = (folder: string) => writeFileSync(join(folder, "go"), "");

const refusal = (call: Promise<unknown>): Promise<AwsError> =>
  call.then(
    () => Promise.reject(new Error("It was not refused.")),
    (error) => error,
  );

test("a function with one reserved execution refuses a second one, and takes the next when the first has ended", async () => {
  const service = new LambdaService();
  const { lambda, lines, folder } = createFunction(held);
  service.add(lambda, 1);

  const first = service.invoke("stage", heldEvent);
  await until(() => lines.length === 1);
  const second = await refusal(service.invoke("stage", "{}"));
  go(folder);
  const answers = [await first, await service.invoke("stage", "{}")];

  expect(second).toMatchObject(functionFull);
  expect(answers).toEqual([1, 2].map(() => ({ outcome: { payload: '"done"' }, version: "1" })));
});

test("a function with no execution reserved for it never runs", async () => {
  const service = new LambdaService();
  const { lambda, lines } = createFunction(held);
  service.add(lambda, 0);

  const refused = await refusal(service.invoke("stage", "{}"));

  expect(refused).toMatchObject(functionFull);
  expect(lines).toEqual([]);
});

test("functions without a reservation share what the account has, of which calls that wait for this machine use nothing", async () => {
  const service = new LambdaService(2);
  const [one, other] = [createFunction(held, { functionName: "one", maxEnvironments: 1 }), createFunction(held, { functionName: "other" })];
  for (const { lambda } of [one, other]) service.add(lambda);

  const calls = Array.from({ length: 20 }, () => service.invoke("one", heldEvent)); // one runs, the others wait for its environment
  await until(() => one.lines.length === 1);
  calls.push(service.invoke("other", heldEvent));
  await until(() => other.lines.length === 1);
  const refused = [await refusal(service.invoke("one", "{}")), await refusal(service.invoke("other", "{}"))];
  for (const { folder } of [one, other]) go(folder);
  const answers = await Promise.all(calls);

  expect(refused).toMatchObject([accountFull, accountFull]);
  expect(answers.filter(({ outcome }) => "payload" in outcome)).toHaveLength(21);
});

test.each([
  [1_000, 900, 901, 100],
  [150, 50, 51, 100],
  [10, 0, 1, 10],
])("of %d executions %d can be reserved, and not %d", (accountLimit, most, tooMany, minimum) => {
  const { lambda } = createFunction(held);

  const reserve = (executions: number) => () => new LambdaService(accountLimit).add(lambda, executions);

  expect(reserve(most)).not.toThrow();
  expect(reserve(tooMany)).toThrow(
    `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}].`,
  );
});

test("an event of 6,291,456 bytes is taken, and one byte more is refused", async () => {
  const service = new LambdaService();
  const { lambda } = createFunction("export const handler = (event) => event.length;");
  service.add(lambda);
  const eventOf = (bytes: number) => JSON.stringify("a".repeat(bytes - 2));

  const largest = await service.invoke("stage", eventOf(6_291_456));
  const larger = await refusal(service.invoke("stage", eventOf(6_291_457)));

  expect(largest.outcome).toEqual({ payload: "6291454" });
  expect(larger).toMatchObject({
    name: "RequestEntityTooLargeException",
    message: "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    status: 413,
  });
});

test("while a call waits for an environment, its time does not run", async () => {
  const clock = new ManualClock();
  const { lambda, lines, folder } = createFunction(held, { clock, maxEnvironments: 1, timeoutSeconds: 3 });

  const first = lambda.invoke(heldEvent);
  await until(() => lines.length === 1);
  const second = lambda.invoke(heldEvent);
  await clock.advance(2_000);
  go(folder);
  await first;
  await clock.advance(2_000);

  expect(await second).toEqual({ payload: '"done"' });
});
