import { AwsError } from "../aws.ts";
import type { Input } from "../dynamodb/dynalite.ts";
import type { Principal } from "../iam/roles.ts";
import type { Invocation } from "../lambda/invocation.ts";
import { StatesError } from "./errors.ts";
import type { TaskIntegration } from "./thread.ts";

/** The calls that a task can make, each checked against the permissions of who makes it. */
export interface TaskCalls {
  invoke(functionNameOrArn: string, event: string, principal: Principal): Promise<Invocation>;
  call(service: "dynamodb", operation: string, input: Input, principal: Principal): Promise<unknown>;
}

const lambdaInvoke = "arn:aws:states:::lambda:invoke";
const dynamodbItem = /^arn:aws:states:::dynamodb:((?:get|put|update|delete)Item)$/;

/** Whether a Task's resource can be run here. */
export const isKnownResource = (resource: string): boolean => resource === lambdaInvoke || dynamodbItem.test(resource);

/** Runs the tasks of a state machine's executions with the permissions of its role. */
export function taskIntegration(calls: TaskCalls, principal: Principal): TaskIntegration {
  return async ({ resource, arguments: given }) => {
    const operation = dynamodbItem.exec(resource)?.[1];
    try {
      if (operation === undefined) return await invokeFunction(given as Input, calls, principal);
      return await calls.call("dynamodb", operation.charAt(0).toUpperCase() + operation.slice(1), given as Input, principal);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new StatesError(operation === undefined ? lambdaErrorName(error.name) : dynamoErrorName(error.name), error.message);
    }
  };
}

/** What DynamoDB's API does not model goes by the name of the service's own exception. */
function dynamoErrorName(name: string): string {
  const unmodelled = ["AccessDeniedException", "ValidationException", "UnrecognizedClientException"];
  return `DynamoDB.${unmodelled.includes(name) ? "AmazonDynamoDBException" : name}`;
}

/** What Lambda denies has one name for all its reasons. */
function lambdaErrorName(name: string): string {
  return name === "AccessDeniedException" ? "Lambda.AWSLambdaException" : `Lambda.${name}`;
}

async function invokeFunction(given: Input, calls: TaskCalls, principal: Principal): Promise<unknown> {
  const { outcome, version } = await calls.invoke(String(given["FunctionName"]), JSON.stringify(given["Payload"] ?? {}), principal);
  if ("errorType" in outcome) throw new StatesError(outcome.errorType, JSON.stringify(outcome));
  return { ExecutedVersion: version, Payload: JSON.parse(outcome.payload), StatusCode: 200 };
}
