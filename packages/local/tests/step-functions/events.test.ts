import { expect, test } from "vitest";
import type { EventDetails, EventType, ExecutionEvent } from "../../step-functions/events.ts";
import { logEventsFor, loggedDataLimitBytes } from "../../step-functions/log-level.ts";
import { Bench, executionArn, failing, only, roleArn, task } from "./state-machine.ts";

const event = (type: EventType, details: EventDetails = {}): ExecutionEvent => ({
  id: "1",
  type,
  details,
  previous_event_id: "0",
  event_timestamp: "0",
  execution_arn: executionArn,
  redrive_count: "0",
});

test("an execution writes the events that Step Functions writes for Express", async () => {
  const bench = new Bench(
    only(task("ocr", { TimeoutSeconds: 20, Assign: { n: "{% $states.result.n %}" }, Output: { done: true }, End: true }), "OCR"),
    { runTask: async () => ({ n: 1 }) },
  );

  await bench.execute({ jobId: "1" });

  const common = { event_timestamp: "1769860800000", execution_arn: executionArn, redrive_count: "0" };
  const integration = { resource: "invoke", resourceType: "lambda" };
  const whole = { truncated: false };
  expect(bench.events).toEqual([
    {
      id: "1",
      type: "ExecutionStarted",
      details: { input: '{"jobId":"1"}', inputDetails: whole, roleArn },
      previous_event_id: "0",
      ...common,
    },
    {
      id: "2",
      type: "TaskStateEntered",
      details: { input: '{"jobId":"1"}', inputDetails: whole, name: "OCR" },
      previous_event_id: "0",
      ...common,
    },
    {
      id: "3",
      type: "TaskScheduled",
      details: { parameters: '{"FunctionName":"ocr"}', region: "eu-central-1", timeoutInSeconds: 20, ...integration },
      previous_event_id: "2",
      ...common,
    },
    { id: "4", type: "TaskStarted", details: integration, previous_event_id: "3", ...common },
    {
      id: "5",
      type: "TaskSucceeded",
      details: { output: '{"n":1}', outputDetails: whole, ...integration },
      previous_event_id: "4",
      ...common,
    },
    {
      id: "6",
      type: "TaskStateExited",
      details: {
        assignedVariables: { n: "1" },
        assignedVariablesDetails: whole,
        name: "OCR",
        output: '{"done":true}',
        outputDetails: whole,
      },
      previous_event_id: "5",
      ...common,
    },
    { id: "7", type: "ExecutionSucceeded", details: { output: '{"done":true}', outputDetails: whole }, previous_event_id: "6", ...common },
  ]);
});

test.each([
  ["arn:aws:states:::aws-sdk:dynamodb:updateItem", { resource: "updateItem", resourceType: "aws-sdk:dynamodb" }],
  ["arn:aws:states:::lambda:invoke", { resource: "invoke", resourceType: "lambda" }],
])("the events of %s name its service and its action", async (Resource, details) => {
  const bench = new Bench(only({ Type: "Task", Resource, End: true }));

  await bench.execute();

  expect(bench.details("TaskStarted")).toEqual([details]);
});

test("a function that is named by its own ARN has events of its own", async () => {
  const resource = "arn:aws:lambda:eu-central-1:111111111111:function:ocr";
  const bench = new Bench(only({ Type: "Task", Resource: resource, Retry: [{ ErrorEquals: ["Boom"] }], End: true }), {
    runTask: failing(["Boom"]),
  });

  await bench.executeFor(1_000, { a: 1 });

  expect(bench.events.slice(2, 9).map(({ type, details }) => [type, details])).toEqual([
    ["LambdaFunctionScheduled", { input: '{"a":1}', inputDetails: { truncated: false }, resource }],
    ["LambdaFunctionStarted", {}],
    ["LambdaFunctionFailed", { cause: "cause of Boom", error: "Boom" }],
    ["LambdaFunctionScheduled", { input: '{"a":1}', inputDetails: { truncated: false }, resource }],
    ["LambdaFunctionStarted", {}],
    ["LambdaFunctionSucceeded", { output: "{}", outputDetails: { truncated: false } }],
    ["TaskStateExited", { name: "X", output: "{}", outputDetails: { truncated: false } }],
  ]);
});

