import aslValidator from "asl-validator";
import { beforeAll, expect, test } from "vitest";
import { stages as stageNames, statusesBefore, timeLimits } from "../../functions/jobs/job.ts";
import * as errors from "../../functions/stages/errors.ts";
import { fillPlaceholders, functionPlaceholder, readDefinition } from "../../statemachine/definition.ts";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";
import { longestPathSeconds, type TimedDefinition, type TimedState } from "../support/longest-path.ts";
import { createPipeline } from "../support/pipeline.ts";
import { failed } from "../support/process-job.ts";

interface Task extends TimedState {
  readonly Resource: string;
  readonly Arguments: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}

const definition: TimedDefinition & { readonly TimeoutSeconds: number } = JSON.parse(readDefinition());
const stages = ["OCR", "MLInference", "Search"] as const;
const taskOf = (name: string): Task => definition.States[name] as Task;
const retriers = [...stages, "SetError"].flatMap((name) => taskOf(name).Retry ?? []);

test("the definition is one that AWS takes, as far as its schema tells", () => {
  const functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:ocr:7";
  const arns = Object.fromEntries(stageNames.map((stage) => [functionPlaceholder(stage), functionArn]));
  const filled = JSON.parse(fillPlaceholders(readDefinition(), { ...arns, JobsTableName: "jobs" }));

  const { isValid, errorsText } = aslValidator(filled);

  expect(isValid, errorsText("\n")).toBe(true);
  expect(filled.QueryLanguage).toBe("JSONata");
  expect(aslValidator({ ...filled, StartAt: "Nowhere" }).isValid).toBe(false);
});

test("the states are these, and the stages follow one another", () => {
  const steps = Object.entries(definition.States).map(([name, { Type, Next }]) => `${name}: ${Type}, ${Next ?? "end"}`);

  expect(steps).toEqual([
    "OCR: Task, MLInference",
    "MLInference: Task, Search",
    "Search: Task, end",
    "SetError: Task, JobFailed",
    "SettledAlready: Succeed, end",
    "JobFailed: Fail, end",
  ]);
});

test.each([
  { name: "OCR", failedStage: "ocr" },
  { name: "MLInference", failedStage: "ml_inference" },
  { name: "Search", failedStage: "search" },
])("whatever fails $name leads to SetError, with the job's key and no Cause", ({ name, failedStage }) => {
  const { Catch } = taskOf(name);

  const Output = {
    jobId: "{% $states.input.jobId %}",
    generation: "{% $states.input.generation %}",
    failedStage,
    error: "{% $states.errorOutput.Error %}",
  };
  expect(Catch).toEqual([
    { ErrorEquals: ["States.DataLimitExceeded"], Output, Next: "SetError" },
    { ErrorEquals: ["States.ALL"], Output, Next: "SetError" },
  ]);
});

test("whatever fails SetError leads to JobFailed, but for a job that has ended already", () => {
  const caught = taskOf("SetError").Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next]);

  expect(caught).toEqual([
    [["DynamoDB.ConditionalCheckFailedException"], "SettledAlready"],
    [["States.ALL"], "JobFailed"],
  ]);
});

