import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { fillPlaceholders, readDefinition } from "../statemachine/definition.ts";
import { functionPlaceholder } from "../statemachine/stage-states.ts";
import { createRole } from "./role.ts";
import type { Settings } from "./settings.ts";
import type { StageFunctions } from "./stages.ts";
import { allow, type Statement } from "./statement.ts";
import type { JobTable } from "./tables.ts";
import { logDelivery, tracing } from "./unscoped-actions.ts";

export interface JobStateMachineArgs {
  /** With `${Placeholder}` strings in the place of ARNs and names. */
  readonly definition: string;
  /** The functions that the definition invokes. */
  readonly stages: StageFunctions;
  /** The table to which the definition itself writes errors. */
  readonly jobs: JobTable;
  readonly accountId: pulumi.Input<string>;
  readonly settings: Pick<Settings, "executionLogLevel" | "logRetentionDays" | "ocrLanguages" | "permissionsBoundary">;
}

/** The Express state machine that runs a job's stages, with all that the console needs to draw an execution. */
export class JobStateMachine extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: JobStateMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobStateMachine", name, {}, opts);
    const { executionLogLevel: level, logRetentionDays } = args.settings;
    const stateMachineName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/vendedlogs/states/${stateMachineName}`, retentionInDays: logRetentionDays },
      { parent: this },
    );
    const { role, policy } = this.#createRole(name, args);
    const stateMachine = new aws.sfn.StateMachine(
      name,
      {
        name: stateMachineName,
        type: "EXPRESS",
        roleArn: role.arn,
        definition: filledDefinition(args),
        // The console draws an execution only where all of it is logged.
        loggingConfiguration: { level, includeExecutionData: level === "ALL", logDestination: pulumi.interpolate`${logGroup.arn}:*` },
        tracingConfiguration: { enabled: true },
      },
      { parent: this, dependsOn: [policy, logGroup] },
    );
    this.arn = stateMachine.arn;
    this.logGroupName = logGroup.name;
    this.registerOutputs({ arn: this.arn, logGroupName: this.logGroupName });
  }

  /** The statement that grants starting executions. */
  grantStart(): Statement {
    return allow(["states:StartExecution"], this.arn);
  }

  #createRole(name: string, { stages, jobs, accountId, settings }: JobStateMachineArgs) {
    const versions = [...stages.values()].map(({ lambda }) => pulumi.interpolate`${lambda.arn}:*`);
    const unscoped = [allow(logDelivery, "*"), allow(tracing, "*")];
    const statements = [allow(["lambda:InvokeFunction"], versions), jobs.grant("dynamodb:UpdateItem"), ...unscoped];
    return createRole(name, { service: "states.amazonaws.com", accountId, statements, settings }, this);
  }
}

/**
 * The definition as it is deployed.
 *
 * @throws pulumi.RunError, one sentence, where its file is out of date, or where the stages do not fit into an execution.
 */
export function currentDefinition(): string {
  try {
    return readDefinition();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

/** The functions are named by their current version: an execution ends on the code that it started with. */
function filledDefinition({ definition, stages, jobs, settings }: JobStateMachineArgs): pulumi.Output<string> {
  const functions = [...stages].map(([stage, { lambda }]) => [functionPlaceholder(stage), lambda.qualifiedArn] as const);
  const OcrLanguages = settings.ocrLanguages.replaceAll("+", ", ");
  const values = pulumi.output({ ...Object.fromEntries(functions), JobsTableName: jobs.name, OcrLanguages });
  return values.apply((filled) => fillPlaceholders(definition, filled));
}
