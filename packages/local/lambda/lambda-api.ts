import { randomUUID } from "node:crypto";
import { AwsError, type AwsRequest, type AwsResponse, arn, decodePath, type Location } from "../aws.ts";
import { jsonRefusals } from "../aws-json.ts";
import type { Api } from "../service.ts";
import type { AsyncInvocations } from "./async-invocations.ts";
import { type InvokeInput, type InvokeOutput, invocationTypes } from "./invocation.ts";
import { type LambdaService, refuseLargeEvent } from "./lambda-service.ts";

/** Headers of an Invoke that ask for what is not simulated. */
const refusedHeaders = ["x-amz-client-context", "x-amz-tenant-id", "x-amz-durable-execution-name"];

/** Lambda's Invoke, in its REST-JSON protocol. */
export function lambdaApi(
  lambda: { find(functionNameOrArn: string): unknown } & Pick<LambdaService, "invoke">,
  queue: Pick<AsyncInvocations, "accept">,
  location: Location,
): Api<InvokeInput, InvokeOutput> {
  return {
    accepts: ({ url }) => url.startsWith("/2015-03-31/"),
    refusals: { ...jsonRefusals, status: 403 },
    read: (request) => ({ operation: "Invoke", input: readInvoke(request) }),
    write: invokeAnswer,
    writeError: invokeError,
    permissionsOf: ({ input: { functionNameOrArn: name } }) => {
      const resource = name.startsWith("arn:") ? name : arn(location, "lambda", `function:${name}`);
      return [{ action: "lambda:InvokeFunction", resource }];
    },
    run: async ({ input }) => {
      const { functionNameOrArn, invocationType, event } = input;
      if (invocationType === "RequestResponse") return lambda.invoke(functionNameOrArn, event, input);
      lambda.find(functionNameOrArn);
      if (invocationType === "DryRun") return { status: 204 };
      queue.accept(functionNameOrArn, event);
      return { status: 202 };
    },
  };
}

/** @throws AwsError for another operation of Lambda's API than Invoke, for what is not simulated of it, and for an event that Lambda would refuse. */
function readInvoke({ method, url, headers, body }: AwsRequest): InvokeInput {
  const [path = "", search = ""] = url.split("?");
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  if (method !== "POST" || name === undefined) throw notSimulated(`${method} ${path}`);
  const query = new URLSearchParams(search);
  refuseUnknown(query, headers);
  const qualifier = query.get("Qualifier");
  const invocationType = invocationTypeOf(headers["x-amz-invocation-type"] ?? "RequestResponse");
  refuseLargeEvent(body.length, invocationType);
  return {
    functionNameOrArn: qualifier === null ? decodePath(name) : `${decodePath(name)}:${qualifier}`,
    invocationType,
    event: eventOf(body),
    logType: logTypeOf(headers["x-amz-log-type"] ?? "None"),
  };
}

function refuseUnknown(query: URLSearchParams, headers: AwsRequest["headers"]): void {
  const parameter = [...query.keys()].find((key) => key !== "Qualifier");
  if (parameter !== undefined) throw notSimulated(`the query parameter ${parameter}`);
  const header = refusedHeaders.find((each) => each in headers);
  if (header !== undefined) throw notSimulated(`the header ${header}`);
}

function logTypeOf(text: string): "None" | "Tail" {
  if (text === "None" || text === "Tail") return text;
  throw notSimulated(`the log type ${text}`);
}

function invocationTypeOf(text: string): keyof typeof invocationTypes {
  if (Object.hasOwn(invocationTypes, text)) return text as keyof typeof invocationTypes;
  throw notSimulated(`the invocation type ${text}`);
}

function eventOf(body: Buffer): string {
  if (body.length === 0) return "{}"; // what Lambda passes on of an Invoke without an event
  const event = body.toString();
  try {
    JSON.parse(event);
    return event;
  } catch (error) {
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${(error as Error).message}`);
  }
}

function invokeAnswer(output: InvokeOutput): AwsResponse {
  if ("status" in output) return { status: output.status, headers: { "x-amzn-requestid": randomUUID() }, body: "" };
  const { outcome, version, logTail } = output;
  const failed = "errorType" in outcome;
  const headers = {
    ...{ ...jsonHeaders(), "x-amz-executed-version": version },
    ...(failed && { "x-amz-function-error": "Unhandled" }),
    ...(logTail !== undefined && { "x-amz-log-result": Buffer.from(logTail).toString("base64") }),
  };
  return { status: 200, headers, body: failed ? JSON.stringify(outcome) : outcome.payload };
}

/** An error as Lambda's API answers it. Any other error than an {@link AwsError} is a defect of the runtime: a 500 without details. */
function invokeError(error: unknown): AwsResponse {
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
