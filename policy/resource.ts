/** A resource of a stack, as far as a rule looks at it. */
export interface Resource {
  /** Pulumi's type token, such as `aws:lambda/function:Function`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Violation {
  readonly resource: Resource;
  /** One sentence on what is wrong with it. */
  readonly message: string;
}

/** A rule for every stack of this project. */
export interface Rule {
  readonly name: string;
  /** The rule as one sentence. */
  readonly description: string;
  check(resources: readonly Resource[]): Violation[];
}

export const types = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  bucket: "aws:s3/bucket:Bucket",
  bucketEncryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  function: "aws:lambda/function:Function",
  httpStage: "aws:apigatewayv2/stage:Stage",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  permission: "aws:lambda/permission:Permission",
  publicAccessBlock: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  stateMachine: "aws:sfn/stateMachine:StateMachine",
  table: "aws:dynamodb/table:Table",
} as const;

export const ofType = (resources: readonly Resource[], type: keyof typeof types): readonly Resource[] =>
  resources.filter((resource) => resource.type === types[type]);

/** Reads an input, or a member of one: `at(stage, "accessLogSettings", "format")`. */
export function at({ inputs }: Resource, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), inputs);
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** A rule that applies to each resource of a type separately. */
export const ruleFor = (
  type: keyof typeof types,
  name: string,
  description: string,
  holds: (resource: Resource) => boolean,
  message: string | ((resource: Resource) => string),
): Rule => ({ name, description, check: (resources) => violations(ofType(resources, type), holds, message) });

/** The resources that break a rule. */
export const violations = (
  resources: readonly Resource[],
  holds: (resource: Resource) => boolean,
  message: string | ((resource: Resource) => string),
): Violation[] =>
  resources
    .filter((resource) => !holds(resource))
    .map((resource) => ({ resource, message: typeof message === "string" ? message : message(resource) }));