test("only the job's key travels to a stage and from one to the next", () => {
  const given = stages.map((name) => [taskOf(name).Resource, taskOf(name).Arguments["Payload"]]);

  expect(given).toEqual(Array(3).fill(["arn:aws:states:::lambda:invoke", "{% $states.input %}"]));
  for (const name of stages)
    expect(taskOf(name).Output).toMatch(/^\{% \$states\.result\.Payload\.jobId = \$states\.input\.jobId \? \$states\.input : \$error\(/);
});

test("the longest way through takes 284 s: less than 290 s, than the definition's own timeout and than Express allows", () => {
  const seconds = longestPathSeconds(definition);

  // OCR 2 × 90 + 1 + 7, inference and search 3 × 11 + 1 + 1 + 7 each, SetError 3 × 3 + 1 + 2
  expect(seconds).toBe(188 + 42 + 42 + 12);
  expect(seconds).toBeLessThan(290);
  expect(seconds).toBeLessThanOrEqual(definition.TimeoutSeconds);
  expect(definition.TimeoutSeconds).toBeLessThan(300);
});

test("a job's deadline comes after the longest execution and the last write of it", () => {
  expect(timeLimits.executionDeadlineSeconds - timeLimits.lastWriteSeconds).toBeGreaterThanOrEqual(300);
});

test("every wait before a retry is jittered, and throttles have a retrier of their own", () => {
  const trying = retriers.filter(({ MaxAttempts }) => MaxAttempts !== 0);

  expect(trying).toHaveLength(9);
  for (const { JitterStrategy } of trying) expect(JitterStrategy).toBe("FULL");
  const throttled = retriers.filter(({ ErrorEquals }) => ErrorEquals.includes("Lambda.TooManyRequestsException"));
  expect(throttled.map(({ ErrorEquals }) => ErrorEquals)).toEqual(Array(3).fill(["Lambda.TooManyRequestsException"]));
});

/** Every error that a stage can throw. */
const stageErrors = [
  new errors.StageFailedError(),
  new errors.StageOutputInvalidError(),
  new errors.DocumentUnreadableError(),
  new errors.DocumentTooLargeError(),
  new errors.UnsupportedDocumentError(),
  new errors.DocumentProtectedError(),
  new errors.NoTextFoundError(),
];

test("what a stage can throw is known to SetError, and only what may pass is retried", () => {
  const declared = Object.values(errors).filter((error) => Object.getPrototypeOf(error) === errors.StageError);
  const table = String(taskOf("SetError").Arguments["ExpressionAttributeValues"]);
  const known = Array.from(table.matchAll(/'errors': \[([^\]]*)\]/g), ([, names = ""]) => names.split(", ")).flat();

  expect(declared).toHaveLength(stageErrors.length);
  for (const { name } of stageErrors) expect([...known, "'StageFailed'"]).toContain(`'${name}'`);
  for (const stage of stages) expect(taskOf(stage).Retry?.[0]?.ErrorEquals).toContain("StageFailed");
  const retried = retriers.flatMap(({ ErrorEquals }) => ErrorEquals);
  expect(stageErrors.map(({ name }) => name).filter((name) => retried.includes(name))).toEqual(["StageFailed"]);
});

test("SetError writes under the conditions, and takes out what is only on open jobs, as the functions do", async () => {
  const pipeline = await createPipeline({ invokeStage: async () => failed("StageOutputInvalid") });
  await pipeline.execute(await pipeline.submit("a text"));
  const call = pipeline.events.find(({ type, details }) => type === "TaskScheduled" && details.resource === "updateItem");

  const { ConditionExpression, ExpressionAttributeValues: values, UpdateExpression } = JSON.parse(call?.details.parameters ?? "{}");

  const [, statuses = ""] = /#status IN \(([^)]*)\)/.exec(ConditionExpression) ?? [];
  expect(statuses.split(", ").map((placeholder) => values[placeholder].S)).toEqual(statusesBefore.ERROR);
  expect(ConditionExpression).toMatch(/^#generation = :generation AND .* AND #deadlineAt > :latest$/);
  expect(values[":latest"].N - values[":now"].N).toBe(timeLimits.lastWriteSeconds);
  expect(UpdateExpression).toMatch(/ REMOVE #stage, #openShard, #dueAt$/);
});

let timeouts: Record<string, number>;
beforeAll(async () => {
  const program = await evaluatedProgram();
  const timeoutOf = (name: string) => Number(inputsOf(program, "aws:lambda/function:Function", name)["timeout"]);
  timeouts = { OCR: timeoutOf("ocr"), MLInference: timeoutOf("ml-inference"), Search: timeoutOf("search") };
});

test.each(stages)("the function of %s gives up before its task does, so that its own error is seen", (name) => {
  expect(timeouts[name]).toBeGreaterThan(0);
  expect(timeouts[name]).toBeLessThan(taskOf(name).TimeoutSeconds ?? 0);
});
