import { randomUUID } from "node:crypto";
import { AwsError, type AwsResponse } from "./aws.ts";
import type { Api, Call } from "./service.ts";

const contentType = "application/x-amz-json-1.0";

/** The parts of AWS's JSON 1.0 protocol that differ between services. */
export interface JsonProtocol {
  /** Stands before the operation in `X-Amz-Target`, such as `DynamoDB_20120810`. */
  readonly target: string;
  /** Stands before the names of the service's own errors, such as `com.amazonaws.dynamodb.v20120810`. */
  readonly namespace: string;
}

type Input = Record<string, unknown>;

/** @returns the members of an {@link Api} that are the protocol's. */
export function jsonProtocol({ target, namespace }: JsonProtocol): Omit<Api<Input>, "permissionsOf" | "run"> {
  return {
    accepts: ({ headers }) => headers["x-amz-target"]?.startsWith(`${target}.`) === true,
    refusals: jsonRefusals,
    read: ({ headers, body }): Call<Input> => {
      return { operation: headers["x-amz-target"]?.slice(target.length + 1) ?? "", input: parseJsonInput(body.toString()) };
    },
    write: jsonAnswer,
    writeError: (error) => jsonError(error, namespace),
  };
}

export const jsonRefusals = {
  status: 400,
  missing: "MissingAuthenticationTokenException",
  unknownKey: "UnrecognizedClientException",
  wrongSignature: "InvalidSignatureException",
  denied: "AccessDeniedException",
};

/** An error in AWS's JSON 1.0 protocol, of the protocol's namespace or of the service's. Any other error than an {@link AwsError} is a defect of the runtime: a 500 without details. */
export function jsonError(error: unknown, namespace = "com.amazon.coral.service"): AwsResponse {
  const { name, message, status, members } =
    error instanceof AwsError ? error : new AwsError("InternalServerError", "Internal server error", 500);
  return {
    status,
    headers: headers(),
    body: JSON.stringify({ __type: `${protocolNamespace(name) ?? namespace}#${name}`, message, ...members }),
  };
}

function jsonAnswer(value: unknown): AwsResponse {
  return { status: 200, headers: headers(), body: JSON.stringify(value) };
}

/** @throws {@link AwsError} when the text is not a JSON object. */
function parseJsonInput(text: string): Input {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    // Answered below, like any other body that is no object.
  }
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Input;
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
