import aslValidator from "asl-validator";
import { beforeAll, expect, test } from "vitest";
import { statusesBefore, timeLimits } from "../../functions/jobs/job.ts";
import { stages } from "../../functions/stages/registry.ts";
import { fileName, stateName } from "../../functions/stages/stage.ts";
import { fillPlaceholders, readDefinition } from "../../statemachine/definition.ts";
import { longestPathSeconds, type TimedDefinition, type TimedState } from "../../statemachine/longest-path.ts";
import { functionPlaceholder } from "../../statemachine/stage-states.ts";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";
import { createPipeline } from "../support/pipeline.ts";
import { failed } from "../support/process-job.ts";

interface Task extends TimedState {
  readonly Resource: string;
  readonly Arguments: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}

const definition: TimedDefinition & { readonly TimeoutSeconds: number } = JSON.parse(readDefinition());
/** Every state, those within a Map too. */
const allStates = Object.assign({}, definition.States, definition.States["OCRParts"]?.ItemProcessor?.States) as Record<string, Task>;
const taskOf = (name: string): Task => allStates[name] as Task;
const states = stages.map(stateName);
const invocations = Object.keys(allStates).filter((name) => taskOf(name).Resource?.endsWith(":lambda:invoke"));
const retriers = [...invocations, "SetError"].flatMap((name) => taskOf(name).Retry ?? []);

test("the definition is one that AWS takes, as far as its schema tells", () => {
  const functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:ocr:7";
  const arns = Object.fromEntries(stages.map((stage) => [functionPlaceholder(stage), functionArn]));
  const filled = JSON.parse(fillPlaceholders(readDefinition(), { ...arns, JobsTableName: "jobs", OcrLanguages: "eng, deu" }));

  const { isValid, errorsText } = aslValidator(filled);

  expect(isValid, errorsText("\n")).toBe(true);
  expect(filled.QueryLanguage).toBe("JSONata");
  expect(aslValidator({ ...filled, StartAt: "Nowhere" }).isValid).toBe(false);
});

test("the stages follow one another, from OCR to Search, and what fails has a way of its own", () => {
  const steps = Object.entries(definition.States).map(([name, { Type, Next }]) => `${name}: ${Type}, ${Next ?? "end"}`);

  expect(steps).toEqual([
    ...["OCR: Task, OCRDivided", "OCRDivided: Choice, end", "OCRWhole: Task, MLInference", "OCRParts: Map, OCRJoin"],
    ...["OCRJoin: Task, MLInference", "MLInference: Task, Search", "Search: Task, end"],
    ...["SetError: Task, JobFailed", "SettledAlready: Succeed, end", "JobFailed: Fail, end"],
  ]);
  const { Choices = [], Default } = taskOf("OCRDivided");
  expect([...Choices.map(({ Next }) => Next), Default]).toEqual(["OCRParts", "OCRWhole", "MLInference"]);
  expect([definition.StartAt, states.at(-1)]).toEqual(["OCR", "Search"]);
});

const failing = [
  ...stages.map((stage) => [stateName(stage), stage.name]),
  ...["OCRWhole", "OCRParts", "OCRJoin"].map((name) => [name, "ocr"]),
];
test.each(failing.map(([name = "", failedStage]) => ({ name, failedStage })))(
  "whatever fails $name leads to SetError, with the job's key and no Cause",
  ({ name, failedStage }) => {
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
  },
);

test("any failure of SetError leads to JobFailed, except for a job that has ended already", () => {
  const caught = taskOf("SetError").Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next]);

  expect(caught).toEqual([
    [["DynamoDB.ConditionalCheckFailedException"], "SettledAlready"],
    [["States.ALL"], "JobFailed"],
  ]);
});

