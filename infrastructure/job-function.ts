import { existsSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Settings, wrongSetting } from "./settings.ts";
import { allow, policyDocument, type Statement, trustPolicy } from "./statement.ts";
import { networkInterfaces } from "./unscoped-actions.ts";

/** The part that differs from function to function. */
export interface FunctionArgs {
  /** Permissions beside writing its own log. */
  readonly statements: readonly Statement[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly timeoutSeconds?: number;
  readonly memoryMiB?: number;
  /** Subnets and security groups, where the function runs in a network of its own. */
  readonly network?: aws.types.input.lambda.FunctionVpcConfig | undefined;
}

interface JobFunctionArgs extends FunctionArgs {
  /** The folder with the built bundles; the function's is in the folder of its name. */
  readonly bundles: string;
  readonly settings: Pick<Settings, "logLevel" | "logRetentionDays" | "reservedConcurrency">;
}

/** One Lambda function with a role, a log group and a published version of its own. */
export class JobFunction extends pulumi.ComponentResource {
  readonly logicalName: string;
  readonly lambda: aws.lambda.Function;
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: JobFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobFunction", name, {}, opts);
    const { settings, timeoutSeconds = 10, memoryMiB = 512 } = args;
    const functionName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${functionName}`, retentionInDays: settings.logRetentionDays },
      { parent: this },
    );
    const { role, policy } = this.#createRole(name, logGroup, args);
    this.lambda = new aws.lambda.Function(
      name,
      {
        name: functionName,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.FileArchive(join(args.bundles, name)),
        publish: true, // a running execution finishes on the code that it started with
        timeout: timeoutSeconds,
        memorySize: memoryMiB,
        reservedConcurrentExecutions: settings.reservedConcurrency[name],
        environment: { variables: environmentOf(name, args) },
        loggingConfig: { logFormat: "JSON", logGroup: logGroup.name, systemLogLevel: systemLogLevelOf(settings.logLevel) },
        vpcConfig: args.network,
      },
      { parent: this, dependsOn: [policy] },
    );
    this.logicalName = name;
    this.logGroupName = logGroup.name;
    this.registerOutputs({ arn: this.lambda.arn });
  }

  #createRole(name: string, logGroup: aws.cloudwatch.LogGroup, { statements, network }: JobFunctionArgs) {
    const role = new aws.iam.Role(name, { assumeRolePolicy: trustPolicy("lambda.amazonaws.com") }, { parent: this });
    const ownLog = allow(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${logGroup.arn}:*`);
    const all = [ownLog, ...statements, ...(network === undefined ? [] : [allow(networkInterfaces, "*")])];
    const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: policyDocument(all) }, { parent: this });
    return { role, policy };
  }
}

export type CreateFunction = (name: string, args: FunctionArgs) => JobFunction;

/**
 * @returns a function that creates functions with the stack's settings.
 * @throws pulumi.RunError where concurrency is reserved for an unknown function.
 */
export function functionFactory(bundles: string, settings: Settings): CreateFunction {
  const unknown = Object.keys(settings.reservedConcurrency).find((name) => !existsSync(join(bundles, name)));
  if (unknown !== undefined) throw wrongSetting("reservedConcurrency", `there is no function "${unknown}"`);
  return (name, args) => new JobFunction(name, { bundles, settings, ...args });
}

/** The namespace of the metrics that the functions count themselves. */
export const jobNamespace = (): string => `${pulumi.getProject()}/${pulumi.getStack()}`;

const environmentOf = (name: string, { settings, environment }: JobFunctionArgs) => ({
  POWERTOOLS_SERVICE_NAME: name,
  POWERTOOLS_LOG_LEVEL: settings.logLevel,
  POWERTOOLS_METRICS_NAMESPACE: jobNamespace(),
  NODE_OPTIONS: "--enable-source-maps",
  ...environment,
});

/** Lambda's own lines, two for each call, cost as much as the calls: they go with the functions' own at INFO. */
const systemLogLevelOf = (logLevel: string): string => (logLevel === "WARN" || logLevel === "ERROR" ? "WARN" : "INFO");
