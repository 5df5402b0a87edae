import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { evaluatedProgram } from "../support/evaluated-program.ts";
import { request } from "../support/local-runtime.ts";
import { type Flow, flows, logFlow } from "./permissions-flows.ts";
import { type Mutation, permissionMutations, policyMutations, rolePolicy, withInputs } from "./permissions-mutations.ts";
import { type Stack, startStack } from "./permissions-stack.ts";

/** For each role, the flows that need its grants: a grant that no flow needs has no place in the program. */
const needs: Readonly<Record<string, Partial<Record<keyof typeof flows, readonly string[]>>>> = {
  "create-job": {
    "a short text is done": ["dynamodb:PutItem", "states:StartExecution"],
    "a long text is done and read": ["s3:PutObject"],
    "a repeated key leaves no second object": ["s3:DeleteObject"],
    "a job that cannot be stored is withdrawn": ["dynamodb:DeleteItem"],
    "an upload becomes one job": ["s3:GetObject", "s3:GetObject of uploads", "s3:DeleteObject of uploads", "dynamodb:GetItem"],
  },
  "create-upload": { "an upload becomes one job": ["s3:PutObject of uploads"] },
  "get-job": { "a short text is done": ["dynamodb:GetItem"], "a long text is done and read": ["s3:GetObject"] },
  "get-text": { "a long text is done and read": ["dynamodb:GetItem", "s3:GetObject"] },
  "find-documents": { "documents are found": ["dynamodb:Query"] },
  "delete-job": {
    "a finished job is deleted with all that it left": [
      "dynamodb:UpdateItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:DeleteItem",
      "s3:ListBucket",
      "s3:DeleteObject",
    ],
    "a job that search left half done is deleted": ["s3:GetObject"],
    "a deleted job takes its upload along": ["s3:DeleteObject of uploads"],
  },
  ocr: {
    "a short text is done": ["dynamodb:UpdateItem"],
    "a long text is done and read": ["s3:GetObject"],
    "OCR puts a changed text into the bucket": ["s3:PutObject"],
    "OCR takes its text back where saving fails": ["s3:DeleteObject"],
    "a stage that fails asks whether its job is over": ["dynamodb:GetItem"],
  },
  "ml-inference": {
    "a short text is done": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    "a long text is done and read": ["s3:GetObject"],
  },
  search: {
    "a short text is done": ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:BatchWriteItem"],
    "a long text is done and read": ["s3:GetObject"],
  },
  "process-job": {
    "a short text is done": ["lambda:InvokeFunction"],
    "a stage that cannot be called ends its job in ERROR": ["dynamodb:UpdateItem"],
    "an execution is logged": [
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
    "an execution is traced": ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
  },
  "sweep-jobs": {
    "the sweeper starts a job again": ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem", "states:StartExecution"],
  },
  "sweep-every-minute": { "the schedule calls the sweeper": ["lambda:InvokeFunction"] },
};

const functionNames = [
  "create-job",
  "create-upload",
  "get-job",
  "get-text",
  "find-documents",
  "delete-job",
  "get-openapi",
  "sweep-jobs",
  "unknown-route",
  "ocr",
  "ml-inference",
  "search",
];
const ownLog = ["logs:CreateLogStream", "logs:PutLogEvents"];

/** What decides once and for all is tried with a stack of its own: who may write a log or a trace. */
const decidesOnce = (action: string) => /^(logs|xray):/.test(action);

function flowFor({ role, actions: [action = ""], resources }: Mutation): { name: string; flow: Flow } {
  if (functionNames.includes(role) && ownLog.includes(action)) return { name: "its log is written", flow: logFlow(role) };
  const need = resources.some((resource) => resource.includes("/uploads/")) ? `${action} of uploads` : action;
  const name = Object.entries(needs[role] ?? {}).find(([, actions]) => actions.includes(need))?.[0];
  if (name === undefined) throw new Error(`No flow needs ${need} of the role ${role}: take it from the program.`);
  return { name, flow: flows[name as keyof typeof flows] };
}

/** With every route that a setting adds. */
const program = await evaluatedProgram("relatedDocuments=list");
const mutations = policyMutations(program).map((mutation) => ({ ...mutation, ...flowFor(mutation) }));

/** The error of a flow, which there is only because of what was denied. */
async function failureOf(flow: Flow, stack: Stack): Promise<unknown> {
  const failure = await flow(stack).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure !== undefined && stack.denials.length === 0) throw failure;
  return failure;
}

function expectDenied({ role, actions }: Mutation, { denials }: Stack): void {
  const denied = denials.map(({ roleName, action }) => `${roleName} ${action}`);
  expect(denied).not.toEqual([]);
  expect(actions.map((action) => `${role}-local ${action}`)).toEqual(expect.arrayContaining(denied));
}

describe("one stack, with all its permissions and without one at a time", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack(program);
    await stack.runtime.warmUp();
  });
  afterEach(() => stack.settle());
  afterAll(() => stack.stop());

  test("every flow comes to its end, and together they use every grant", async () => {
    const { account, services } = stack.runtime;
    expect(services.iam.unused(account.ledger)).toContainEqual({ roleName: "ocr-local", statement: "3", action: "s3:DeleteObject" });
    const logFlows = functionNames.map((name) => [`the log of ${name}`, logFlow(name)] as const);

    for (const [name, flow] of [...Object.entries(flows), ...logFlows]) {
      await flow(stack).catch((error: unknown) => expect.unreachable(`${name}: ${error}`));
      expect(stack.denials).toEqual([]);
      await stack.settle();
    }

    expect(services.iam.unused(account.ledger)).toEqual([]);
  });

  test.each(mutations.filter(({ actions: [action = ""] }) => !decidesOnce(action)))(
    "without its $taken, $role fails where $name",
    async ({ flow, ...mutation }) => {
      const restore = stack.withPolicy(`${mutation.role}-local`, mutation.policy);

      const failure = await failureOf(flow, stack).finally(restore);

      expect(failure).toBeInstanceOf(Error);
      expectDenied(mutation, stack);
    },
  );
});

describe("a stack of its own", () => {
  let stack: Stack;
  afterEach(() => stack.stop());

  test.each(mutations.filter(({ actions: [action = ""] }) => decidesOnce(action)))(
    "without its $taken, $role fails where $name",
    async ({ flow, ...mutation }) => {
      stack = await startStack(withInputs(program, rolePolicy, mutation.role, (inputs) => ({ ...inputs, policy: mutation.policy })));

      const failure = await failureOf(flow, stack);

      expect(failure).toBeInstanceOf(Error);
      expectDenied(mutation, stack);
    },
  );

  test.each(permissionMutations(program))("with $what, the API cannot call the function of $routeKey", async ({ routeKey, manifest }) => {
    stack = await startStack(manifest);
    const [method, path = "/nowhere"] = routeKey === "$default" ? ["PUT"] : routeKey.split(" ");

    const { status, body } = await request(stack.runtime, path.replace("{jobId}", "f47ac10b-58cc-4372-a567-0e02b2c3d479"), {
      method: String(method),
    });

    expect([status, body]).toEqual([500, { message: "Internal Server Error" }]);
    const [line] = stack.logLines.filter(({ group }) => group === "/aws/vendedlogs/apis/async-text-processing-dev");
    expect(JSON.parse(line?.message ?? "{}")).toMatchObject({
      routeKey,
      status: "500",
      integrationError: expect.stringContaining("permission"),
    });
  });
});
