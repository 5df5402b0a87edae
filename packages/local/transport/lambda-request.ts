import { randomUUID } from "node:crypto";
import type { Invocation } from "../account/services.ts";
import { decodePath } from "../s3/s3-request.ts";
import { AwsError } from "./aws-error.ts";
import type { AwsRequest, AwsResponse } from "./aws-message.ts";

/** How an Invoke wants to be answered, and the largest event that it may bring, in bytes. */
export const invocationTypes = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const;

export interface InvokeRequest {
  /** With its qualifier, where there is one. */
  readonly functionNameOrArn: string;
  readonly invocationType: keyof typeof invocationTypes;
  /** JSON. */
  readonly event: string;
}

/** Headers of an Invoke that would change what comes of it: what they ask for is not there. */
const refusedHeaders = ["x-amz-client-context", "x-amz-tenant-id", "x-amz-durable-execution-name"];

/** @throws AwsError for another operation of Lambda's API than Invoke, for what is not simulated of it, and for an event that Lambda would not take. */
export function readInvoke({ method, url, headers, body }: AwsRequest): InvokeRequest {
  const [path = "", search = ""] = url.split("?");
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (method !== "POST" || name === undefined) throw notSimulated(`${method} ${path}`);
  const query = new URLSearchParams(search);
  refuseUnknown(query, headers);
  const qualifier = query.get("Qualifier");
  const invocationType = invocationTypeOf(headers["x-amz-invocation-type"] ?? "RequestResponse");
  return {
    functionNameOrArn: qualifier === null ? decodePath(name) : `${decodePath(name)}:${qualifier}`,
    invocationType,
    event: eventOf(body, invocationTypes[invocationType]),
  };
}

function refuseUnknown(query: URLSearchParams, headers: AwsRequest["headers"]): void {
  const parameter = [...query.keys()].find((key) => key !== "Qualifier");
  if (parameter !== undefined) throw notSimulated(`the query parameter ${parameter}`);
  const header = refusedHeaders.find((each) => each in headers);
  if (header !== undefined) throw notSimulated(`the header ${header}`);
  const logType = headers["x-amz-log-type"] ?? "None";
  if (logType !== "None") throw notSimulated(`the log type ${logType}`);
}

function invocationTypeOf(text: string): keyof typeof invocationTypes {
  if (Object.hasOwn(invocationTypes, text)) return text as keyof typeof invocationTypes;
  throw notSimulated(`the invocation type ${text}`);
}

function eventOf(body: Buffer, mostBytes: number): string {
  const message = `Request must be smaller than ${mostBytes} bytes for the InvokeFunction operation`;
  if (body.length > mostBytes) throw new AwsError("RequestEntityTooLargeException", message, 413);
  if (body.length === 0) return "{}"; // what a function of Node gets of an Invoke without an event
  const event = body.toString();
  try {
    JSON.parse(event);
    return event;
  } catch (error) {
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${(error as Error).message}`);
  }
}

export function invokeAnswer({ outcome, version }: Invocation): AwsResponse {
  const failed = "errorType" in outcome;
  const headers = { ...jsonHeaders(), "x-amz-executed-version": version, ...(failed && { "x-amz-function-error": "Unhandled" }) };
  return { status: 200, headers, body: failed ? JSON.stringify(outcome) : outcome.payload };
}

/** The answer to an Invoke that does not wait for the function: accepted, or only checked. */
export function acceptedAnswer(invocationType: "Event" | "DryRun"): AwsResponse {
  return { status: invocationType === "Event" ? 202 : 204, headers: { "x-amzn-requestid": randomUUID() }, body: "" };
}

/** An error as Lambda's API has it. What is not an {@link AwsError} is a fault of ours, of which it tells nothing. */
export function invokeError(error: unknown): AwsResponse {
  const known = error instanceof AwsError ? error : new AwsError("ServiceException", "Internal server error", 500);
  const { name, message, status, members } = known;
  const headers = { ...jsonHeaders(), "x-amzn-errortype": name };
  return { status, headers, body: JSON.stringify({ ...members, Type: status < 500 ? "User" : "Service", Message: message }) };
}

function jsonHeaders(): Record<string, string> {
  return { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
}

function notSimulated(what: string): AwsError {
  return new AwsError("UnknownOperationException", `The local Lambda does not simulate ${what}.`, 404);
}
