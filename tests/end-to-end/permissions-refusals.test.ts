import { type Properties, region } from "@async-text-processing/local";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluatedProgram } from "../support/evaluated-program.ts";
import { startLocalRuntime } from "../support/local-runtime.ts";
import { flows } from "./permissions-flows.ts";
import { rolePolicy, type Statement, statementsOf, withInputs } from "./permissions-mutations.ts";
import { type Stack, startStack } from "./permissions-stack.ts";

const program = await evaluatedProgram();

describe("an invalid policy of a role stops the start, by its name", () => {
  const role = "aws:iam/role:Role";
  const trusting = (Statement: unknown) => (inputs: Properties) => ({
    ...inputs,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement }),
  });
  const granting = (change: (statement: Statement) => object) => (inputs: Properties) => ({
    ...inputs,
    policy: JSON.stringify({ Version: "2012-10-17", Statement: statementsOf(inputs).map(change) }),
  });
  const assume = (service: string, more = {}) => ({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service }, ...more });

  test.each([
    ["ocr", "lambda.amazonaws.com"],
    ["process-job", "states.amazonaws.com"],
    ["sweeper", "scheduler.amazonaws.com"],
  ])("%s trusts another service than %s", async (name, service) => {
    const start = startLocalRuntime({ manifest: withInputs(program, role, name, trusting([assume("ec2.amazonaws.com")])) });

    await expect(start).rejects.toMatchObject({ name: "PolicyError", message: `The role ${name}-local cannot be assumed by ${service}.` });
  });

  test.each<[string, string, string, (inputs: Properties) => Properties, string]>([
    [
      "another account",
      role,
      "process-job",
      trusting([assume("states.amazonaws.com", { Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } } })]),
      "The role process-job-local cannot be assumed by states.amazonaws.com.",
    ],
    [
      "trust in a principal that is no service",
      role,
      "ocr",
      trusting([{ ...assume(""), Principal: { AWS: "*" } }]),
      "The trust policy of the role ocr-local is not supported: AWS is not a member of a Principal that is evaluated here.",
    ],
    [
      "a Deny",
      rolePolicy,
      "search",
      granting((statement) => ({ ...statement, Effect: "Deny" })),
      "The policy of the role search-local is not supported: Statement 1 is a Deny, which npm start supports in a bucket policy only.",
    ],
  ])("%s", async (_, type, name, change, sentence) => {
    const start = startLocalRuntime({ manifest: withInputs(program, type, name, change) });

    await expect(start).rejects.toMatchObject({ name: "PolicyError", message: sentence });
  });
});

describe("who is denied", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack(program);
  });
  afterAll(() => stack.stop());

  /** The SDK's settings that sign as the role without permissions, and send a call once. */
  function clientWithoutPermissions() {
    const { awsEndpointUrl: endpoint, services } = stack.runtime;
    const [accessKeyId = "", { secretAccessKey } = { secretAccessKey: "" }] =
      [...services.iam.credentials].find(([, { roleName }]) => roleName === "unknown-route-local") ?? [];
    const systemClockOffset = stack.clock.now() - Date.now();
    return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1, forcePathStyle: true, systemClockOffset };
  }
  const user = "User: arn:aws:sts::000000000000:assumed-role/unknown-route-local/async-text-processing-dev-unknown-route";
  const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:async-text-processing-dev-process-job";

  test.each([
    [
      "DynamoDB",
      () =>
        new DynamoDBClient(clientWithoutPermissions()).send(new GetItemCommand({ TableName: "jobs-local", Key: { jobId: { S: "a" } } })),
      ["AccessDeniedException", 400],
      "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/jobs-local because no identity-based policy allows the dynamodb:GetItem action",
    ],
    [
      "S3",
      () => new S3Client(clientWithoutPermissions()).send(new GetObjectCommand({ Bucket: "documents-local", Key: "jobs/a" })),
      ["AccessDenied", 403],
      's3:GetObject on resource: "arn:aws:s3:::documents-local/jobs/a" because no identity-based policy allows the s3:GetObject action',
    ],
    [
      "Step Functions",
      () => new SFNClient(clientWithoutPermissions()).send(new StartExecutionCommand({ stateMachineArn })),
      ["AccessDeniedException", 400],
      `states:StartExecution on resource: ${stateMachineArn} because no identity-based policy allows the states:StartExecution action`,
    ],
  ])("by %s gets the error from the SDK", async (_, call, [name, httpStatusCode], sentence) => {
    await expect(call()).rejects.toMatchObject({
      name,
      message: `${user} is not authorized to perform: ${sentence}`,
      $metadata: { httpStatusCode },
    });
  });

  test.each([
    [
      "Lambda",
      "OCR",
      (statement: Statement) => !statement.Action.includes("lambda:InvokeFunction"),
      "Lambda.AWSLambdaException",
      "lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:async-text-processing-dev-ocr:1",
    ],
    [
      "DynamoDB",
      "SetError",
      (statement: Statement) => !statement.Action.includes("dynamodb:UpdateItem"),
      "DynamoDB.AmazonDynamoDBException",
      "dynamodb:UpdateItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/jobs-local",
    ],
  ])("by %s fails the state %s", async (_, __, isLeft, error, sentence) => {
    const { inputs } = program.resources.find(({ type, name }) => type === rolePolicy && name === "process-job") ?? { inputs: {} };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: statementsOf(inputs).filter(isLeft) });
    const restore = stack.withPolicy("process-job-local", policy);

    await flows["a stage that cannot be called ends its job in ERROR"](stack).catch(() => undefined);
    restore();

    const failures = stack.logLines
      .filter(({ group }) => group.startsWith("/aws/vendedlogs/states/"))
      .map(({ message }) => JSON.parse(message))
      .filter(({ type }) => type === "TaskFailed" || type === "LambdaFunctionFailed");
    expect(failures.map(({ details }) => [details.error, details.cause])).toContainEqual([
      error,
      expect.stringContaining(`is not authorized to perform: ${sentence} because no identity-based policy allows`),
    ]);
    await stack.settle();
  });
});
