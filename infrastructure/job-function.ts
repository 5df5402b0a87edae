import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createRole } from "./role.ts";
import type { Settings } from "./settings.ts";
import { allow, policyDocument, type Statement } from "./statement.ts";
import { networkInterfaces } from "./unscoped-actions.ts";

/** The part that differs from function to function. */
export interface FunctionArgs {
  /** Permissions beside writing its own log. */
  readonly statements: readonly Statement[];
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly timeoutSeconds?: number;
  readonly memoryMiB?: number;
  /** Where the function runs in a network of its own. */
  readonly network?: FunctionNetwork | undefined;
}

/** A network in which functions run. */
export interface FunctionNetwork {
  /**
   * @param name the function's logical name.
   * @param permission lets the function's role manage network interfaces. Lambda deletes them with that role, so that it stays until they are gone.
   */
  configFor(name: string, permission: aws.iam.RolePolicy): aws.types.input.lambda.FunctionVpcConfig;
}

interface JobFunctionArgs extends FunctionArgs {
  /** The folder with the built bundles; the function's is in the folder of its name. */
  readonly bundles: Promise<string>;
  readonly settings: Pick<Settings, "logLevel" | "logRetentionDays" | "reservedConcurrency" | "permissionsBoundary">;
}

/** One Lambda function with a role, a log group and a published version of its own. */
export class JobFunction extends pulumi.ComponentResource {
  readonly logicalName: string;
  readonly memoryMiB: number;
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
    const ownLog = allow(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${logGroup.arn}:*`);
    const statements = [ownLog, ...args.statements];
    const { role, policy } = createRole(name, { service: "lambda.amazonaws.com", statements, settings }, this);
    const vpcConfig = args.network?.configFor(name, this.#createNetworkPolicy(name, role));
    this.lambda = new aws.lambda.Function(
      name,
      {
        // A published version never leaves its network: a function that does is another one, and takes its versions along.
        name: vpcConfig === undefined ? functionName : `${functionName}-vpc`,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.FileArchive(args.bundles.then((folder) => join(folder, name))),
        publish: true, // a running execution finishes on the code that it started with
        timeout: timeoutSeconds,
        memorySize: memoryMiB,
        reservedConcurrentExecutions: settings.reservedConcurrency[name],
        environment: { variables: environmentOf(name, args) },
        loggingConfig: {
          logFormat: "JSON",
          logGroup: logGroup.name,
          applicationLogLevel: settings.logLevel, // Lambda exports it to the function, whose logger lets it win
          systemLogLevel: systemLogLevelOf(settings.logLevel),
        },
        vpcConfig,
      },
      { parent: this, dependsOn: [policy] },
    );
    this.logicalName = name;
    this.memoryMiB = memoryMiB;
    this.logGroupName = logGroup.name;
    this.registerOutputs({ arn: this.lambda.arn });
  }

  /** A policy of its own: it is deleted once the function has left the network, and not before. */
  #createNetworkPolicy(name: string, { id: role }: aws.iam.Role): aws.iam.RolePolicy {
    const policy = policyDocument([allow(networkInterfaces, "*")]);
    return new aws.iam.RolePolicy(`${name}-network`, { role, policy }, { parent: this });
  }
}

export type CreateFunction = (name: string, args: FunctionArgs) => JobFunction;

/** @returns a function that creates functions with the stack's settings. */
export const functionFactory =
  (bundles: Promise<string>, settings: Settings): CreateFunction =>
  (name, args) =>
    new JobFunction(name, { bundles, settings, ...args });

/** The namespace of the metrics that the functions count themselves. */
export const jobNamespace = (): string => `${pulumi.getProject()}/${pulumi.getStack()}`;

const environmentOf = (name: string, { environment }: JobFunctionArgs) => ({
  POWERTOOLS_SERVICE_NAME: name,
  POWERTOOLS_METRICS_NAMESPACE: jobNamespace(),
  NODE_OPTIONS: "--enable-source-maps",
  ...environment,
});

/** Lambda's own lines, two for each call, cost as much as the calls: they go with the functions' own at INFO. */
const systemLogLevelOf = (logLevel: string): string => (logLevel === "WARN" || logLevel === "ERROR" ? "WARN" : "INFO");
