import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import type { AwsRequest, AwsResponse } from "../aws-message.ts";
import { decodePath } from "../s3/s3-request.ts";
import type { Invocation } from "./services.ts";

/**
 * The function that an Invoke is for: a name or an ARN, with its qualifier where there is one.
 *
 * @throws AwsError for another operation of Lambda's API than a synchronous Invoke.
 */
export function invokedFunction({ method, url, headers }: AwsRequest): string {
  const [path = "", query = ""] = url.split("?");
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  const invocationType = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (method !== "POST" || name === undefined) throw notSimulated(`${method} ${path}`);
  if (invocationType !== "RequestResponse") throw notSimulated(`the invocation type ${invocationType}`);
  const qualifier = new URLSearchParams(query).get("Qualifier");
  return qualifier === null ? decodePath(name) : `${decodePath(name)}:${qualifier}`;
}

export function invokeAnswer({ outcome, version }: Invocation): AwsResponse {
  const failed = "errorType" in outcome;
  const headers = { ...jsonHeaders(), "x-amz-executed-version": version, ...(failed && { "x-amz-function-error": "Unhandled" }) };
  return { status: 200, headers, body: failed ? JSON.stringify(outcome) : outcome.payload };
}

/** An error as Lambda's API has it. What is not an {@link AwsError} is a fault of ours, of which it tells nothing. */
export function invokeError(error: unknown): AwsResponse {
  const { name, message, status } = error instanceof AwsError ? error : new AwsError("ServiceException", "Internal server error", 500);
  const headers = { ...jsonHeaders(), "x-amzn-errortype": name };
  return { status, headers, body: JSON.stringify({ Type: status < 500 ? "User" : "Service", Message: message }) };
}

function jsonHeaders(): Record<string, string> {
  return { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
}

function notSimulated(what: string): AwsError {
  return new AwsError("UnknownOperationException", `The local Lambda does not simulate ${what}.`, 404);
}
