import { existsSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jobNamespace } from "./metric.ts";
import { type Settings, wrongSetting } from "./settings.ts";
import { allow, policyDocument, type Statement, trustPolicy } from "./statement.ts";

export interface JobFunctionArgs {
  /** The folder with the built bundles; the function's stands in the folder of its name. */
  readonly bundles: string;
  /** What the function may do beside writing its own log. */
  readonly statements: readonly Statement[];
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly logLevel: string;
  readonly logRetentionDays: number;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Calls at once that are kept for the function, and are all that it gets. */
  readonly reservedConcurrency: number | undefined;
  /** Subnets and security groups, where the function runs in a network of its own. */
  readonly network?: aws.types.input.lambda.FunctionVpcConfig | undefined;
}

/** One Lambda function with a role, a log group and a published version of its own. */
class JobFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: JobFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobFunction", name, {}, opts);
    const functionName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${functionName}`, retentionInDays: args.logRetentionDays },
      { parent: this },
    );
    const { role, policy } = this.#createRole(name, logGroup, args);
    this.function = new aws.lambda.Function(
      name,
      {
        name: functionName,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.FileArchive(join(args.bundles, name)),
        publish: true, // an execution that is under way finishes on the code that it started with
        timeout: args.timeoutSeconds,
        memorySize: args.memoryMiB,
        reservedConcurrentExecutions: args.reservedConcurrency,
        environment: { variables: environmentOf(name, args) },
        loggingConfig: { logFormat: "JSON", logGroup: logGroup.name, systemLogLevel: systemLogLevelOf(args.logLevel) },
        vpcConfig: args.network,
      },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs({ arn: this.function.arn });
  }

  #createRole(name: string, logGroup: aws.cloudwatch.LogGroup, { statements, network }: JobFunctionArgs) {
    const role = new aws.iam.Role(name, { assumeRolePolicy: trustPolicy("lambda.amazonaws.com") }, { parent: this });
    const ownLog = allow(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${logGroup.arn}:*`);
    const all = [ownLog, ...statements, ...(network === undefined ? [] : [networkInterfaces])];
    const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: policyDocument(all) }, { parent: this });
    return { role, policy };
  }
}

/** What each function says for itself; the rest is the stack's. */
export type FunctionArgs = Pick<JobFunctionArgs, "statements" | "environment" | "network"> &
  Partial<Pick<JobFunctionArgs, "timeoutSeconds" | "memoryMiB">>;
export type CreateFunction = (name: string, args: FunctionArgs) => aws.lambda.Function;

/**
 * Makes functions with the stack's settings.
 *
 * @returns how to make one, and all that have been made, by their names.
 * @throws pulumi.RunError where concurrency is reserved for a function that there is none of.
 */
export function functionFactory(bundles: string, { logLevel, logRetentionDays, reservedConcurrency }: Settings) {
  const unknown = Object.keys(reservedConcurrency).find((name) => !existsSync(join(bundles, name)));
  if (unknown !== undefined) throw wrongSetting("reservedConcurrency", `there is no function "${unknown}"`);
  const ofStack = { bundles, logLevel, logRetentionDays, timeoutSeconds: 10, memoryMiB: 512 };
  const functions = new Map<string, aws.lambda.Function>();
  const createFunction: CreateFunction = (name, args) => {
    const made = new JobFunction(name, { ...ofStack, reservedConcurrency: reservedConcurrency[name], ...args }).function;
    functions.set(name, made);
    return made;
  };
  return { createFunction, functions };
}

/** Lambda makes and removes a function's network interfaces with the function's role; AWS knows no resource for them. */
const networkInterfaces = allow(
  ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface"],
  "*",
);

function environmentOf(name: string, { logLevel, environment }: JobFunctionArgs) {
  return {
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_LOG_LEVEL: logLevel,
    POWERTOOLS_METRICS_NAMESPACE: jobNamespace(),
    NODE_OPTIONS: "--enable-source-maps",
    ...environment,
  };
}

/** Lambda's own lines, two for each call, cost as much as the calls: they go with the functions' own at INFO. */
const systemLogLevelOf = (logLevel: string): string => (logLevel === "WARN" || logLevel === "ERROR" ? "WARN" : "INFO");
