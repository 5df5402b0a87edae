import type { Manifest } from "@async-text-processing/local";
import { beforeAll, expect, test } from "vitest";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

const jobs = "arn:aws:dynamodb:us-east-1:000000000000:table/jobs-local";
const postings = "arn:aws:dynamodb:us-east-1:000000000000:table/postings-local";
const objects = "arn:aws:s3:::documents-local/jobs/*";
const uploads = "arn:aws:s3:::documents-local/uploads/*";
const stateMachine = "arn:aws:states:us-east-1:000000000000:stateMachine:async-text-processing-dev-process-job";
const lambda = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:async-text-processing-dev-${name}`;

const allow = (actions: string[], resource: string | string[]) => ({ Effect: "Allow", Action: actions, Resource: resource });
const ownLog = (name: string) =>
  allow(
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    `arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/async-text-processing-dev-${name}:*`,
  );

/** What each role may do: all of it, in words of IAM's own. */
const statements: Record<string, unknown[]> = {
  ocr: [
    ownLog("ocr"),
    allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], jobs),
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects),
  ],
  "ml-inference": [ownLog("ml-inference"), allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], jobs), allow(["s3:GetObject"], objects)],
  search: [
    ownLog("search"),
    allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], jobs),
    allow(["s3:GetObject"], objects),
    allow(["dynamodb:Query", "dynamodb:BatchWriteItem"], postings),
  ],
  "process-job": [
    allow(["lambda:InvokeFunction"], [`${lambda("ocr")}:*`, `${lambda("ml-inference")}:*`, `${lambda("search")}:*`]),
    allow(["dynamodb:UpdateItem"], jobs),
    allow(
      [
        "logs:CreateLogDelivery",
        "logs:CreateLogStream",
        "logs:GetLogDelivery",
        "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutLogEvents",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "logs:DescribeLogGroups",
      ],
      "*",
    ),
    allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"], "*"),
  ],
  "create-job": [
    ownLog("create-job"),
    allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], jobs),
    allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], objects),
    allow(["s3:GetObject", "s3:DeleteObject"], uploads),
    allow(["states:StartExecution"], stateMachine),
  ],
  "create-upload": [ownLog("create-upload"), allow(["s3:PutObject"], uploads)],
  "get-job": [ownLog("get-job"), allow(["dynamodb:GetItem"], jobs), allow(["s3:GetObject"], objects)],
  "get-text": [ownLog("get-text"), allow(["dynamodb:GetItem"], jobs), allow(["s3:GetObject"], objects)],
  "delete-job": [
    ownLog("delete-job"),
    allow(["dynamodb:UpdateItem", "dynamodb:DeleteItem"], jobs),
    { ...allow(["s3:ListBucket"], "arn:aws:s3:::documents-local"), Condition: { StringLike: { "s3:prefix": "jobs/*" } } },
    allow(["s3:GetObject", "s3:DeleteObject"], objects),
    allow(["s3:DeleteObject"], uploads),
    allow(["dynamodb:BatchWriteItem"], postings),
  ],
  "sweep-jobs": [
    ownLog("sweep-jobs"),
    allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], jobs),
    allow(["dynamodb:Query"], `${jobs}/index/open-jobs`),
    allow(["states:StartExecution"], stateMachine),
  ],
  "get-openapi": [ownLog("get-openapi")],
  "unknown-route": [ownLog("unknown-route")],
  "sweep-every-minute": [allow(["lambda:InvokeFunction"], lambda("sweep-jobs"))],
};

let program: Manifest;
beforeAll(async () => {
  program = await evaluatedProgram();
});

test("every role has one policy, and no other role has any", () => {
  const roles = program.resources.filter(({ type }) => type === "aws:iam/role:Role").map(({ name }) => name);
  const policies = program.resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => inputs["role"]);

  expect(roles.sort()).toEqual(Object.keys(statements).sort());
  expect(policies.sort()).toEqual(roles.map((name) => `${name}-local`).sort());
});

test.each(Object.entries(statements))("%s may do exactly this", (name, expected) => {
  const { policy } = inputsOf(program, "aws:iam/rolePolicy:RolePolicy", name);

  expect(JSON.parse(String(policy))).toEqual({ Version: "2012-10-17", Statement: expected });
});

test("where related documents are listed, find-documents may query them, and nothing else", async () => {
  const { policy } = inputsOf(await evaluatedProgram("relatedDocuments=list"), "aws:iam/rolePolicy:RolePolicy", "find-documents");

  expect(JSON.parse(String(policy)).Statement).toEqual([ownLog("find-documents"), allow(["dynamodb:Query"], postings)]);
});

test.each([
  ["ocr", "lambda.amazonaws.com", undefined],
  ["process-job", "states.amazonaws.com", { StringEquals: { "aws:SourceAccount": "000000000000" } }],
  ["sweep-every-minute", "scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": "000000000000" } }],
])("%s is taken on by %s alone", (name, service, condition) => {
  const { assumeRolePolicy } = inputsOf(program, "aws:iam/role:Role", name);

  const { Statement } = JSON.parse(String(assumeRolePolicy));
  expect(Statement).toHaveLength(1);
  expect(Statement[0]).toMatchObject({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } });
  expect(Statement[0].Condition).toEqual(condition);
});
