import { randomUUID } from "node:crypto";
import type { Account } from "../account/account.ts";
import { AwsError } from "../aws.ts";
import type { Input } from "../dynamodb/dynalite.ts";
import type { Principal } from "../iam/roles.ts";
import { type InvokeInput, type InvokeOutput, invocationTypes, type OnWait } from "../lambda/invocation.ts";
import { StatesError } from "./errors.ts";
import { isJson } from "./payload.ts";
import type { TaskIntegration } from "./thread.ts";

/** Where a task's calls go, each checked against the permissions of its caller. */
export type TaskCalls = Pick<Account, "call">;

export const lambdaInvoke = "arn:aws:states:::lambda:invoke";
const dynamodbItem = /^arn:aws:states:::dynamodb:((?:get|put|update|delete)Item)$/;

/** @returns true for a Task's resource that can be run here. */
export const isKnownResource = (resource: string): boolean => resource === lambdaInvoke || dynamodbItem.test(resource);

/** Runs the tasks of a state machine's executions with the permissions of its role. */
export function taskIntegration(calls: TaskCalls, principal: Principal): TaskIntegration {
  return async ({ resource, arguments: given, hold }) => {
    const operation = dynamodbItem.exec(resource)?.[1];
    if (operation === undefined) return invokeFunction(given as Input, calls, principal, hold);
    const name = operation.charAt(0).toUpperCase() + operation.slice(1);
    const call = { operation: name, input: given };
    const answer = (await calls.call("dynamodb", call, principal).catch(failedBy(dynamoDb))) as object;
    return { ...answer, ...sdkMetadata(200, "application/x-amz-json-1.0", JSON.stringify(answer)) };
  };
}

/** A service as the names and causes of its errors have it. */
interface ServiceNames {
  readonly prefix: string;
  readonly service: string;
  /** The service's own exception stands for errors that its API does not model. */
  readonly ownException: string;
  readonly unmodelled: readonly string[];
}

const dynamoDb: ServiceNames = {
  prefix: "DynamoDB",
  service: "AmazonDynamoDBv2",
  ownException: "AmazonDynamoDBException",
  unmodelled: ["AccessDeniedException", "ValidationException", "UnrecognizedClientException"],
};
const lambda: ServiceNames = {
  prefix: "Lambda",
  service: "AWSLambda",
  ownException: "AWSLambdaException",
  unmodelled: ["AccessDeniedException"],
};

function failedBy({ prefix, service, ownException, unmodelled }: ServiceNames): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AwsError)) throw error;
    const { name, message, status } = error;
    const details = `Service: ${service}; Status Code: ${status}; Error Code: ${name}; Request ID: ${randomUUID()}; Proxy: null`;
    throw new StatesError(`${prefix}.${unmodelled.includes(name) ? ownException : name}`, `${message} (${details})`);
  };
}

async function invokeFunction(given: Input, calls: TaskCalls, principal: Principal, onWait: OnWait): Promise<unknown> {
  const refusal = invokeRefusal(given);
  if (refusal !== undefined) throw new StatesError("States.Runtime", refusal);
  const {
    FunctionName: name,
    Qualifier: qualifier,
    InvocationType: type = "RequestResponse",
    Payload: payload = {},
    LogType: logType,
  } = given;
  const input: InvokeInput = {
    functionNameOrArn: qualifier === undefined ? String(name) : `${name}:${qualifier}`,
    invocationType: type as InvokeInput["invocationType"],
    event: typeof payload === "string" ? payload : JSON.stringify(payload), // a text is the body itself
    onWait,
    logType: logType as InvokeInput["logType"],
  };
  if (!isJson(input.event)) throw new StatesError("Lambda.InvalidRequestContentException", "Could not parse request body into json.");
  const answer = (await calls.call("lambda", { operation: "Invoke", input }, principal).catch(failedBy(lambda))) as InvokeOutput;
  if ("status" in answer) return { Payload: "", StatusCode: answer.status, ...sdkMetadata(answer.status, "application/json", "") };
  const { outcome, version, logTail } = answer;
  if ("errorType" in outcome) throw new StatesError(outcome.errorType, JSON.stringify(outcome));
  const log = logTail === undefined ? undefined : Buffer.from(logTail).toString("base64");
  const headers = { "X-Amz-Executed-Version": version, ...(log !== undefined && { "X-Amz-Log-Result": log }) };
  const metadata = sdkMetadata(200, "application/json", outcome.payload, headers);
  return {
    ExecutedVersion: version,
    ...(log !== undefined && { LogResult: log }),
    Payload: JSON.parse(outcome.payload),
    ...metadata,
    StatusCode: 200,
  };
}

const invokeArguments = ["FunctionName", "Qualifier", "InvocationType", "LogType", "Payload"];

/** The reason why lambda:invoke refuses these arguments; the values of those that are expressions are not known to the definition. */
export function invokeRefusal(
  given: Readonly<Record<string, unknown>>,
  isKnown: (value: unknown) => boolean = () => true,
): string | undefined {
  const { FunctionName: name, InvocationType: type = "RequestResponse", LogType: logType = "None" } = given;
  const unknown = Object.keys(given).find((argument) => !invokeArguments.includes(argument));
  if (unknown !== undefined) return `The field '${unknown}' of lambda:invoke is not supported.`;
  if (name === undefined) return "The field 'FunctionName' of lambda:invoke is required, but is missing.";
  if (isKnown(type) && !Object.hasOwn(invocationTypes, String(type)))
    return `The field 'InvocationType' of lambda:invoke must be one of ${Object.keys(invocationTypes).join(", ")}.`;
  return isKnown(logType) && logType !== "None" && logType !== "Tail"
    ? "The field 'LogType' of lambda:invoke must be one of None, Tail."
    : undefined;
}

/** The metadata that the SDK adds to an answer: its headers, as a list of values each and as one value each, and the id of its request. */
function sdkMetadata(status: number, contentType: string, body: string, more: Readonly<Record<string, string>> = {}) {
  const RequestId = randomUUID();
  const headers: Readonly<Record<string, string>> = {
    ...{ Connection: "keep-alive", "Content-Length": String(Buffer.byteLength(body)), "Content-Type": contentType },
    ...more,
    "x-amzn-RequestId": RequestId,
  };
  const AllHttpHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders, HttpHeaders: headers, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId },
  };
}
