import { expect, test } from "vitest";
import { StatesError } from "../../step-functions/errors.ts";
import { Bench, failing, hanging, invoke, only, task } from "./state-machine.ts";

const end = { Type: "Pass", End: true };
const caught = (names: readonly string[], more: object = {}) => ({ Catch: [{ ErrorEquals: names, Next: "Caught", ...more }], End: true });
const withCaught = (state: object) => ({ StartAt: "X", States: { X: state, Caught: end } });

test("a task is called with its resource, arguments and place", async () => {
  const bench = new Bench(only(task("ocr")), { runTask: async () => ({ Payload: { jobId: "1" } }) });

  const outcome = await bench.execute({ jobId: "1" });

  const [request] = bench.requests;
  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Payload: { jobId: "1" } } });
  expect(request).toMatchObject({
    resource: invoke,
    arguments: { FunctionName: "ocr" },
    context: { State: { Name: "X", RetryCount: 0 } },
  });
});

test("a task that resolves with nothing has the result null", async () => {
  const bench = new Bench(only(task("f")), { runTask: async () => undefined });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: null });
});

test("a task that waits for this machine has started when it no longer waits", async () => {
  const bench = new Bench(only(task("f")), {
    runTask: async ({ hold }) => {
      const goOn = hold();
      await bench.clock.advance(4_000);
      goOn();
    },
  });

  await bench.execute();

  const timeOf = (type: string) => Number(bench.events.find((event) => event.type === type)?.event_timestamp);
  expect(timeOf("TaskStarted") - timeOf("TaskScheduled")).toBe(4_000);
  expect(bench.events.filter(({ type }) => type === "TaskStarted")).toHaveLength(1);
});

test("an error that nothing catches fails the execution", async () => {
  const bench = new Bench(only(task("f")), { runTask: failing(["Boom"]) });

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "FAILED", error: "Boom", cause: "cause of Boom" });
});

test("an integration's own fault is not taken for an error of the state machine", async () => {
  const bench = new Bench(withCaught(task("f", caught(["States.ALL"]))), {
    runTask: async () => {
      throw new TypeError("a bug");
    },
  });

  const execution = bench.execute();

  await expect(execution).rejects.toThrow("a bug");
  expect(bench.clock.sleeping).toBe(0);
});

test("TimeoutSeconds aborts the task and raises States.Timeout with an empty Cause", async () => {
  const bench = new Bench(withCaught(task("f", { TimeoutSeconds: 5, ...caught(["States.Timeout"]) })), { runTask: hanging });

  const outcome = await bench.executeFor(5_000);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "States.Timeout", Cause: "" } });
  expect(bench.requests[0]?.signal.aborted).toBe(true);
  expect(bench.clock.sleeping).toBe(0);
});

test("a time-out that nothing catches fails the execution", async () => {
  const bench = new Bench(only(task("f", { TimeoutSeconds: "{% $states.input.limit %}", End: true })), { runTask: hanging });

  const outcome = await bench.executeFor(4_000, { limit: 4 });

  expect(outcome).toEqual({ status: "FAILED", error: "States.Timeout", cause: "" });
  expect(bench.chain).toEqual([
    "1 ExecutionStarted < 0",
    "2 TaskStateEntered < 0",
    "3 TaskScheduled < 2",
    "4 TaskStarted < 3",
    "5 TaskTimedOut < 4",
    "6 ExecutionFailed < 5",
  ]);
  expect(bench.details("TaskTimedOut")).toEqual([{ error: "States.Timeout", resource: "invoke", resourceType: "lambda" }]);
  expect(bench.details("ExecutionFailed")).toEqual([{ error: "States.Timeout" }]);
});

test("an integration that ignores its signal delays nothing", async () => {
  const bench = new Bench(only(task("f", { TimeoutSeconds: 1, End: true })), { runTask: () => new Promise(() => undefined) });

  const outcome = await bench.executeFor(1_000);

  expect(outcome).toEqual({ status: "FAILED", error: "States.Timeout", cause: "" });
  expect(bench.clock.sleeping).toBe(0);
});

test("a task that is done in time leaves no timer behind, and no abort", async () => {
  const bench = new Bench(only(task("f", { TimeoutSeconds: 60, HeartbeatSeconds: 20, End: true })));

  const outcome = await bench.execute();

  expect(outcome.status).toBe("SUCCEEDED");
  expect(bench.requests[0]?.signal.aborted).toBe(false);
  expect(bench.clock.sleeping).toBe(0);
});

test.each([[["States.HeartbeatTimeout"]], [["States.Timeout"]], [["States.ALL"]]])("a missed heartbeat is caught by %j", async (names) => {
  const bench = new Bench(withCaught(task("f", { TimeoutSeconds: 60, HeartbeatSeconds: 20, ...caught(names) })), { runTask: hanging });

  const outcome = await bench.executeFor(20_000);

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "States.HeartbeatTimeout", Cause: "" } });
});

