import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ExecutionOutcome } from "../../step-functions/state-machine.ts";
import { type StateMachines, StepFunctionsApi } from "../../step-functions/step-functions-api.ts";
import { createLocalAws, signBy } from "../../testing/local-aws.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { listen } from "../../transport/http-server.ts";

const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
const stateMachineArn = arnOf("process-job");
const executionArn = "arn:aws:states:us-east-1:000000000000:express:process-job:a:b";
const creationDate = new Date("2026-01-01T00:00:00Z");

const specOf = (name: string) => ({
  name,
  arn: arnOf(name),
  roleArn: "arn:aws:iam::000000000000:role/process-job",
  principal: { roleName: "process-job", secretAccessKey: "x", policies: [] },
  definition: "{}",
  logLevel: "ALL" as const,
  includeExecutionData: true,
  writeLog: undefined,
  writeTrace: () => undefined,
});

interface Options {
  readonly names?: readonly string[];
  readonly outcome?: ExecutionOutcome;
  readonly milliseconds?: number;
}

/** The API before state machines that start whatever they are asked to, and the SDK's client of it. */
async function createApi({ names = ["process-job"], outcome = { status: "SUCCEEDED", output: { a: 1 } }, milliseconds = 0 }: Options = {}) {
  const starts: unknown[] = [];
  const startedAt = Date.UTC(2026, 0, 2);
  const stateMachines: StateMachines = {
    all: names.map(specOf),
    start: (...start) => {
      starts.push(start);
      return { executionArn, startDate: startedAt / 1_000 };
    },
    startSync: async (...start) => {
      starts.push(start);
      return { executionArn, name: "a", input: '{"jobId":"a"}', startedAt, endedAt: startedAt + milliseconds, outcome };
    },
  };
  const aws = await createLocalAws({ stepFunctions: new StepFunctionsApi(stateMachines, new ManualClock()) });
  return { client: aws.stepFunctions, endpoint: aws.account, clock: aws.clock, starts };
}

/** The service's answer, without the client's additions. */
async function answerOf(sent: Promise<object>): Promise<object> {
  const { $metadata, ...answer } = (await sent) as { $metadata: unknown };
  return answer;
}

describe("a start", () => {
  test("hands name and input on, or neither", async () => {
    const { client, starts } = await createApi();

    const started = await client.send(new StartExecutionCommand({ stateMachineArn, name: "a", input: '{"jobId":"a"}' }));
    await client.send(new StartExecutionCommand({ stateMachineArn }));

    expect(started).toMatchObject({ executionArn, startDate: new Date("2026-01-02T00:00:00Z") });
    expect(starts).toEqual([
      [stateMachineArn, { name: "a", input: '{"jobId":"a"}' }],
      [stateMachineArn, {}],
    ]);
  });

  test("that waits is answered with the outcome of the execution", async () => {
    const { client, starts } = await createApi({ milliseconds: 101 });

    const ended = await answerOf(client.send(new StartSyncExecutionCommand({ stateMachineArn, name: "a", input: '{"jobId":"a"}' })));

    expect(ended).toEqual({
      executionArn,
      stateMachineArn,
      name: "a",
      startDate: new Date("2026-01-02T00:00:00.000Z"),
      stopDate: new Date("2026-01-02T00:00:00.101Z"),
      status: "SUCCEEDED",
      input: '{"jobId":"a"}',
      inputDetails: { included: true },
      output: '{"a":1}',
      outputDetails: { included: true },
      billingDetails: { billedDurationInMilliseconds: 200, billedMemoryUsedInMB: 64 },
    });
    expect(starts).toEqual([[stateMachineArn, { name: "a", input: '{"jobId":"a"}' }]]);
  });

  test.each<[ExecutionOutcome, object]>([
    [
      { status: "FAILED", error: "JobFailed", cause: "No." },
      { status: "FAILED", error: "JobFailed", cause: "No." },
    ],
    [
      { status: "TIMED_OUT", error: "States.Timeout", cause: "" },
      { status: "TIMED_OUT", error: "States.Timeout" },
    ],
  ])("whose execution ends as %j has no output", async (outcome, expected) => {
    const { client } = await createApi({ outcome });

    const { status, error, cause, output, billingDetails } = await client.send(new StartSyncExecutionCommand({ stateMachineArn }));

    expect({ status, error, cause, output }).toEqual({ cause: undefined, output: undefined, ...expected });
    expect(billingDetails?.billedDurationInMilliseconds).toBe(100);
  });

  test("that waits needs disableHostPrefix of the SDK: without it the client asks for sync-127.0.0.1", async () => {
    const { endpoint, clock } = await createApi();
    const server = await listen(endpoint);
    onTestFinished(() => server.close());
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const send = (disableHostPrefix: boolean) => {
      const sender = new SFNClient({ region: "us-east-1", endpoint: server.url, credentials, maxAttempts: 1, disableHostPrefix });
      signBy(clock, sender);
      return sender.send(new StartSyncExecutionCommand({ stateMachineArn }));
    };

    await expect(send(true)).resolves.toMatchObject({ status: "SUCCEEDED" });
    await expect(send(false)).rejects.toMatchObject({ hostname: "sync-127.0.0.1" });
  });
});