test("the iterations of a Map state are chains of their own", async () => {
  const bench = new Bench(only({ Type: "Map", ItemProcessor: only({ Type: "Pass", End: true }, "P"), MaxConcurrency: 1, End: true }, "M"));

  await bench.execute(["a", "b"]);

  expect(bench.chain).toEqual([
    "1 ExecutionStarted < 0",
    "2 MapStateEntered < 0",
    "3 MapStateStarted < 2",
    "4 MapIterationStarted < 3",
    "5 PassStateEntered < 4",
    "6 PassStateExited < 5",
    "7 MapIterationSucceeded < 6",
    "8 MapIterationStarted < 3",
    "9 PassStateEntered < 8",
    "10 PassStateExited < 9",
    "11 MapIterationSucceeded < 10",
    "12 MapStateSucceeded < 11",
    "13 MapStateExited < 12",
    "14 ExecutionSucceeded < 13",
  ]);
});

/** The table of the developer guide: event type, whether ERROR logs it, whether FATAL does. */
const levels: readonly (readonly [EventType, boolean, boolean])[] = [
  ["ChoiceStateEntered", false, false],
  ["ExecutionAborted", true, true],
  ["ExecutionFailed", true, true],
  ["ExecutionStarted", false, false],
  ["ExecutionSucceeded", false, false],
  ["ExecutionTimedOut", true, true],
  ["FailStateEntered", true, false],
  ["LambdaFunctionFailed", true, false],
  ["LambdaFunctionScheduled", false, false],
  ["LambdaFunctionStarted", false, false],
  ["LambdaFunctionTimedOut", true, false],
  ["MapIterationAborted", true, false],
  ["MapIterationFailed", true, false],
  ["MapIterationStarted", false, false],
  ["MapIterationSucceeded", false, false],
  ["MapStateAborted", true, false],
  ["MapStateEntered", false, false],
  ["MapStateFailed", true, false],
  ["ParallelStateAborted", true, false],
  ["ParallelStateFailed", true, false],
  ["ParallelStateStarted", false, false],
  ["PassStateExited", false, false],
  ["SucceedStateExited", false, false],
  ["TaskFailed", true, false],
  ["TaskScheduled", false, false],
  ["TaskStateAborted", true, false],
  ["TaskStateExited", false, false],
  ["TaskSucceeded", false, false],
  ["TaskTimedOut", true, false],
  ["WaitStateAborted", true, false],
  ["WaitStateEntered", false, false],
];

test.each(levels)("%s is logged at ERROR: %s, at FATAL: %s", (type, atError, atFatal) => {
  const logged = (["ALL", "ERROR", "FATAL", "OFF"] as const).map((level) => logEventsFor(level, true)(event(type)) !== undefined);

  expect(logged).toEqual([true, atError, atFatal, false]);
});

test("without execution data inputs, outputs and variables are left out, errors stay", async () => {
  const bench = new Bench(only(task("f", { Assign: { v: 1 }, End: true })), { runTask: async () => ({ secret: 1 }) });
  await bench.execute({ secret: 1 });
  const filter = logEventsFor("ALL", false);

  const logged = [...bench.events.map(filter), filter(event("ExecutionFailed", { error: "Boom", cause: "It failed." }))].map(
    (entry) => entry?.details,
  );

  const integration = { resource: "invoke", resourceType: "lambda" };
  expect(logged).toEqual([
    { roleArn },
    { name: "X" },
    { parameters: '{"FunctionName":"f"}', region: "eu-central-1", ...integration },
    integration,
    integration,
    { name: "X" },
    {},
    { error: "Boom", cause: "It failed." },
  ]);
});

test.each([
  ["plain letters", "a", 1],
  ["quotes, which are escaped", '"', 2],
  ["letters of two bytes", "é", 2],
  ["pairs of surrogates", "😀", 4],
])("inputs and outputs are cut at 248 KB of escaped text: %s", (_, letter, bytes) => {
  const most = letter.repeat(loggedDataLimitBytes / bytes);
  const filter = logEventsFor("ALL", true);

  const whole = filter(event("ExecutionSucceeded", { output: most, outputDetails: { truncated: false } }));
  const cut = filter(event("ExecutionStarted", { input: most + letter, inputDetails: { truncated: false } }));

  expect(loggedDataLimitBytes).toBe(253_952);
  expect(whole?.details).toEqual({ output: most, outputDetails: { truncated: false } });
  expect(cut?.details.inputDetails).toEqual({ truncated: true });
  expect(cut?.details.input === most).toBe(true);
});
