import { clientVariables } from "./account/developer.ts";
import { systemClock } from "./clock.ts";
import { DynamoEngine } from "./dynamodb/dynamo-engine.ts";
import { invocationTypes } from "./lambda/invocation.ts";
import { withoutLocalMeaning } from "./program/without-local-meaning.ts";
import { s3Operations } from "./s3/s3-service.ts";
import { resourceTypes } from "./services.ts";
import { compileDefinition } from "./step-functions/definition.ts";
import { isKnownResource } from "./step-functions/integrations.ts";
import { queryFunctions } from "./step-functions/query-functions.ts";
import { type StateMachines, StepFunctionsApi } from "./step-functions/step-functions-api.ts";

const code = (name: string): string => `\`${name}\``;
const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.map(code).join(", "));
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The text of COVERAGE.md. All that is listed comes from the code that does it, or from calls of that code. */
export async function coveragePage(): Promise<string> {
  const sections = [introduction, resources(), resourcesWithoutLocalMeaning(), await operations(), statesLanguage()];
  return `${sections.join("\n\n")}\n`;
}

const introduction = `# What the local runtime simulates

Written by \`npm run coverage-page\` from the code; a test fails where the two differ. A resource type or an input that is not listed
stops the start, by name; an operation that is not listed, or an unknown member of its request, is answered with an error. The check is of
whole inputs: what an object in one of them says beyond what is simulated (the \`retryPolicy\` of a schedule's target, the
\`systemLogLevel\` in a function's \`loggingConfig\`) has no effect here.

## Any AWS client

    ${clientVariables("us-east-1")} \\
      aws --endpoint-url http://127.0.0.1:3001 dynamodb scan --table-name jobs-local

This key is the developer's, who may do everything; the functions have keys of their own, with their roles' permissions.
StartSyncExecution goes to a host of its own, \`sync-…\`, which does not exist here. To leave the prefix out, set
\`AWS_DISABLE_HOST_PREFIX_INJECTION=true\` (AWS CLI, boto3), \`Config(inject_host_prefix=False)\` (boto3) or
\`disableHostPrefix: true\` (JavaScript). Use \`127.0.0.1\` rather than a name, so that S3's clients put the bucket into the path.`;

function resources(): string {
  const sorted = Object.entries(resourceTypes).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = sorted.map(([type, { simulated: inputs, withoutLocalMeaning: ignored = {} }]) => [
    code(type),
    list(inputs),
    Object.entries(ignored)
      .map(([input, reason]) => `${code(input)}: ${reason}`)
      .join("; "),
  ]);
  return `## Resource types\n\n${table(["type", "inputs honoured", "inputs without local meaning, and why"], rows)}`;
}

function resourcesWithoutLocalMeaning(): string {
  const rows = Object.entries(withoutLocalMeaning).map(([type, { reason }]) => [code(type), reason]);
  return `## Resource types without local meaning\n\n${table(["type", "why"], rows)}`;
}

/** The operations of DynamoDB that an application calls. */
const dynamoOperations = (
  "BatchExecuteStatement BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable DescribeTimeToLive ExecuteStatement " +
  "ExecuteTransaction GetItem ListTables PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem UpdateTable UpdateTimeToLive"
).split(" ");
const stepFunctionsOperations = (
  "CreateStateMachine DeleteStateMachine DescribeExecution DescribeStateMachine DescribeStateMachineForExecution GetExecutionHistory " +
  "ListExecutions ListStateMachines RedriveExecution SendTaskFailure SendTaskHeartbeat SendTaskSuccess StartExecution StartSyncExecution " +
  "StopExecution TestState UpdateStateMachine ValidateStateMachineDefinition"
).split(" ");
const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:a";

async function operations(): Promise<string> {
  const engine = await DynamoEngine.open({ clock: systemClock });
  const api = new StepFunctionsApi(stateMachines, systemClock);
  const executionArn = stateMachineArn.replace("stateMachine", "express");
  const [dynamo, states] = await Promise.all([
    outcomes(dynamoOperations, (name) => engine.execute(name, {})),
    outcomes(stepFunctionsOperations, (name) =>
      api.call(name, name.includes("Execution") && !name.startsWith("Start") ? { executionArn, stateMachineArn } : {}),
    ),
  ]);
  await engine.close();
  const rows = [
    ["DynamoDB", list(named(dynamo, isSimulated)), list(named(dynamo, isUnknown))],
    ["Lambda", `Invoke of the types ${list(Object.keys(invocationTypes))}`, "all others"],
    ["S3", `${list(Object.keys(s3Operations))}, each by a presigned URL too`, "all others"],
    ["Step Functions", list(named(states, isSimulated)), list(named(states, isUnknown))],
  ];
  const express = states.filter(({ error }) => isOfExpress(error)).map(({ name, error }) => `${code(name)} (${code(error)})`);
  return `## Operations\n\n${table(["service", "simulated", "refused"], rows)}

Express state machines do not have these; the errors are AWS's own: ${express.join(", ")}.
An \`Event\` is tried three times, like Lambda's, with one minute and two between; it does not outlive the process.`;
}