describe("the state machines", () => {
  test("are listed page by page", async () => {
    const { client } = await createApi({ names: ["one", "two", "three"] });

    const first = await client.send(new ListStateMachinesCommand({ maxResults: 2 }));
    const second = await client.send(new ListStateMachinesCommand({ maxResults: 2, nextToken: first.nextToken }));
    const all = await client.send(new ListStateMachinesCommand({}));
    const full = await client.send(new ListStateMachinesCommand({ maxResults: 3 }));

    expect(first.stateMachines).toEqual([
      { stateMachineArn: arnOf("one"), name: "one", type: "EXPRESS", creationDate },
      { stateMachineArn: arnOf("two"), name: "two", type: "EXPRESS", creationDate },
    ]);
    expect([second.stateMachines?.map(({ name }) => name), second.nextToken]).toEqual([["three"], undefined]);
    expect([all.stateMachines?.length, all.nextToken]).toEqual([3, undefined]);
    expect([full.stateMachines?.length, full.nextToken]).toEqual([3, undefined]);
  });

  test("are described as they were declared", async () => {
    const { client } = await createApi();

    const described = await answerOf(client.send(new DescribeStateMachineCommand({ stateMachineArn })));

    expect(described).toEqual({
      stateMachineArn,
      name: "process-job",
      status: "ACTIVE",
      definition: "{}",
      roleArn: "arn:aws:iam::000000000000:role/process-job",
      type: "EXPRESS",
      creationDate,
      loggingConfiguration: { level: "ALL", includeExecutionData: true },
      tracingConfiguration: { enabled: true },
    });
  });
});

describe("a definition", () => {
  const definitionOf = (state: object) => JSON.stringify({ QueryLanguage: "JSONata", StartAt: "A", States: { A: state } });
  const validate = async (definition: string) => {
    const { client } = await createApi();
    return answerOf(client.send(new ValidateStateMachineDefinitionCommand({ definition, type: "EXPRESS" })));
  };

  test("that would run is OK", async () => {
    expect(await validate(definitionOf({ Type: "Succeed" }))).toEqual({ result: "OK", diagnostics: [], truncated: false });
  });

  const notThere = "has the field 'Colour', which is not known there.";
  const nested = { StartAt: "B", States: { B: { Type: "Succeed", Colour: "red" } } };

  test.each([
    [definitionOf({ Type: "Succeed", Colour: "red" }), "/States/A", `State 'A' ${notThere}`],
    [
      definitionOf({ Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "A", Colour: "red" }] }),
      "/States/A/Choices[0]",
      `Choices[0] of state 'A' ${notThere}`,
    ],
    [definitionOf({ Type: "Parallel", Branches: [nested], End: true }), "/States/A/Branches[0]/States/B", `State 'B' ${notThere}`],
    [definitionOf({ Type: "Map", ItemProcessor: nested, End: true }), "/States/A/ItemProcessor/States/B", `State 'B' ${notThere}`],
    [
      definitionOf({ Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true }),
      "/States/A/Resource",
      "State 'A' has the 'Resource' 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', which waits for a task token, which Express does not do.",
    ],
    ["{}", "/", "The state machine has no 'StartAt' and no 'States'."],
    ["[]", "/", "The state machine is not a JSON object."],
    ["", "/", expect.stringMatching(/^The state machine is not JSON: /)],
  ])("%s would not, where and why", async (definition, location, message) => {
    const diagnostics = [{ severity: "ERROR", code: "SCHEMA_VALIDATION_FAILED", location, message }];

    expect(await validate(definition)).toEqual({ result: "FAIL", diagnostics, truncated: false });
  });

  test("that is not JSON is reported as such", async () => {
    const message = expect.stringMatching(/^The state machine is not JSON: /);

    expect(await validate("{")).toEqual({
      result: "FAIL",
      diagnostics: [{ severity: "ERROR", code: "INVALID_JSON_DESCRIPTION", message }],
      truncated: false,
    });
  });
});

/** In AWS's words, except where the local Step Functions speaks of itself. */
const constraint = (what: string, must: string) => `1 validation error detected: ${what} failed to satisfy constraint: Member must ${must}`;
const notHere = "Resource type not valid in this context";

