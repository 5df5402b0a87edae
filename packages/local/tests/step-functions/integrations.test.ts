import { describe, expect, test } from "vitest";
import { AwsError } from "../../aws.ts";
import { type TaskCalls, taskIntegration } from "../../step-functions/integrations.ts";
import { Bench, invoke, only, refusal } from "./state-machine.ts";

const principal = { roleName: "r", secretAccessKey: "s", policies: [] };
const updateItem = "arn:aws:states:::dynamodb:updateItem";
const uuid = /^[0-9a-f-]{36}$/;
const answered = async (): Promise<unknown> => ({ outcome: { payload: '{"a":1}' }, version: "3" });

/** The result of one task, or the name and cause of its error, and the invocations that it made. */
async function run(resource: string, given: object, answer = answered) {
  const invocations: unknown[] = [];
  const call: TaskCalls["call"] = (service, { input }) => {
    if (service === "lambda") invocations.push(input);
    return answer();
  };
  const runTask = taskIntegration({ call }, principal);
  const { signal } = new AbortController();
  const request = { resource, arguments: given as never, signal, hold: () => () => undefined, context: {} as never };
  const result = await runTask(request).catch(({ name, cause }) => ({ error: name, cause }));
  return { result: result as Record<string, unknown>, invocations };
}

describe("lambda:invoke", () => {
  test("answers with the version, the payload, and the SDK's metadata", async () => {
    const { result, invocations } = await run(invoke, { FunctionName: "ocr", Payload: { jobId: "a" } });

    const { RequestId } = result["SdkResponseMetadata"] as { RequestId: string };
    expect(RequestId).toMatch(uuid);
    expect(result).toMatchObject({
      ...{ ExecutedVersion: "3", Payload: { a: 1 }, StatusCode: 200 },
      SdkHttpMetadata: {
        AllHttpHeaders: { "Content-Length": ["7"], "X-Amz-Executed-Version": ["3"], "x-amzn-RequestId": [RequestId] },
        HttpHeaders: { "Content-Length": "7", "X-Amz-Executed-Version": "3", "x-amzn-RequestId": RequestId },
        HttpStatusCode: 200,
      },
    });
    expect(invocations).toMatchObject([{ functionNameOrArn: "ocr", invocationType: "RequestResponse", event: '{"jobId":"a"}' }]);
  });

  test.each([
    [{}, { event: "{}" }],
    [{ Payload: null }, { event: "null" }],
    [{ Payload: '{"jobId":"a"}' }, { event: '{"jobId":"a"}' }],
    [{ Qualifier: "7" }, { functionNameOrArn: "ocr:7" }],
    [{ LogType: "None" }, { functionNameOrArn: "ocr", logType: "None" }],
    [{ LogType: "Tail" }, { functionNameOrArn: "ocr", logType: "Tail" }],
    [{ InvocationType: "Event" }, { invocationType: "Event" }],
  ])("with %j invokes with %j", async (more, expected) => {
    const { invocations } = await run(invoke, { FunctionName: "ocr", ...more });

    expect(invocations).toMatchObject([expected]);
  });

  test.each([
    ["Event", 202],
    ["DryRun", 204],
  ])("of the type %s does not wait: %i", async (InvocationType, status) => {
    const { result } = await run(invoke, { FunctionName: "ocr", InvocationType }, async () => ({ status }));

    expect(result).toMatchObject({ Payload: "", StatusCode: status, SdkHttpMetadata: { HttpStatusCode: status } });
  });

  test.each([
    [{}, "States.Runtime", "The field 'FunctionName' of lambda:invoke is required, but is missing."],
    [{ FunctionName: "ocr", Retries: 1 }, "States.Runtime", "The field 'Retries' of lambda:invoke is not supported."],
    [
      { FunctionName: "ocr", InvocationType: "Later" },
      "States.Runtime",
      "The field 'InvocationType' of lambda:invoke must be one of RequestResponse, Event, DryRun.",
    ],
    [{ FunctionName: "ocr", LogType: "All" }, "States.Runtime", "The field 'LogType' of lambda:invoke must be one of None, Tail."],
    [{ FunctionName: "ocr", Payload: "a text" }, "Lambda.InvalidRequestContentException", "Could not parse request body into json."],
  ])("with %j fails and invokes nothing", async (given, error, cause) => {
    const { result, invocations } = await run(invoke, given);

    expect([result, invocations]).toEqual([{ error, cause }, []]);
  });

  test("arguments that it cannot take are refused in the definition, as far as they are known there", () => {
    const definition = (Arguments: unknown) => ({
      QueryLanguage: "JSONata",
      ...only({ Type: "Task", Resource: invoke, Arguments, End: true }),
    });

    const sentences = [
      { Payload: {} },
      { FunctionName: "ocr", Retries: 1 },
      { FunctionName: "{% 'ocr' %}", InvocationType: "{% 'Event' %}", LogType: "{% 'None' %}" },
      "{% {} %}",
    ].map((given) => refusal(definition(given)));

    expect(sentences).toEqual([
      "State 'X' has 'Arguments' that cannot be used: The field 'FunctionName' of lambda:invoke is required, but is missing.",
      "State 'X' has 'Arguments' that cannot be used: The field 'Retries' of lambda:invoke is not supported.",
      "is taken",
      "is taken",
    ]);
  });

  test("a function that fails gives its error's name and, as the cause, the error as JSON", async () => {
    const outcome = { errorType: "DocumentUnreadable", errorMessage: "No." };

    const { result } = await run(invoke, { FunctionName: "ocr" }, async () => ({ outcome, version: "3" }));

    expect(result).toEqual({ error: "DocumentUnreadable", cause: JSON.stringify(outcome) });
  });
});

test("a call of DynamoDB answers with the SDK's metadata", async () => {
  const { result } = await run(updateItem, {}, async () => ({ Attributes: {} }));

  expect(result).toMatchObject({
    Attributes: {},
    SdkHttpMetadata: { HttpStatusCode: 200, HttpHeaders: { "Content-Type": "application/x-amz-json-1.0", "Content-Length": "17" } },
    SdkResponseMetadata: { RequestId: expect.stringMatching(uuid) },
  });
});

test.each([
  [updateItem, "ConditionalCheckFailedException", 400, "DynamoDB.ConditionalCheckFailedException", "AmazonDynamoDBv2"],
  [updateItem, "ValidationException", 400, "DynamoDB.AmazonDynamoDBException", "AmazonDynamoDBv2"],
  [invoke, "TooManyRequestsException", 429, "Lambda.TooManyRequestsException", "AWSLambda"],
  [invoke, "AccessDeniedException", 403, "Lambda.AWSLambdaException", "AWSLambda"],
])("%s that is answered %s: the cause ends in the service's details", async (resource, name, status, error, service) => {
  const fails = () => Promise.reject(new AwsError(name, "It was refused.", status));

  const { result } = await run(resource, { FunctionName: "ocr" }, fails);

  const end = new RegExp(
    `^It was refused\\. \\(Service: ${service}; Status Code: ${status}; Error Code: ${name}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
  );
  expect(result).toEqual({ error, cause: expect.stringMatching(end) });
});

test("a fault of a service's own is no error of the state machine", async () => {
  const bench = new Bench(only({ Type: "Task", Resource: invoke, Arguments: { FunctionName: "f" }, End: true }), {
    runTask: taskIntegration({ call: () => Promise.reject(new TypeError("a bug")) }, principal),
  });

  await expect(bench.execute()).rejects.toThrow("a bug");
});
