import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { jobs } from "../../../../tests/support/job-table.ts";
import { Faults } from "../../console/faults.ts";
import type { Fault } from "../../console/model/console-api.ts";
import type { LambdaFunction } from "../../lambda/lambda-function.ts";
import { LambdaService } from "../../lambda/lambda-service.ts";
import type { StartedStack } from "../../runtime.ts";
import { ExecutionFaults } from "../../step-functions/faults.ts";
import { createLocalAws } from "../../testing/local-aws.ts";

/** Only what an invocation needs of a function. */
const work = { name: "work", version: "1", running: 0, timeoutSeconds: 0.05, invoke: async () => ({ payload: '"done"' }) };

async function withFaults(...on: readonly Fault[]) {
  const aws = await createLocalAws({ tables: [jobs] });
  const lambda = new LambdaService();
  lambda.add(work as unknown as LambdaFunction);
  const stepFunctions = { faults: new ExecutionFaults() };
  const faults = new Faults({ account: aws.account, services: { lambda, stepFunctions } } as unknown as StartedStack);
  faults.set(on);
  return { aws, faults, lambda, stepFunctions, invoke: async () => (await lambda.invoke("work", "{}")).outcome };
}

const read = new GetCommand({ TableName: "jobs", Key: { jobId: "a" } });
const write = new UpdateCommand({ TableName: "jobs", Key: { jobId: "a" } });

describe("a function", () => {
  const target = "function work";

  test.each([
    [
      { kind: "fail", error: "StageFailed" },
      { errorType: "StageFailed", errorMessage: "A fault that is switched on in the console." },
    ],
    [{ kind: "out-of-memory" }, { errorType: "Runtime.OutOfMemory", errorMessage: "Error: Runtime exited with error: signal: killed" }],
    [{ kind: "hang" }, { errorType: "Sandbox.Timedout", errorMessage: "Error: Task timed out after 0.05 seconds" }],
    [
      { kind: "slow", milliseconds: 60_000 },
      { errorType: "Sandbox.Timedout", errorMessage: "Error: Task timed out after 0.05 seconds" },
    ],
    [{ kind: "slow", milliseconds: 1 }, { payload: '"done"' }],
  ] as const)("with $kind answers as Lambda would", async (fault, outcome) => {
    const { invoke } = await withFaults({ target, ...fault });

    expect(await invoke()).toEqual(outcome);
  });

  test("that is throttled refuses the call", async () => {
    const { invoke } = await withFaults({ target, kind: "throttle" });

    await expect(invoke()).rejects.toMatchObject({ name: "TooManyRequestsException" });
  });

  test("meets a fault for a number of calls, and another function's not at all", async () => {
    const { invoke, faults } = await withFaults(
      { target, kind: "fail", error: "Broken", calls: 2 },
      { target: "function other", kind: "hang" },
    );
    const outcomes = [await invoke(), await invoke(), await invoke()];

    expect(outcomes.map((outcome) => ("payload" in outcome ? "done" : outcome.errorType))).toEqual(["Broken", "Broken", "done"]);
    expect(faults.all).toEqual([{ target: "function other", kind: "hang" }]);
  });

  test("that hangs goes on when the fault is switched off, and not when another one is", async () => {
    const { faults, lambda } = await withFaults();
    lambda.add({ ...work, name: "patient", timeoutSeconds: 600 } as unknown as LambdaFunction);
    const hang = { target: "function patient", kind: "hang" } as const;
    faults.set([hang, { target, kind: "throttle" }]);
    let isHeld = true;
    const held = lambda.invoke("patient", "{}").then(({ outcome }) => {
      isHeld = false;
      return outcome;
    });

    faults.set([hang]);
    await new Promise(setImmediate);
    expect(isHeld).toBe(true);
    faults.set([]);

    expect(await held).toEqual({ payload: '"done"' });
  });
});

describe("a service", () => {
  const target = "service dynamodb";

  test.each([
    [{ kind: "throttle" }, "ThrottlingException"],
    [{ kind: "deny" }, "AccessDeniedException"],
    [{ kind: "fail", error: "Teapot" }, "Teapot"],
  ] as const)("with $kind answers with the error that its clients know", async (fault, name) => {
    const { aws } = await withFaults({ target, ...fault });

    await expect(aws.documents.send(read)).rejects.toMatchObject({ name });
  });

  test("can be denied for one operation alone", async () => {
    const { aws } = await withFaults({ target, kind: "deny", operation: "UpdateItem" });

    await expect(aws.documents.send(write)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(await aws.documents.send(read)).toHaveProperty("$metadata.httpStatusCode", 200);
  });

  test("that is slow or hangs answers late", async () => {
    const { aws, faults } = await withFaults({ target, kind: "slow", milliseconds: 1 });
    expect(await aws.documents.send(read)).toHaveProperty("$metadata.httpStatusCode", 200);
    faults.set([{ target, kind: "hang" }]);

    const held = aws.documents.send(read);
    await new Promise(setImmediate);
    faults.set([]);

    expect(await held).toHaveProperty("$metadata.httpStatusCode", 200);
  });
});

test("executions are lost or run twice, for a number of them", async () => {
  const { faults, stepFunctions } = await withFaults({ target: "executions", kind: "lose", calls: 1 });
  const runs = () => stepFunctions.faults.deal().runs;

  expect([runs(), runs()]).toEqual([0, 1]);
  faults.set([{ target: "executions", kind: "duplicate" }]);
  expect([runs(), runs()]).toEqual([2, 2]);
});
