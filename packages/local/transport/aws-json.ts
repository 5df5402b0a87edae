import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { AwsResponse } from "./aws-message.ts";

const contentType = "application/x-amz-json-1.0";

/** An answer in AWS's JSON 1.0 protocol. */
export function jsonAnswer(value: unknown): AwsResponse {
  return { status: 200, headers: headers(), body: JSON.stringify(value) };
}

/** An error in AWS's JSON 1.0 protocol, of the protocol's namespace or of the service's. What is not an {@link AwsError} is a fault of ours: a 500 that tells nothing of it. */
export function jsonError(error: unknown, namespace = "com.amazonaws.dynamodb.v20120810"): AwsResponse {
  const { name, message, status, members } =
    error instanceof AwsError ? error : new AwsError("InternalServerError", "Internal server error", 500);
  return {
    status,
    headers: headers(),
    body: JSON.stringify({ __type: `${protocolNamespace(name) ?? namespace}#${name}`, message, ...members }),
  };
}

/** @throws {@link AwsError} when the text is not a JSON object. */
export function parseJsonInput(text: string): Record<string, unknown> {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    // Answered below, like any other body that is no object.
  }
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new AwsError("SerializationException", "The request body is not a JSON object.");
}

function headers(): Record<string, string> {
  return { "content-type": contentType, "x-amzn-requestid": randomUUID() };
}

function protocolNamespace(name: string): string | undefined {
  if (name === "ValidationException") return "com.amazon.coral.validate";
  const ofTheProtocol =
    /^(Serialization|UnknownOperation|AccessDenied|UnrecognizedClient|InvalidSignature|MissingAuthenticationToken)Exception$/;
  return ofTheProtocol.test(name) ? "com.amazon.coral.service" : undefined;
}
