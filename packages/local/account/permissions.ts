import { tablesOf } from "../dynamodb/dynamo-engine.ts";
import type { AccessRequest } from "../iam/evaluate.ts";

/** Where the stack stands: what ARNs are made of. */
export interface Location {
  readonly region: string;
  readonly accountId: string;
}

/** What a call of DynamoDB needs: an index has an ARN of its own, and a batch needs every table that it names. */
export function dynamoPermissions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  { region, accountId }: Location,
): AccessRequest[] {
  const action = `dynamodb:${operation}`;
  const arn = `arn:aws:dynamodb:${region}:${accountId}:table/`;
  const index = input["IndexName"] === undefined ? "" : `/index/${input["IndexName"]}`;
  const permissions = tablesOf(input).map((table) => ({ action, resource: `${arn}${table}${index}` }));
  return permissions.length > 0 ? permissions : [{ action, resource: "*" }];
}

/** What a call of Step Functions needs, on the state machine or the execution that it names. */
export function stepFunctionsPermissions(operation: string, input: Readonly<Record<string, unknown>>): AccessRequest[] {
  return [{ action: `states:${operation}`, resource: String(input["stateMachineArn"] ?? input["executionArn"] ?? "*") }];
}

/** What an invocation needs, on the function's ARN with the qualifier where there is one. */
export function lambdaPermission(functionNameOrArn: string, { region, accountId }: Location): AccessRequest {
  const isArn = functionNameOrArn.startsWith("arn:");
  const resource = isArn ? functionNameOrArn : `arn:aws:lambda:${region}:${accountId}:function:${functionNameOrArn}`;
  return { action: "lambda:InvokeFunction", resource };
}
