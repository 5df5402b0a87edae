import type { Manifest } from "@async-text-processing/local";
import { beforeAll, describe, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { fileName } from "../../functions/stages/stage.ts";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

const functions = [
  ...stages.map(fileName),
  "create-job",
  "create-upload",
  "get-job",
  "get-text",
  "delete-job",
  "get-openapi",
  "sweep-jobs",
  "unknown-route",
];
const routes = {
  "jobs-post-jobs": "POST /jobs",
  "jobs-post-uploads": "POST /uploads",
  "jobs-get-jobs-jobId": "GET /jobs/{jobId}",
  "jobs-get-jobs-jobId-text": "GET /jobs/{jobId}/text",
  "jobs-delete-jobs-jobId": "DELETE /jobs/{jobId}",
  "jobs-get-openapi-json": "GET /openapi.json",
  "jobs-default": "$default",
};

let program: Manifest;
beforeAll(async () => {
  program = await evaluatedProgram();
});

test("the stack's outputs have the seed's names, links into the console, and a line to try", () => {
  expect(program.outputs).toEqual({
    ApiBaseUrl: "http://127.0.0.1:3000",
    CreateJobEndpoint: "http://127.0.0.1:3000/jobs",
    GetJobEndpoint: "http://127.0.0.1:3000/jobs/{jobId}",
    CurlLine: `curl -i http://127.0.0.1:3000/jobs -H 'Content-Type: application/json' -d '{"text": "AWS Lambda is a great serverless compute service"}'`,
    Warnings: ["Everyone who has the address can submit documents, at your cost. Set auth to iam or jwt to change that."],
    ConsoleLinks: {
      stateMachine:
        "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/statemachines/view/arn:aws:states:us-east-1:000000000000:stateMachine:async-text-processing-dev-process-job",
      dashboard: "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/async-text-processing-dev",
      logOfJob: expect.any(String),
      failuresOfLastHour: expect.any(String),
      drawingOfJob: expect.any(String),
    },
  });
});

describe("a link to Logs Insights", () => {
  const states = "/aws/vendedlogs/states/async-text-processing-dev-process-job";

  /** The link as the console parses it. */
  function opened(link: string) {
    const { ConsoleLinks } = program.outputs as { ConsoleLinks: Record<string, string> };
    const [page, detail = ""] = ConsoleLinks[link]?.split("#logsV2:logs-insights$3FqueryDetail$3D") ?? [];
    const [, seconds, query = "", source = ""] =
      /^~\(end~0~start~-(\d+)~timeType~'RELATIVE~unit~'seconds~editorString~'(.+)~source~\((.+)\)\)$/.exec(detail) ?? [];
    const text = (escaped: string) => decodeURIComponent(escaped.replaceAll("*", "%"));
    return { page, seconds, query: text(query), groups: source.split("~'").slice(1).map(text).sort() };
  }

  test.each([
    {
      link: "logOfJob",
      seconds: "86400",
      query: 'fields @timestamp, @message, @log\n| filter @message like "JOB_ID"\n| sort @timestamp',
      groups: "every function's, and the executions'",
    },
    {
      link: "failuresOfLastHour",
      seconds: "3600",
      query: 'fields @timestamp, jobId, stage, error, cause, @log\n| filter level = "ERROR" and ispresent(message)\n| sort @timestamp desc',
      groups: "every function's, and the executions'",
    },
    {
      link: "drawingOfJob",
      seconds: "86400",
      query:
        'fields concat("https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/express-executions/details/", execution_arn, "?startDate=", event_timestamp) as drawing\n| filter type = "ExecutionStarted" and execution_arn like "JOB_ID"',
      groups: "the executions'",
    },
  ])("$link has its query written out", ({ link, groups, ...rest }) => {
    const page = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1";
    const ofFunctions = program.resources.filter(({ type }) => type === "aws:lambda/function:Function").map(({ name }) => name);
    const logs = ofFunctions.map((name) => `/aws/lambda/async-text-processing-dev-${name}`);

    expect(opened(link)).toEqual({ page, ...rest, groups: (groups.startsWith("every") ? [states, ...logs] : [states]).sort() });
  });
});

describe("a function", () => {
  test.each(functions)("%s runs its own bundle under its own role and logs to its own group", (name) => {
    const lambda = inputsOf(program, "aws:lambda/function:Function", name);

    expect(lambda).toMatchObject({
      name: `async-text-processing-dev-${name}`,
      role: `arn:aws:iam::000000000000:role/${name}-local`,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      publish: true,
      code: { archive: expect.stringMatching(new RegExp(`/\\.build/functions/${name}$`)) },
      loggingConfig: {
        logFormat: "JSON",
        logGroup: `/aws/lambda/async-text-processing-dev-${name}`,
        applicationLogLevel: "INFO",
        systemLogLevel: "INFO",
      },
    });
    expect(inputsOf(program, "aws:cloudwatch/logGroup:LogGroup", name)).toEqual({
      name: `/aws/lambda/async-text-processing-dev-${name}`,
      retentionInDays: 14,
    });
  });
});

describe("the HTTP API", () => {
  test.each(Object.entries(routes))("%s is %s, may be called from there, and from nowhere else", (name, routeKey) => {
    const source = {
      "jobs-post-jobs": "POST/jobs",
      "jobs-post-uploads": "POST/uploads",
      "jobs-get-jobs-jobId": "GET/jobs/*",
      "jobs-get-jobs-jobId-text": "GET/jobs/*/text",
      "jobs-delete-jobs-jobId": "DELETE/jobs/*",
      "jobs-get-openapi-json": "GET/openapi.json",
      "jobs-default": "$default",
    }[name];

    expect(inputsOf(program, "aws:apigatewayv2/route:Route", name)).toEqual({
      apiId: "jobs-local",
      routeKey,
      target: `integrations/${name}-local`,
      authorizationType: "NONE",
    });
    expect(inputsOf(program, "aws:lambda/permission:Permission", name)).toMatchObject({
      action: "lambda:InvokeFunction",
      principal: "apigateway.amazonaws.com",
      sourceArn: `arn:aws:execute-api:us-east-1:000000000000:jobs-local/*/${source}`,
    });
  });

  test("is one auto-deployed $default stage with throttling and an access log", () => {
    const stage = inputsOf(program, "aws:apigatewayv2/stage:Stage", "jobs");

    expect(stage).toMatchObject({
      name: "$default",
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: 50, throttlingBurstLimit: 100 },
      accessLogSettings: { destinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/apis/async-text-processing-dev" },
    });
  });
});

test("the state machine logs all that the console draws an execution from", () => {
  const { definition: _, ...machine } = inputsOf(program, "aws:sfn/stateMachine:StateMachine", "process-job");

  expect(machine).toEqual({
    name: "async-text-processing-dev-process-job",
    type: "EXPRESS",
    roleArn: "arn:aws:iam::000000000000:role/process-job-local",
    loggingConfiguration: {
      level: "ALL",
      includeExecutionData: true,
      logDestination: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/async-text-processing-dev-process-job:*",
    },
    tracingConfiguration: { enabled: true },
  });
});

test("the definition names versions of functions, so that an execution ends on the code that it started with", () => {
  const { definition } = inputsOf(program, "aws:sfn/stateMachine:StateMachine", "process-job");

  const invoked = [...String(definition).matchAll(/"FunctionName": "(.+)"/g)].map(([, name]) => name);
  expect([...new Set(invoked)]).toEqual(
    stages.map((stage) => `arn:aws:lambda:us-east-1:000000000000:function:async-text-processing-dev-${fileName(stage)}:1`),
  );
});

test("the jobs table is billed by request, deletes expired records, and has two sparse indexes: of open jobs, and of each owner's", () => {
  expect(inputsOf(program, "aws:dynamodb/table:Table", "jobs")).toEqual({
    billingMode: "PAY_PER_REQUEST",
    hashKey: "jobId",
    attributes: [
      { name: "jobId", type: "S" },
      { name: "openShard", type: "N" },
      { name: "dueAt", type: "N" },
      { name: "owner", type: "S" },
      { name: "creationId", type: "S" },
    ],
    globalSecondaryIndexes: [
      {
        name: "open-jobs",
        keySchemas: [
          { attributeName: "openShard", keyType: "HASH" },
          { attributeName: "dueAt", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      },
      {
        name: "jobs-of-owner",
        keySchemas: [
          { attributeName: "owner", keyType: "HASH" },
          { attributeName: "creationId", keyType: "RANGE" },
        ],
        projectionType: "KEYS_ONLY",
      },
    ],
    ttl: { attributeName: "expiresAt", enabled: true },
    pointInTimeRecovery: { enabled: false },
    deletionProtectionEnabled: false,
  });
});

test("the postings table is keyed by owner and term", () => {
  expect(inputsOf(program, "aws:dynamodb/table:Table", "postings")).toEqual({
    billingMode: "PAY_PER_REQUEST",
    hashKey: "ownerTerm",
    rangeKey: "place",
    attributes: [
      { name: "ownerTerm", type: "S" },
      { name: "place", type: "S" },
    ],
    ttl: { attributeName: "expiresAt", enabled: true },
    pointInTimeRecovery: { enabled: false },
    deletionProtectionEnabled: false,
  });
});

test("the bucket is private, encrypted, reached by TLS only, and its objects expire", () => {
  const type = (name: string) => `aws:s3/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

  expect(inputsOf(program, type("BucketPublicAccessBlock"), "documents")).toEqual({
    bucket: "documents-local",
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(inputsOf(program, type("BucketServerSideEncryptionConfiguration"), "documents")).toMatchObject({
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  expect(JSON.parse(String(inputsOf(program, type("BucketPolicy"), "documents")["policy"])).Statement).toEqual([
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::documents-local", "arn:aws:s3:::documents-local/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
  expect(inputsOf(program, type("BucketLifecycleConfiguration"), "documents")).toMatchObject({
    rules: [
      { status: "Enabled", filter: { prefix: "jobs/" }, expiration: { days: 7 } },
      { status: "Enabled", filter: { prefix: "uploads/" }, expiration: { days: 1 } },
      { status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
    ],
  });
});

test("the sweeper is called every minute", () => {
  expect(inputsOf(program, "aws:scheduler/schedule:Schedule", "sweeper")).toEqual({
    scheduleExpression: "rate(1 minute)",
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: "arn:aws:lambda:us-east-1:000000000000:function:async-text-processing-dev-sweep-jobs",
      roleArn: "arn:aws:iam::000000000000:role/sweeper-local",
      retryPolicy: { maximumRetryAttempts: 0 },
    },
  });
});