test.each([
  [
    "ListExecutions",
    new ListExecutionsCommand({ stateMachineArn }),
    "StateMachineTypeNotSupported",
    "This operation is not supported by this type of state machine",
  ],
  ["DescribeExecution", new DescribeExecutionCommand({ executionArn }), "InvalidArn", `Invalid Arn: '${notHere}: express'`],
  ["StopExecution", new StopExecutionCommand({ executionArn, cause: "x" }), "InvalidArn", `Invalid Arn: '${notHere}: express'`],
  ["GetExecutionHistory", new GetExecutionHistoryCommand({ executionArn }), "InvalidArn", `Invalid Arn: '${notHere}: express'`],
  [
    "DescribeStateMachineForExecution",
    new DescribeStateMachineForExecutionCommand({ executionArn }),
    "InvalidArn",
    `Invalid Arn: '${notHere}: express'`,
  ],
  [
    "an execution of a standard state machine",
    new DescribeExecutionCommand({ executionArn: executionArn.replace("express", "execution") }),
    "ExecutionDoesNotExist",
    "Execution Does Not Exist: 'arn:aws:states:us-east-1:000000000000:execution:process-job:a:b'",
  ],
  [
    "an execution for a state machine",
    new StartExecutionCommand({ stateMachineArn: executionArn }),
    "InvalidArn",
    `Invalid Arn: '${notHere}: express'`,
  ],
  [
    "no ARN",
    new StartSyncExecutionCommand({ stateMachineArn: "process-job" }),
    "InvalidArn",
    "Invalid Arn: 'Invalid ARN prefix: process-job'",
  ],
  [
    "no ARN of Step Functions",
    new DescribeStateMachineCommand({ stateMachineArn: "arn:aws:lambda:us-east-1:0:function:a" }),
    "InvalidArn",
    "Invalid Arn: 'Invalid ARN prefix: arn:aws:lambda:us-east-1:0:function:a'",
  ],
  [
    "another state machine",
    new DescribeStateMachineCommand({ stateMachineArn: arnOf("x") }),
    "StateMachineDoesNotExist",
    `State Machine Does Not Exist: '${arnOf("x")}'`,
  ],
  [
    "executions of another",
    new ListExecutionsCommand({ stateMachineArn: arnOf("x") }),
    "StateMachineDoesNotExist",
    `State Machine Does Not Exist: '${arnOf("x")}'`,
  ],
  [
    "nothing to start",
    new StartExecutionCommand({} as { stateMachineArn: string }),
    "ValidationException",
    constraint("Value null at 'stateMachineArn'", "not be null"),
  ],
  [
    "nothing to describe",
    new DescribeExecutionCommand({} as { executionArn: string }),
    "ValidationException",
    constraint("Value null at 'executionArn'", "not be null"),
  ],
  [
    "a name that is no text",
    new StartExecutionCommand({ stateMachineArn, name: 1 as unknown as string }),
    "SerializationException",
    "name is not a string.",
  ],
  [
    "an empty name",
    new StartExecutionCommand({ stateMachineArn, name: "" }),
    "ValidationException",
    constraint("Value '' at 'name'", "have length greater than or equal to 1"),
  ],
  [
    "a long name",
    new StartExecutionCommand({ stateMachineArn, name: "a".repeat(81) }),
    "ValidationException",
    constraint(`Value '${"a".repeat(81)}' at 'name'`, "have length less than or equal to 80"),
  ],
  [
    "a large input",
    new StartExecutionCommand({ stateMachineArn, input: `"${"ä".repeat(131_072)}"` }),
    "ValidationException",
    constraint("Value at 'input'", "have size less than or equal to 262144 bytes in UTF-8 encoding"),
  ],
  [
    "a large page",
    new ListStateMachinesCommand({ maxResults: 1_001 }),
    "ValidationException",
    constraint("Value '1001' at 'maxResults'", "have value less than or equal to 1000"),
  ],
  ["a token of another list", new ListStateMachinesCommand({ nextToken: "x" }), "InvalidToken", "Invalid Token: 'x'"],
  [
    "a definition of the default type, STANDARD",
    new ValidateStateMachineDefinitionCommand({ definition: "{}" }),
    "ValidationException",
    "The local Step Functions validates only definitions of the type EXPRESS.",
  ],
  [
    "warnings",
    new ValidateStateMachineDefinitionCommand({ definition: "{}", type: "EXPRESS", severity: "WARNING" }),
    "ValidationException",
    "The local Step Functions has no diagnostics but those of the severity ERROR.",
  ],
  [
    "a trace header",
    new StartExecutionCommand({ stateMachineArn, traceHeader: "x" }),
    "ValidationException",
    "The local Step Functions does not simulate traceHeader of StartExecution.",
  ],
  [
    "CreateActivity",
    new CreateActivityCommand({ name: "a" }),
    "UnknownOperationException",
    "The local Step Functions does not simulate CreateActivity.",
  ],
])("%s is refused", async (_, command, name, message) => {
  const { client, starts } = await createApi();

  const sent = client.send(command as DescribeExecutionCommand);

  await expect(sent).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
  expect(starts).toEqual([]);
});

test("a property of Object.prototype is no operation of Step Functions", async () => {
  const api = new StepFunctionsApi({ all: [] } as unknown as StateMachines, new ManualClock());

  await expect(api.call("constructor", {})).rejects.toMatchObject({ name: "UnknownOperationException" });
});
