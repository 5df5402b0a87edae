import { readFileSync } from "node:fs";
import type { DeclaredResource } from "@async-text-processing/local";
import { compilePolicy, evaluate } from "@async-text-processing/local/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { evaluatedProgram } from "../../support/evaluated-program.ts";

const [region, account] = ["us-east-1", "000000000000"];
const everywhere = "*";

interface Need {
  readonly actions: string;
  /** ARN of what a resource becomes, by its name. */
  readonly on: (name: string) => string;
}

const arn = (service: string, resource: (name: string) => string, place = `${region}:${account}`) => {
  return (name: string) => `arn:aws:${service}:${place}:${resource(name)}`;
};
const lambda = arn("lambda", (name) => `function:${name}`);
const role = arn("iam", (name) => `role/${name}`, `:${account}`);
const api = arn("apigateway", () => "/apis/a1b2c3", `${region}:`);
const bucket = arn("s3", (name) => name, ":");

/** The calls of Pulumi's AWS provider that create, read, change and delete a resource: written out from the service authorization reference. */
const needs: Record<string, readonly Need[]> = {
  "aws:apigatewayv2/api:Api": [
    { actions: "apigateway:POST", on: arn("apigateway", () => "/apis", `${region}:`) },
    { actions: "apigateway:GET apigateway:PATCH apigateway:PUT apigateway:DELETE", on: api },
    { actions: "apigateway:POST apigateway:TagResource", on: arn("apigateway", () => "/tags/arn%3Aaws", `${region}:`) },
  ],
  "aws:apigatewayv2/integration:Integration": [{ actions: "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE", on: api }],
  "aws:apigatewayv2/route:Route": [{ actions: "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE", on: api }],
  "aws:apigatewayv2/stage:Stage": [
    { actions: "apigateway:POST apigateway:GET apigateway:PATCH apigateway:DELETE", on: api },
    { actions: "apigateway:TagResource", on: arn("apigateway", () => "/apis/a1b2c3/stages", `${region}:`) },
    {
      actions:
        "logs:DescribeLogGroups logs:CreateLogDelivery logs:GetLogDelivery logs:UpdateLogDelivery logs:DeleteLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:DescribeResourcePolicies",
      on: () => everywhere,
    },
  ],
  "aws:budgets/budget:Budget": [
    {
      actions: "budgets:ModifyBudget budgets:ViewBudget budgets:ListTagsForResource budgets:TagResource budgets:UntagResource",
      on: arn("budgets", (name) => `budget/${name}`, `:${account}`),
    },
  ],
  "aws:cloudwatch/dashboard:Dashboard": [
    {
      actions: "cloudwatch:PutDashboard cloudwatch:GetDashboard cloudwatch:DeleteDashboards",
      on: arn("cloudwatch", (name) => `dashboard/${name}`, `:${account}`),
    },
  ],
  "aws:cloudwatch/logGroup:LogGroup": [
    {
      actions:
        "logs:CreateLogGroup logs:PutRetentionPolicy logs:DeleteRetentionPolicy logs:DeleteLogGroup logs:ListTagsForResource logs:TagResource logs:UntagResource",
      on: arn("logs", (name) => `log-group:${name}`),
    },
    { actions: "logs:DescribeLogGroups", on: () => everywhere },
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    {
      actions:
        "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms cloudwatch:ListTagsForResource cloudwatch:TagResource cloudwatch:UntagResource",
      on: arn("cloudwatch", (name) => `alarm:${name}`),
    },
    { actions: "cloudwatch:DescribeAlarms", on: () => everywhere },
  ],
  "aws:dynamodb/table:Table": [
    {
      actions:
        "dynamodb:CreateTable dynamodb:DescribeTable dynamodb:UpdateTable dynamodb:DeleteTable dynamodb:DescribeTimeToLive dynamodb:UpdateTimeToLive dynamodb:DescribeContinuousBackups dynamodb:UpdateContinuousBackups dynamodb:ListTagsOfResource dynamodb:TagResource dynamodb:UntagResource",
      on: arn("dynamodb", (name) => `table/${name}`),
    },
  ],
  "aws:iam/role:Role": [
    {
      actions:
        "iam:CreateRole iam:GetRole iam:UpdateRole iam:UpdateAssumeRolePolicy iam:DeleteRole iam:TagRole iam:UntagRole iam:ListRolePolicies iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:PassRole iam:PutRolePermissionsBoundary iam:DeleteRolePermissionsBoundary",
      on: role,
    },
  ],
  // The policies bear the names of their roles.
  "aws:iam/rolePolicy:RolePolicy": [{ actions: "iam:PutRolePolicy iam:GetRolePolicy iam:DeleteRolePolicy", on: role }],
  "aws:lambda/function:Function": [
    {
      actions:
        "lambda:CreateFunction lambda:GetFunction lambda:GetFunctionConfiguration lambda:GetFunctionCodeSigningConfig lambda:ListVersionsByFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:PublishVersion lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency lambda:DeleteFunction lambda:ListTags lambda:TagResource lambda:UntagResource",
      on: lambda,
    },
  ],
  "aws:lambda/permission:Permission": [
    { actions: "lambda:AddPermission lambda:GetPolicy lambda:RemovePermission", on: () => lambda("async-text-processing-dev-get-job") },
  ],
  "aws:s3/bucket:Bucket": [
    {
      actions:
        "s3:CreateBucket s3:ListBucket s3:ListBucketVersions s3:DeleteBucket s3:GetBucketAcl s3:GetBucketWebsite s3:GetBucketVersioning s3:GetAccelerateConfiguration s3:GetBucketRequestPayment s3:GetBucketLogging s3:GetReplicationConfiguration s3:GetBucketObjectLockConfiguration s3:GetBucketTagging s3:PutBucketTagging s3:ListTagsForResource s3:TagResource s3:UntagResource s3:GetBucketCORS s3:GetLifecycleConfiguration s3:GetBucketPolicy s3:GetEncryptionConfiguration",
      on: bucket,
    },
    { actions: "s3:DeleteObject s3:DeleteObjectVersion", on: (name) => `${bucket(name)}/jobs/j-1/text` },
  ],
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": [{ actions: "s3:GetBucketCORS s3:PutBucketCORS", on: bucket }],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [
    { actions: "s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration", on: bucket },
  ],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": [
    { actions: "s3:GetBucketOwnershipControls s3:PutBucketOwnershipControls", on: bucket },
  ],
  "aws:s3/bucketPolicy:BucketPolicy": [{ actions: "s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy", on: bucket }],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    { actions: "s3:GetBucketPublicAccessBlock s3:PutBucketPublicAccessBlock", on: bucket },
  ],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    { actions: "s3:GetEncryptionConfiguration s3:PutEncryptionConfiguration", on: bucket },
  ],
  "aws:scheduler/schedule:Schedule": [
    {
      actions: "scheduler:CreateSchedule scheduler:GetSchedule scheduler:UpdateSchedule scheduler:DeleteSchedule",
      on: arn("scheduler", (name) => `schedule/default/${name}`),
    },
  ],
  "aws:sfn/stateMachine:StateMachine": [
    {
      actions:
        "states:CreateStateMachine states:DescribeStateMachine states:UpdateStateMachine states:DeleteStateMachine states:ListStateMachineVersions states:ListTagsForResource states:TagResource states:UntagResource",
      on: arn("states", (name) => `stateMachine:${name}`),
    },
    { actions: "states:ValidateStateMachineDefinition", on: () => everywhere },
  ],
  "aws:sns/topic:Topic": [
    {
      actions:
        "sns:CreateTopic sns:GetTopicAttributes sns:SetTopicAttributes sns:DeleteTopic sns:ListTagsForResource sns:TagResource sns:UntagResource",
      on: arn("sns", (name) => name),
    },
  ],
  // SNS authorizes calls on a subscription against its topic, which has the same logical name.
  "aws:sns/topicSubscription:TopicSubscription": [
    {
      actions: "sns:Subscribe sns:GetSubscriptionAttributes sns:SetSubscriptionAttributes sns:Unsubscribe",
      on: arn("sns", (name) => name),
    },
  ],
};