const stateMachines = { all: [{ arn: stateMachineArn }] } as unknown as StateMachines;
const isUnknown = (error: string): boolean => error === "UnknownOperationException";
const isOfExpress = (error: string): boolean => error === "StateMachineTypeNotSupported" || error === "InvalidArn";
const isSimulated = (error: string): boolean => !isUnknown(error) && !isOfExpress(error);

interface Outcome {
  readonly name: string;
  /** The name of the error with which a request is answered that has nothing, or next to nothing, in it. */
  readonly error: string;
}

function named(all: readonly Outcome[], wanted: (error: string) => boolean): string[] {
  return all.filter(({ error }) => wanted(error)).map(({ name }) => name);
}

function outcomes(names: readonly string[], call: (name: string) => Promise<unknown>): Promise<Outcome[]> {
  return Promise.all(
    names.map(async (name) => {
      const error = await call(name).then(
        () => "",
        (thrown: Error) => thrown.name,
      );
      return { name, error };
    }),
  );
}

const nested = { StartAt: "B", States: { B: { Type: "Succeed" } } };
const lambdaInvoke = "arn:aws:states:::lambda:invoke";
/** The smallest definition of each type of state. */
const states = {
  Task: { Type: "Task", Resource: lambdaInvoke, End: true },
  Pass: { Type: "Pass", End: true },
  Wait: { Type: "Wait", Seconds: 1, End: true },
  Choice: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "C" }] },
  Succeed: { Type: "Succeed" },
  Fail: { Type: "Fail" },
  Parallel: { Type: "Parallel", Branches: [nested], End: true },
  Map: { Type: "Map", ItemProcessor: nested, End: true },
};
/** The optimised integrations that an Express state machine could have, and two others. */
const integrations = [
  ...["lambda:invoke", "dynamodb:getItem", "dynamodb:putItem", "dynamodb:updateItem", "dynamodb:deleteItem", "events:putEvents"],
  ...["sns:publish", "sqs:sendMessage", "states:startExecution", "http:invoke", "apigateway:invoke", "aws-sdk:dynamodb:query"],
].map((name) => `arn:aws:states:::${name}`);
/** Features of Step Functions that this interpreter does not have, each in a definition that asks for it. */
const refused = {
  JSONPath: { ...definitionOf(states.Pass), QueryLanguage: "JSONPath" },
  "a Distributed Map": definitionOf({
    ...states.Map,
    ItemProcessor: { ...nested, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" } },
  }),
  "waiting for a job": definitionOf({ ...states.Task, Resource: "arn:aws:states:::ecs:runTask.sync" }),
  "waiting for a task token": definitionOf({ ...states.Task, Resource: `${lambdaInvoke}.waitForTaskToken` }),
  "an activity": definitionOf({ ...states.Task, Resource: "arn:aws:states:us-east-1:000000000000:activity:a" }),
  "`$eval`": definitionOf({ ...states.Pass, Output: "{% $eval('1') %}" }),
  "any other integration": definitionOf({ ...states.Task, Resource: "arn:aws:states:::sns:publish" }),
};

function definitionOf(state: object): object {
  const isChoice = "Choices" in state;
  return { QueryLanguage: "JSONata", StartAt: "A", States: { A: state, ...(isChoice && { C: { Type: "Succeed" } }) } };
}

/** The sentence that refuses a definition; none where it would run. */
function refusalOf(definition: object): string | undefined {
  try {
    compileDefinition(JSON.stringify(definition), isKnownResource);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function statesLanguage(): string {
  const types = Object.entries(states).filter(([, state]) => refusalOf(definitionOf(state)) === undefined);
  const functions = Object.keys(queryFunctions(0, Math.random)).map((name) => `$${name}`);
  const rows = Object.entries(refused).map(([what, definition]) => [what, refusalOf(definition) ?? "taken"]);
  return `## States Language

Express state machines, in JSONata.

- States: ${list(types.map(([type]) => type))}
- Integrations: ${list(integrations.filter(isKnownResource))}
- Functions: those of JSONata, and ${list(functions)}

${table(["refused", "in these words"], rows)}`;
}