test("only the job's key travels to a stage and from one to the next, and the numbers of pages between OCR's own states", () => {
  const given = invocations.map((name) => [taskOf(name).Resource, taskOf(name).Arguments["Payload"]]);
  const guarded = /^\{% \$states\.result\.Payload\.jobId = \$states\.input\.jobId \? (.*) : \$error\('[^']*'\) %\}$/;
  const outputs = invocations.map((name) => [name, guarded.exec(String(taskOf(name).Output))?.[1]]);

  const ofPart = "{% $merge([$states.input, {'attempt': $states.context.State.RetryCount}]) %}";
  expect(given).toEqual(invocations.map((name) => ["arn:aws:states:::lambda:invoke", name === "OCRPart" ? ofPart : "{% $states.input %}"]));
  const key = "'jobId': $states.input.jobId, 'generation': $states.input.generation";
  const planned = "$merge([$states.input, {'parts': $states.result.Payload.parts}])";
  expect(Object.fromEntries(outputs)).toEqual({
    OCR: `($states.result.Payload.parts ? ${planned} : $states.input)`,
    ...{ OCRWhole: `{${key}}`, OCRPart: "$states.input.part", OCRJoin: `{${key}}` },
    ...{ MLInference: "$states.input", Search: "$states.input" },
  });
  expect(taskOf("OCRParts").Output).toBe(`{% {${key}, 'parts': $states.result} %}`);
});

test("the longest path is shorter than 290 s, than the definition's own timeout and than Express allows", () => {
  const seconds = longestPathSeconds(definition);

  // Attempts × the state's timeout, 1 s of waiting before each further one, and 7 s for throttles; SetError 3 × 3 + 1 + 2. All
  // parts of OCR run at once, and take longer than the plan's other way.
  const onTheWay = ["OCR", "OCRPart", "OCRJoin", ...states.slice(1)];
  const times = onTheWay.map((name) => attemptsOf(name) * (taskOf(name).TimeoutSeconds ?? 0) + attemptsOf(name) - 1 + 7);
  expect(seconds).toBe(times.reduce((sum, of) => sum + of, 12));
  expect(seconds).toBeLessThan(290);
  expect(seconds).toBeLessThanOrEqual(definition.TimeoutSeconds);
  expect(definition.TimeoutSeconds).toBeLessThan(300);
});

const attemptsOf = (name: string): number => stages.find((stage) => name.startsWith(stateName(stage)))?.attempts ?? Number.NaN;

test("a job's deadline comes after the longest execution and the last write of it", () => {
  expect(timeLimits.executionDeadlineSeconds - timeLimits.lastWriteSeconds).toBeGreaterThanOrEqual(300);
});

test("every wait before a retry is jittered, and throttles have a retrier of their own", () => {
  const trying = retriers.filter(({ MaxAttempts }) => MaxAttempts !== 0);

  for (const { JitterStrategy } of trying) expect(JitterStrategy).toBe("FULL");
  const throttled = retriers.filter(({ ErrorEquals }) => ErrorEquals.includes("Lambda.TooManyRequestsException"));
  expect(throttled.map(({ ErrorEquals }) => ErrorEquals)).toEqual(invocations.map(() => ["Lambda.TooManyRequestsException"]));
});

test("what a stage can throw is known to SetError, and only what may pass is retried", () => {
  const kinds = stages.flatMap(({ errors }) => errors.map(({ kind }) => kind));
  const table = String(taskOf("SetError").Arguments["ExpressionAttributeValues"]);
  const known = Array.from(table.matchAll(/'errors': \[([^\]]*)\]/g), ([, names = ""]) => names.split(", ")).flat();

  expect(known).toEqual(expect.arrayContaining(kinds.map(({ name }) => `'${name}'`)));
  for (const name of invocations) expect(taskOf(name).Retry?.[0]?.ErrorEquals).toContain("StageFailed");
  const retried = retriers.flatMap(({ ErrorEquals }) => ErrorEquals);
  for (const { name, isRetried = false } of kinds) expect([name, retried.includes(name)]).toEqual([name, isRetried]);
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

let timeoutOf: (name: string) => number;
beforeAll(async () => {
  const program = await evaluatedProgram();
  timeoutOf = (name) => Number(inputsOf(program, "aws:lambda/function:Function", name)["timeout"]);
});

/** The state of each stage that gives its function the most time: the plan and the join of OCR end earlier, by the function's own clock. */
test.each(stages.map((stage) => [fileName(stage), `${stateName(stage)}${"parts" in stage ? "Part" : ""}`]))(
  "the function %s gives up before its state %s does, so that its own error is seen",
  (name, state) => {
    expect(timeoutOf(name)).toBeGreaterThan(0);
    expect(timeoutOf(name)).toBeLessThan(taskOf(state).TimeoutSeconds ?? 0);
  },
);