/** The additional calls for a private network; a Vpc of awsx declares the parts of a network by itself. */
const networkNeeds: Record<string, string> = {
  "aws:ec2/securityGroup:SecurityGroup":
    "CreateSecurityGroup DescribeSecurityGroups DescribeSecurityGroupRules AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress DeleteSecurityGroup DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface",
  "awsx:ec2:Vpc":
    "CreateVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute DeleteVpc CreateSubnet DescribeSubnets ModifySubnetAttribute DeleteSubnet CreateRouteTable DescribeRouteTables AssociateRouteTable DisassociateRouteTable DeleteRouteTable CreateInternetGateway AttachInternetGateway DescribeInternetGateways DetachInternetGateway DeleteInternetGateway DescribeNetworkAcls DescribeAvailabilityZones CreateTags DeleteTags",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "CreateVpcEndpoint DescribeVpcEndpoints ModifyVpcEndpoint DeleteVpcEndpoints DescribePrefixLists",
};

interface PolicyFile {
  readonly Statement: readonly { Sid: string; Action: string | string[]; Condition?: unknown }[];
}

const read = (name: string): PolicyFile => JSON.parse(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8"));
const actionsOf = ({ Statement }: PolicyFile) => [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
const policy = read("deploying-policy.json");
const networkPolicy = read("deploying-policy-private-network.json");

/** The conditions are asserted by themselves. */
const compiled = compilePolicy({ ...policy, Statement: policy.Statement.map(({ Condition: _, ...statement }) => statement) });

/** The name on AWS: where the program gives none, Pulumi fills in the pattern of Pulumi.yaml. */
const nameOf = ({ name, inputs }: DeclaredResource) =>
  String(
    inputs["name"] ??
      inputs["dashboardName"] ??
      autonaming.replace(
        /\$\{(\w+)(\(7\))?\}/g,
        (_, part: string) => ({ project: "async-text-processing", stack: "dev", name, hex: "0a1b2c3" })[part] ?? "",
      ),
  );

const { config } = parse(readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8"));
const autonaming: string = config["pulumi:autonaming"].value.providers.aws.pattern;

let resources: readonly DeclaredResource[];
let networkTypes: string[];
beforeAll(async () => {
  ({ resources } = await evaluatedProgram(
    ...["alarmEmail=ada@example.com", "monthlyBudget=50", "corsOrigins=https://app.example.com", "protect=true", "search=true"],
  ));
  const network = await evaluatedProgram("privateNetwork=true");
  const types = new Set(resources.map(({ type }) => type));
  networkTypes = [...new Set(network.resources.map(({ type }) => type))].filter((type) => !types.has(type));
});

describe("the policy of the deploying identity", () => {
  test("is stated for each type of resource that the program declares", () => {
    expect([...new Set(resources.map(({ type }) => type))].sort()).toEqual(Object.keys(needs).sort());
  });

  test("allows what each declared resource needs", () => {
    const denied = resources.flatMap((resource) =>
      (needs[resource.type] ?? []).flatMap(({ actions, on }) =>
        actions
          .split(" ")
          .map((action) => ({ action, resource: on(nameOf(resource)) }))
          .filter((request) => !evaluate([compiled], request).allowed),
      ),
    );

    expect(denied).toEqual([]);
  });

  test("allows the job that npm run deploy sends, which is signed where auth is iam", () => {
    const invoke = (call: string) =>
      evaluate([compiled], {
        action: "execute-api:Invoke",
        resource: `arn:aws:execute-api:us-east-1:000000000000:a1b2c3/$default/${call}`,
      });

    expect(["POST/jobs", "GET/jobs/j-1", "DELETE/jobs/j-1"].map((call) => invoke(call).allowed)).toEqual([true, true, false]);
  });

  test("allows nothing else", () => {
    const needed = Object.values(needs).flatMap((each) => each.flatMap(({ actions }) => actions.split(" ")));

    expect(actionsOf(policy)).toEqual(
      [...new Set([...needed, "sts:GetCallerIdentity", "lambda:GetAccountSettings", "execute-api:Invoke"])].sort(),
    );
  });

  test.each([
    ["iam:CreateRole", role("admin")],
    ["iam:PutRolePolicy", role("ocr-of-another-project")],
    ["lambda:UpdateFunctionCode", lambda("another-project-dev-ocr")],
    ["iam:PutRolePolicy", role("search-service")],
    ["dynamodb:DeleteTable", arn("dynamodb", (name) => `table/${name}`)("jobs-staging")],
    ["s3:DeleteBucket", bucket("documents-archive")],
    ["s3:GetObject", `${bucket("async-text-processing-dev-documents-0a1b2c3")}/jobs/j-1/text`],
    ["sns:Unsubscribe", arn("sns", (name) => name)("alarms-0a1b2c3")],
    ["scheduler:DeleteSchedule", arn("scheduler", (name) => `schedule/default/${name}`)("sweeper-0a1b2c3")],
    ["logs:DeleteLogGroup", arn("logs", (name) => `log-group:${name}`)("/aws/lambda/other")],
  ])("does not allow %s on %s", (action, resource) => {
    expect(evaluate([compiled], { action, resource }).allowed).toBe(false);
  });

  test("passes roles to the three services that take them on, and touches the APIs that bear the project's tag", () => {
    const conditions = policy.Statement.filter(({ Condition }) => Condition !== undefined).map(({ Sid, Condition }) => [Sid, Condition]);

    expect(conditions).toEqual([
      [
        "Roles",
        { StringEqualsIfExists: { "iam:PassedToService": ["lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"] } },
      ],
      ["NewApi", { StringEquals: { "aws:RequestTag/project": "async-text-processing" } }],
      ["Api", { StringEquals: { "aws:ResourceTag/project": "async-text-processing" } }],
    ]);
    const api = resources.find(({ type }) => type === "aws:apigatewayv2/api:Api");
    expect(api?.inputs["tags"]).toEqual({ project: "async-text-processing" });
  });

  test("fits into a managed policy: 6,144 characters without white space", () => {
    expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6_144);
  });

  test("has a second part for a private network, no more than that needs", () => {
    const needed = Object.values(networkNeeds).flatMap((actions) => actions.split(" ").map((action) => `ec2:${action}`));

    expect(networkTypes.sort()).toEqual(Object.keys(networkNeeds).sort());
    expect(actionsOf(networkPolicy)).toEqual(needed.sort());
  });
});