test.each([
  ["TimeoutSeconds", "{% 0 %}", "The value 0 for the field 'TimeoutSeconds' is not an integer from 1 to 99999999."],
  [
    "HeartbeatSeconds",
    "{% true %}",
    "The JSONata expression 'true' specified for the field 'HeartbeatSeconds' returned an unexpected result type. Expected 'number', but was 'boolean' for value: true",
  ],
])("%s must be a positive integer", async (field, expression, sentence) => {
  const bench = new Bench(only(task("f", { [field]: expression, End: true })));

  const outcome = await bench.execute();

  expect(outcome).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError", cause: expect.stringContaining(sentence) });
  expect(bench.requests).toEqual([]);
});

/** Which errors the reserved names take, as the developer guide has it; States.ALL and States.DataLimitExceeded as recorded. */
const table: readonly (readonly [string, string, boolean])[] = [
  ["Boom", "Boom", true],
  ["Boom", "Bang", false],
  ["States.ALL", "Boom", true],
  ["States.ALL", "States.Timeout", true],
  ["States.ALL", "States.Permissions", true],
  ["States.ALL", "States.DataLimitExceeded", true],
  ["States.ALL", "States.Runtime", false],
  ["States.TaskFailed", "Boom", true],
  ["States.TaskFailed", "Lambda.Unknown", true],
  ["States.TaskFailed", "States.Permissions", true],
  ["States.TaskFailed", "States.Timeout", false],
  ["States.TaskFailed", "States.HeartbeatTimeout", false],
  ["States.TaskFailed", "States.DataLimitExceeded", false],
  ["States.Timeout", "States.Timeout", true],
  ["States.Timeout", "Boom", false],
  ["States.HeartbeatTimeout", "States.Timeout", false],
  ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
  ["States.Runtime", "States.Runtime", false],
  ["States.BranchFailed", "Boom", false],
];

test.each(table)("a catcher for %s and the error %s: %s", async (listed, raised, isCaught) => {
  const bench = new Bench(withCaught(task("f", caught([listed]))), { runTask: failing([raised]) });

  const outcome = await bench.execute();

  expect(outcome.status).toBe(isCaught ? "SUCCEEDED" : "FAILED");
});

test.each(table)("a retrier for %s and the error %s: %s", async (listed, raised, isRetried) => {
  const bench = new Bench(only(task("f", { Retry: [{ ErrorEquals: [listed] }], End: true })), { runTask: failing([raised]) });

  const outcome = await bench.executeFor(1_000);

  expect(outcome.status).toBe(isRetried ? "SUCCEEDED" : "FAILED");
});

test("the first catcher that takes the error is the one", async () => {
  const Catch = [
    { ErrorEquals: ["Bang"], Next: "No" },
    { ErrorEquals: ["Boom"], Next: "Yes" },
    { ErrorEquals: ["States.ALL"], Next: "No" },
  ];
  const bench = new Bench(
    { StartAt: "X", States: { X: task("f", { Catch, End: true }), Yes: { Type: "Succeed", Output: { yes: true } }, No: end } },
    { runTask: failing(["Boom"]) },
  );

  const outcome = await bench.execute();

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { yes: true } });
});

test("a catcher without Output passes the error output on in the input's place", async () => {
  const bench = new Bench(withCaught(task("f", caught(["Boom"]))), { runTask: failing(["Boom"]) });

  const outcome = await bench.execute({ jobId: "1" });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { Error: "Boom", Cause: "cause of Boom" } });
});

test("a catcher's Output and Assign see the input and the error output", async () => {
  const Catch = [
    {
      ErrorEquals: ["Boom"],
      Output: { job: "{% $states.input.jobId %}", error: "{% $states.errorOutput.Error %}" },
      Assign: { cause: "{% $states.errorOutput.Cause %}" },
      Next: "Caught",
    },
  ];
  const Caught = { Type: "Pass", Output: "{% $merge([$states.input, { 'cause': $cause }]) %}", End: true };
  const definition = { StartAt: "X", States: { X: task("f", { Catch, End: true }), Caught } };
  const bench = new Bench(definition, { runTask: failing(["Boom"]) });

  const outcome = await bench.execute({ jobId: "1" });

  expect(outcome).toEqual({ status: "SUCCEEDED", output: { job: "1", error: "Boom", cause: "cause of Boom" } });
});

test("an error in a state's own Arguments, Output or Assign can be caught; one in its catcher cannot", async () => {
  const missing = "{% $states.input.missing %}";
  const outcomes = [];
  for (const fields of [{ Arguments: { FunctionName: missing } }, { Output: { a: missing } }, { Assign: { a: missing } }]) {
    outcomes.push(await new Bench(withCaught({ ...task("f"), ...fields, ...caught(["States.QueryEvaluationError"]) })).execute());
  }
  const catcher = { ErrorEquals: ["States.ALL"], Output: { a: missing }, Next: "Caught" };

  const uncaught = await new Bench(withCaught(task("f", { Catch: [catcher], End: true })), {
    runTask: failing(["Boom"]),
  }).execute();

  expect(outcomes.map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
  expect(uncaught).toMatchObject({
    status: "FAILED",
    error: "States.QueryEvaluationError",
    cause: expect.stringContaining("'Catch[0]/Output/a'"),
  });
});

test("StatesError speaks of itself in one line", () => {
  const error = new StatesError("Lambda.Unknown", "The function ended early.");

  expect(error.message).toBe("Lambda.Unknown: The function ended early.");
  expect(error).toMatchObject({ name: "Lambda.Unknown", cause: "The function ended early.", terminal: false });
});
