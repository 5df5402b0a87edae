import { tablesOf } from "../dynamodb/dynamo-engine.ts";
import type { AccessRequest } from "../iam/evaluate.ts";
import type { S3Request } from "../s3/s3-request.ts";
import { copySourceOf } from "../s3/s3-service.ts";

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

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

export function listBucket(bucket: string, query = new URLSearchParams()): AccessRequest {
  const context = Object.fromEntries(
    ["prefix", "max-keys"].flatMap((name) => (query.has(name) ? [[`s3:${name}`, query.get(name) ?? ""]] : [])),
  );
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context };
}

/** What a call of S3 needs. DeleteObjects is checked key by key while it runs. */
export function s3Permissions(request: S3Request): AccessRequest[] {
  const { operation, bucket, key, query } = request;
  const onObject = (action: string) => ({ action: `s3:${action}`, resource: objectArn(bucket, key) });
  switch (operation) {
    case "GetObject":
    case "HeadObject":
      return [onObject("GetObject")];
    case "PutObject":
    case "DeleteObject":
    case "AbortMultipartUpload":
      return [onObject(operation)];
    case "CreateMultipartUpload":
    case "UploadPart":
    case "CompleteMultipartUpload":
      return [onObject("PutObject")];
    case "CopyObject": {
      const source = copySourceOf(request);
      return [{ action: "s3:GetObject", resource: objectArn(source.bucket, source.key) }, onObject("PutObject")];
    }
    case "ListBuckets":
      return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
    case "ListObjects":
    case "ListObjectsV2":
    case "HeadBucket":
      return [listBucket(bucket, query)];
    case "DeleteObjects":
      return [];
  }
}
