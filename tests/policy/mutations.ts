import { types } from "../../policy/resource.ts";

type Inputs = Readonly<Record<string, unknown>>;

interface Mutation {
  /** The one rule that is to notice. */
  readonly rule: string;
  readonly change: string;
  readonly type: string;
  readonly name: string;
  /** The inputs in the place of the given ones; nothing where the resource is taken away. */
  readonly mutate: (inputs: Inputs) => Inputs[];
  /** The resources that are at fault, where it is not the changed one alone. */
  readonly atFault?: readonly string[];
  /** True where the stack has `protect: true`. */
  readonly isProtected?: boolean;
}

const set =
  (changed: Inputs) =>
  (inputs: Inputs): Inputs[] => [{ ...inputs, ...changed }];

/** Replaces a piece of a text among the inputs. */
const reword =
  (input: string, from: string, to: string) =>
  (inputs: Inputs): Inputs[] => [{ ...inputs, [input]: String(inputs[input]).replace(from, to) }];

/** Sets a member of an input. */
const within =
  (input: string, changed: Inputs) =>
  (inputs: Inputs): Inputs[] => [{ ...inputs, [input]: { ...(inputs[input] as Inputs), ...changed } }];

const removed = () => [];

const policy = (name: string) => ({ type: types.rolePolicy, name });
const lambda = { type: types.function, name: "ocr" };
const machine = { type: types.stateMachine, name: "process-job" };
const alarm = { type: types.alarm, name: "ocr" };
const documents = (type: keyof typeof types) => ({ type: types[type], name: "documents" });
const api = { type: types.httpStage, name: "jobs" };

const bucketRules: readonly Mutation[] = [
  { rule: "private-buckets", change: "one of four is off", ...documents("publicAccessBlock"), mutate: set({ ignorePublicAcls: false }) },
  { rule: "private-buckets", change: "nothing is closed", ...documents("publicAccessBlock"), mutate: removed },
  { rule: "encrypted-buckets", change: "no rule", ...documents("bucketEncryption"), mutate: set({ rules: [{}] }) },
  { rule: "encrypted-buckets", change: "no configuration", ...documents("bucketEncryption"), mutate: removed },
  { rule: "tls-only-buckets", change: "no policy", ...documents("bucketPolicy"), mutate: removed },
  { rule: "tls-only-buckets", change: "other conditions", ...documents("bucketPolicy"), mutate: reword("policy", '"false"', '"true"') },
  { rule: "tls-only-buckets", change: "the bucket without its objects", ...documents("bucketPolicy"), mutate: reword("policy", "/*", "") },
  { rule: "tls-only-buckets", change: "an allowance", ...documents("bucketPolicy"), mutate: reword("policy", "Deny", "Allow") },
  { rule: "whole-protection", change: "an emptied bucket", ...documents("bucket"), mutate: set({ forceDestroy: true }), isProtected: true },
];

