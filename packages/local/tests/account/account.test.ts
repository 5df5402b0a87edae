import { setImmediate } from "node:timers/promises";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { BatchGetCommand, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import type { PermittedCall } from "../../account/account.ts";
import type { AwsRequest } from "../../aws.ts";
import { AwsError } from "../../aws.ts";
import { jsonProtocol } from "../../aws-json.ts";
import { invokeCall } from "../../lambda/invocation.ts";
import { accountId, createLocalAws, type LocalAws, type LocalAwsOptions, region, signBy } from "../../testing/local-aws.ts";
import type { Usage } from "../../usage.ts";

const tableNamed = (TableName: string) => ({
  TableName,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" },
    { AttributeName: "openShard", AttributeType: "S" },
  ],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  GlobalSecondaryIndexes: [
    { IndexName: "open", KeySchema: [{ AttributeName: "openShard", KeyType: "HASH" }], Projection: { ProjectionType: "KEYS_ONLY" } },
  ],
});
const jobsArn = "arn:aws:dynamodb:eu-central-1:123456789012:table/jobs";
const user = "arn:aws:sts::123456789012:assumed-role/ocr/ocr";

function allow(Action: string, Resource: string | string[], Condition?: object): object {
  return { Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}

function createAws(ocr: readonly object[], options: LocalAwsOptions = {}): Promise<LocalAws> {
  return createLocalAws({ tables: [tableNamed("jobs"), tableNamed("postings")], buckets: ["documents"], roles: { ocr }, ...options });
}

const getJob = new GetCommand({ TableName: "jobs", Key: { id: "a" } });
const getDocument = new GetObjectCommand({ Bucket: "documents", Key: "a" });

describe("permissions of DynamoDB", () => {
  test("a call without one is AWS's own error", async () => {
    const aws = await createAws([allow("dynamodb:PutItem", jobsArn)]);

    const denied = aws.clientsOf("ocr").documents.send(getJob);

    await expect(denied).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `User: ${user} is not authorized to perform: dynamodb:GetItem on resource: ${jobsArn} because no identity-based policy allows the dynamodb:GetItem action`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("a denied one says so", async () => {
    const aws = await createAws([allow("*", "*"), { Effect: "Deny", Action: "dynamodb:GetItem", Resource: jobsArn }]);

    const denied = aws.clientsOf("ocr").documents.send(getJob);

    await expect(denied).rejects.toThrow(
      `User: ${user} is not authorized to perform: dynamodb:GetItem on resource: ${jobsArn} with an explicit deny in an identity-based policy`,
    );
  });

  test("an index is a resource of its own", async () => {
    const query = {
      TableName: "jobs",
      KeyConditionExpression: "openShard = :shard",
      ExpressionAttributeValues: { ":shard": "0" },
      IndexName: "open",
    };
    const roles = { table: [allow("dynamodb:Query", jobsArn)], index: [allow("dynamodb:Query", `${jobsArn}/index/open`)] };
    const aws = await createLocalAws({ tables: [tableNamed("jobs")], roles });

    const onTable = aws.clientsOf("table").documents.send(new QueryCommand(query));
    const onIndex = aws.clientsOf("index").documents.send(new QueryCommand(query));

    await expect(onTable).rejects.toThrow(`dynamodb:Query on resource: ${jobsArn}/index/open because`);
    await expect(onIndex).resolves.toMatchObject({ Count: 0 });
  });

  test("a batch needs every table that it names", async () => {
    const aws = await createAws([allow("dynamodb:BatchGetItem", jobsArn)]);
    const batch = (...tables: string[]) =>
      new BatchGetCommand({ RequestItems: Object.fromEntries(tables.map((name) => [name, { Keys: [{ id: "a" }] }])) });
    const { documents } = aws.clientsOf("ocr");

    await expect(documents.send(batch("jobs"))).resolves.toMatchObject({ Responses: { jobs: [] } });
    await expect(documents.send(batch("jobs", "postings"))).rejects.toThrow(
      "dynamodb:BatchGetItem on resource: arn:aws:dynamodb:eu-central-1:123456789012:table/postings",
    );
  });

  test("a call of no table is on every resource", async () => {
    const aws = await createAws([allow("dynamodb:ListTables", "*")]);

    const { TableNames } = await aws.clientsOf("ocr").dynamodb.send(new ListTablesCommand({}));

    expect(TableNames).toEqual(["jobs", "postings"]);
  });
});

describe("permissions of S3", () => {
  const object = "arn:aws:s3:::documents/*";
  const list = allow("s3:ListBucket", "arn:aws:s3:::documents", { StringLike: { "s3:prefix": "jobs/*" } });

  test("a call without one is AWS's own error", async () => {
    const aws = await createAws([allow("s3:GetObject", object)]);

    const denied = aws.clientsOf("ocr").s3.send(new PutObjectCommand({ Bucket: "documents", Key: "a", Body: "a" }));

    await expect(denied).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: ${user} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::documents/a" because no identity-based policy allows the s3:PutObject action`,
      $metadata: { httpStatusCode: 403 },
    });
    expect(aws.bucketStore.list("documents", "")).toEqual([]);
  });

  test("a missing object is forbidden to those who may not list, and missing to those who may", async () => {
    const roles = { reader: [allow("s3:GetObject", object)], lister: [allow("s3:GetObject", object), allow("s3:ListBucket", "*")] };
    const aws = await createLocalAws({ buckets: ["documents"], roles });
    const head = new HeadObjectCommand({ Bucket: "documents", Key: "a" });

    await expect(aws.clientsOf("reader").s3.send(getDocument)).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("s3:ListBucket"),
    });
    await expect(aws.clientsOf("reader").s3.send(head)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(aws.clientsOf("lister").s3.send(getDocument)).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(aws.clientsOf("lister").s3.send(head)).rejects.toMatchObject({ name: "NotFound" });
  });

  test("HeadObject needs GetObject; a list needs ListBucket, with its prefix as a condition", async () => {
    const aws = await createAws([allow("s3:GetObject", object), list]);
    await aws.s3.send(new PutObjectCommand({ Bucket: "documents", Key: "jobs/a", Body: "a" }));
    const { s3 } = aws.clientsOf("ocr");
    const listed = (Prefix?: string) => s3.send(new ListObjectsV2Command({ Bucket: "documents", Prefix }));

    await expect(s3.send(new HeadObjectCommand({ Bucket: "documents", Key: "jobs/a" }))).resolves.toMatchObject({ ContentLength: 1 });
    await expect(listed("jobs/a")).resolves.toMatchObject({ KeyCount: 1 });
    await expect(listed("uploads/")).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(listed()).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("a deletion of many is checked key by key", async () => {
    const aws = await createAws([allow("s3:DeleteObject", "arn:aws:s3:::documents/jobs/*")]);
    for (const Key of ["jobs/a", "kept"]) await aws.s3.send(new PutObjectCommand({ Bucket: "documents", Key, Body: "a" }));

    const { Deleted, Errors } = await aws
      .clientsOf("ocr")
      .s3.send(new DeleteObjectsCommand({ Bucket: "documents", Delete: { Objects: [{ Key: "jobs/a" }, { Key: "kept" }] } }));

    expect(Deleted).toEqual([{ Key: "jobs/a" }]);
    expect(Errors).toEqual([
      { Key: "kept", Code: "AccessDenied", Message: expect.stringContaining('s3:DeleteObject on resource: "arn:aws:s3:::documents/kept"') },
    ]);
    expect(aws.bucketStore.list("documents", "").map(({ key }) => key)).toEqual(["kept"]);
  });
});

describe("Step Functions", () => {
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:jobs`;
  const start = new StartExecutionCommand({ stateMachineArn, input: '{"jobId":"a"}' });

  test("gets the operation and its input; the SDK gets its answer", async () => {
    const calls: unknown[] = [];
    const stepFunctions = {
      call: async (operation: string, input: object) => {
        calls.push([operation, input]);
        return { executionArn: "arn:aws:states:x", startDate: 1_709_000_000 };
      },
    };
    const aws = await createAws([allow("states:StartExecution", stateMachineArn)], { stepFunctions });

    const started = await aws.clientsOf("ocr").stepFunctions.send(start);

    expect(started).toMatchObject({ executionArn: "arn:aws:states:x", startDate: new Date(1_709_000_000_000) });
    expect(calls).toEqual([["StartExecution", { stateMachineArn, input: '{"jobId":"a"}' }]]);
  });

  test("is refused without permission, and names its own errors", async () => {
    const call = async () => {
      throw new AwsError("StateMachineDoesNotExist", "State Machine Does Not Exist: 'x'");
    };
    const aws = await createAws([allow("states:StartExecution", `${stateMachineArn}2`)], { stepFunctions: { call } });

    await expect(aws.clientsOf("ocr").stepFunctions.send(start)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(`states:StartExecution on resource: ${stateMachineArn} because`),
    });
    await expect(aws.stepFunctions.send(start)).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
      message: "State Machine Does Not Exist: 'x'",
    });
  });
});

describe("a caller", () => {
  const from = (credentials: { accessKeyId: string; secretAccessKey: string }, { clock }: LocalAws, requestHandler: object) => {
    const config = { region, endpoint: "http://127.0.0.1:4566", credentials, maxAttempts: 1, requestHandler, forcePathStyle: true };
    const clients = { dynamodb: new DynamoDBClient(config as object), s3: new S3Client(config as object) };
    signBy(clock, ...Object.values(clients));
    return clients;
  };

  test.each([
    ["with an unknown key", { accessKeyId: "AKIA-nobody", secretAccessKey: "x" }, "UnrecognizedClientException", "InvalidAccessKeyId"],
    ["with a wrong secret", { accessKeyId: "local", secretAccessKey: "x" }, "InvalidSignatureException", "SignatureDoesNotMatch"],
  ])("%s is refused as each service does it", async (_, credentials, jsonName, xmlName) => {
    const aws = await createAws([]);
    const { dynamodb, s3 } = from(credentials, aws, aws.dynamodb.config.requestHandler);

    await expect(dynamodb.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: jsonName, $metadata: { httpStatusCode: 400 } });
    await expect(s3.send(getDocument)).rejects.toMatchObject({ name: xmlName, $metadata: { httpStatusCode: 403 } });
  });

  test("with a changed request is refused", async () => {
    const aws = await createAws([]);
    const handler = {
      ...aws.s3.config.requestHandler,
      handle: (sdkRequest: { body: unknown }, options: object) =>
        aws.s3.config.requestHandler.handle({ ...sdkRequest, body: "swapped" } as never, options),
    };
    const { s3 } = from({ accessKeyId: "local", secretAccessKey: "local" }, aws, handler);

    await expect(s3.send(new PutObjectCommand({ Bucket: "documents", Key: "a", Body: "written" }))).rejects.toMatchObject({
      name: "XAmzContentSHA256Mismatch",
    });
  });

  test("that signs nothing is refused", async () => {
    const aws = await createAws([]);
    const unsigned = { method: "POST", url: "/", headers: { "x-amz-target": "DynamoDB_20120810.ListTables" }, body: Buffer.from("{}") };

    const answer = await aws.account.handle(unsigned);

    expect([answer.status, JSON.parse(String(answer.body)).__type]).toEqual([
      400,
      "com.amazon.coral.service#MissingAuthenticationTokenException",
    ]);
  });
});

test("a request for no service is an unknown operation", async () => {
  const aws = await createAws([]);
  const unknown: AwsRequest[] = [
    { method: "GET", url: "/", headers: {}, body: Buffer.alloc(0) },
    { method: "POST", url: "/?Action=GetCallerIdentity", headers: { authorization: "AWS4-HMAC-SHA256 x" }, body: Buffer.alloc(0) },
  ];

  const answers = await Promise.all(unknown.map((each) => aws.account.handle(each)));

  for (const { status, body } of answers)
    expect([status, String(body)]).toEqual([400, expect.stringContaining("#UnknownOperationException")]);
});

describe("before each permitted call", () => {
  test("a hook can hold it", async () => {
    const held: PermittedCall[] = [];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const before = async (call: PermittedCall) => {
      held.push(call);
      await released;
    };
    const ended: string[] = [];
    const onUsage = (usage: Usage) => usage.kind === "call" && ended.push(usage.operation);
    const aws = await createAws([allow("dynamodb:*", jobsArn)], { before, onUsage });

    const put = aws.clientsOf("ocr").documents.send(new PutCommand({ TableName: "jobs", Item: { id: "a" } }));
    while (held.length === 0) await setImmediate();
    const whileHeld = [...ended];
    release();
    await put;

    expect(held).toEqual([{ service: "dynamodb", operation: "PutItem", resource: jobsArn, principal: aws.principalOf("ocr") }]);
    expect([whileHeld, ended]).toEqual([[], ["PutItem"]]);
  });

  test("a hook can refuse in the service's place", async () => {
    const before = async ({ service }: PermittedCall) => {
      throw service === "s3"
        ? new AwsError("SlowDown", "Please reduce your request rate.", 503)
        : new AwsError("ProvisionedThroughputExceededException", "Slower.");
    };
    const aws = await createAws([], { before });

    await expect(aws.documents.send(getJob)).rejects.toMatchObject({ name: "ProvisionedThroughputExceededException", message: "Slower." });
    await expect(aws.s3.send(getDocument)).rejects.toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503 } });
  });
});

test("a fault of our own is a 500 without details, and is reported here", async () => {
  const faults: unknown[] = [];
  const fault = new TypeError("secret detail");
  const before = () => Promise.reject(fault);
  const aws = await createAws([], { before, onFault: (error) => faults.push(error) });

  const [json, xml] = await Promise.allSettled([aws.documents.send(getJob), aws.s3.send(getDocument)]);

  expect(json).toMatchObject({
    reason: { name: "InternalServerError", message: "Internal server error", $metadata: { httpStatusCode: 500 } },
  });
  expect(xml).toMatchObject({ reason: { name: "InternalError", message: expect.not.stringContaining("secret") } });
  expect(faults).toEqual([fault, fault]);
});

test("used permissions are in the ledger", async () => {
  const aws = await createAws([allow("dynamodb:GetItem", jobsArn), allow("dynamodb:PutItem", jobsArn)]);
  await aws.clientsOf("ocr").documents.send(getJob);

  const unused = aws.account.ledger.unused("ocr", aws.principalOf("ocr").policies);

  expect(unused).toEqual([{ roleName: "ocr", statement: "2", action: "dynamodb:PutItem" }]);
});

test("a role's calls without a request are checked, too", async () => {
  const invoke = async () => ({ outcome: { payload: "1" }, version: "1" });
  const search = invokeCall("search", "{}");
  const aws = await createAws([allow("dynamodb:GetItem", jobsArn)], { lambda: { find: () => undefined, invoke } });
  const [admin, ocr] = [aws.principalOf("admin"), aws.principalOf("ocr")];
  const input = { TableName: "jobs", Key: { id: { S: "a" } } };

  const read = await aws.account.call("dynamodb", { operation: "GetItem", input }, ocr);
  const deleted = aws.account.call("dynamodb", { operation: "DeleteItem", input }, ocr);
  const denied = aws.account.call("lambda", search, ocr);

  expect(read).toEqual({});
  await expect(deleted).rejects.toMatchObject({ name: "AccessDeniedException", status: 400 });
  await expect(denied).rejects.toMatchObject({ name: "AccessDeniedException", status: 403 });
  await expect(aws.account.call("lambda", search, admin)).resolves.toEqual({ outcome: { payload: "1" }, version: "1" });
});

test.each(["{", "[]", "null", "1", ""])("a body of JSON 1.0 that is %j, no object, is a SerializationException", (body) => {
  const { read } = jsonProtocol({ target: "DynamoDB_20120810", namespace: "com.amazonaws.dynamodb.v20120810" });

  const reading = () => read({ method: "POST", url: "/", headers: {}, body: Buffer.from(body) });

  expect(reading).toThrow(expect.objectContaining({ name: "SerializationException", status: 400 }));
});

test("calls are reported once they have ended, with the units that they took", async () => {
  const usages: Usage[] = [];
  const aws = await createAws([allow("dynamodb:*", jobsArn)], { onUsage: (usage) => usages.push(usage) });
  const { documents } = aws.clientsOf("ocr");

  await documents.send(new PutCommand({ TableName: "jobs", Item: { id: "a", openShard: "0", text: "x".repeat(2_000) } }));
  await documents.send(getJob);
  await expect(documents.send(new PutCommand({ TableName: "jobs", Item: {} }))).rejects.toThrow();

  const call = { kind: "call", service: "dynamodb", caller: "ocr", resource: jobsArn };
  expect(usages).toEqual([
    { ...call, operation: "PutItem", readUnits: 0, writeUnits: 3 }, // 2 KB, and the entry of the index
    { ...call, operation: "GetItem", readUnits: 0.5, writeUnits: 0 },
    { ...call, operation: "PutItem", readUnits: 0, writeUnits: 0 },
  ]);
});