export const mutations: readonly Mutation[] = [
  { rule: "exact-actions", change: "a pattern", ...policy("ocr"), mutate: reword("policy", "dynamodb:GetItem", "dynamodb:*") },
  { rule: "exact-actions", change: "part of a pattern", ...policy("ocr"), mutate: reword("policy", "dynamodb:GetItem", "dynamodb:Get*") },
  {
    rule: "exact-actions",
    change: "all but one",
    ...policy("ocr"),
    mutate: reword("policy", '"Action":["dynamodb:GetItem","dynamodb:UpdateItem"]', '"NotAction":"dynamodb:DeleteTable"'),
  },
  {
    rule: "exact-resources",
    change: "every table",
    ...policy("get-job"),
    mutate: reword("policy", '"arn:aws:dynamodb:us-east-1:000000000000:table/jobs-local"', '["*"]'),
  },
  {
    rule: "one-service-a-role",
    change: "everyone",
    type: types.role,
    name: "ocr",
    mutate: reword("assumeRolePolicy", "lambda.amazonaws.com", "*"),
  },
  {
    rule: "one-service-a-role",
    change: "an account",
    type: types.role,
    name: "ocr",
    mutate: reword("assumeRolePolicy", '"Service":"lambda.amazonaws.com"', '"AWS":"arn:aws:iam::111111111111:root"'),
  },
  {
    rule: "own-role",
    change: "another's",
    ...lambda,
    mutate: set({ role: "arn:aws:iam::000000000000:role/search-local" }),
    atFault: ["ocr", "search"],
  },
  { rule: "named-callers", change: "no source", type: types.permission, name: "jobs-post-jobs", mutate: set({ sourceArn: undefined }) },
  { rule: "logs-forget", change: "no retention", type: types.logGroup, name: "ocr", mutate: set({ retentionInDays: undefined }) },
  { rule: "logs-forget", change: "kept for ever", type: types.logGroup, name: "jobs", mutate: set({ retentionInDays: 0 }) },
  { rule: "own-log-group", change: "another group", ...lambda, mutate: within("loggingConfig", { logGroup: "/aws/lambda/other" }) },
  { rule: "declared-log-level", change: "no level", ...lambda, mutate: within("loggingConfig", { applicationLogLevel: undefined }) },
  { rule: "current-runtime", change: "an older Node", ...lambda, mutate: set({ runtime: "nodejs20.x" }) },
  { rule: "own-timeout", change: "Lambda's default", ...lambda, mutate: set({ timeout: 3 }) },
  { rule: "tables-on-demand", change: "provisioned", type: types.table, name: "jobs", mutate: set({ billingMode: "PROVISIONED" }) },
  { rule: "tables-forget", change: "no time to live", type: types.table, name: "postings", mutate: within("ttl", { enabled: false }) },
  {
    rule: "whole-protection",
    change: "no restoring",
    type: types.table,
    name: "jobs",
    mutate: set({ pointInTimeRecovery: { enabled: false } }),
    isProtected: true,
  },
  {
    rule: "whole-protection",
    change: "one table of two",
    type: types.table,
    name: "postings",
    mutate: set({ deletionProtectionEnabled: false }),
    isProtected: true,
  },
  { rule: "logged-executions", change: "errors only", ...machine, mutate: within("loggingConfiguration", { level: "ERROR" }) },
  { rule: "logged-executions", change: "no data", ...machine, mutate: within("loggingConfiguration", { includeExecutionData: false }) },
  {
    rule: "logged-executions",
    change: "no :*",
    ...machine,
    mutate: within("loggingConfiguration", { logDestination: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/a" }),
  },
  {
    rule: "logged-executions",
    change: "another prefix",
    ...machine,
    mutate: within("loggingConfiguration", { logDestination: "arn:aws:logs:us-east-1:000000000000:log-group:/states/a:*" }),
  },
  {
    rule: "logged-executions",
    change: "one of ten actions",
    ...policy("process-job"),
    mutate: reword("policy", '"logs:PutLogEvents",', ""),
  },
  { rule: "traced-executions", change: "no tracing", ...machine, mutate: within("tracingConfiguration", { enabled: false }) },
  { rule: "versions-in-definitions", change: "no version", ...machine, mutate: reword("definition", "-search-vpc:1", "-search-vpc") },
  {
    rule: "versions-in-definitions",
    change: "the latest",
    ...machine,
    mutate: reword("definition", "-search-vpc:1", "-search-vpc:$LATEST"),
  },
  { rule: "bounded-tasks", change: "a task without", ...machine, mutate: reword("definition", '"TimeoutSeconds": 11,', "") },
  { rule: "bounded-tasks", change: "the whole without", ...machine, mutate: reword("definition", '"TimeoutSeconds": 290,', "") },
  { rule: "throttled-api", change: "no limit", ...api, mutate: set({ defaultRouteSettings: undefined }) },
  { rule: "throttled-api", change: "no burst", ...api, mutate: within("defaultRouteSettings", { throttlingBurstLimit: 0 }) },
  { rule: "logged-api", change: "no log", ...api, mutate: set({ accessLogSettings: undefined }) },
  { rule: "watched-functions", change: "no alarm", ...alarm, mutate: removed },
  {
    rule: "watched-functions",
    change: "errors only",
    ...alarm,
    mutate: (inputs) => set({ metricQueries: [inputs["metricQueries"]].flat().slice(0, 1) })(inputs),
  },
  ...bucketRules,
];
