import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stages as stageNames } from "../functions/jobs/job.ts";
import { fillPlaceholders, functionPlaceholder, readDefinition } from "../statemachine/definition.ts";
import type { JobTable } from "./job-table.ts";
import type { Stages } from "./stages.ts";
import { allow, policyDocument, type Statement, trustPolicy } from "./statement.ts";

export interface JobStateMachineArgs {
  /** The functions that the definition invokes. */
  readonly stages: Stages;
  /** The table to which the definition itself writes errors. */
  readonly jobs: JobTable;
  readonly accountId: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** The console draws an execution only where all of it is logged. */
  readonly logLevel: "ALL" | "ERROR";
}

/** AWS has no narrower resource for log delivery; with one of these missing the console shows an execution as "Unknown". */
const logDelivery = allow(
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
);

/** X-Ray knows no resources. */
const tracing = allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"], "*");

/** The Express state machine that takes a job through its stages, with all that the console needs to draw an execution. */
export class JobStateMachine extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;

  constructor(name: string, args: JobStateMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:JobStateMachine", name, {}, opts);
    const stateMachineName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/vendedlogs/states/${stateMachineName}`, retentionInDays: args.logRetentionDays },
      { parent: this },
    );
    const { role, policy } = this.#createRole(name, args);
    const stateMachine = new aws.sfn.StateMachine(
      name,
      {
        name: stateMachineName,
        type: "EXPRESS",
        roleArn: role.arn,
        definition: definitionWith(args),
        loggingConfiguration: {
          level: args.logLevel,
          includeExecutionData: args.logLevel === "ALL",
          logDestination: pulumi.interpolate`${logGroup.arn}:*`,
        },
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

  #createRole(name: string, { stages, jobs, accountId }: JobStateMachineArgs) {
    const role = new aws.iam.Role(name, { assumeRolePolicy: trustPolicy("states.amazonaws.com", accountId) }, { parent: this });
    const versions = Object.values(stages).map(({ arn }) => pulumi.interpolate`${arn}:*`);
    const all = [allow(["lambda:InvokeFunction"], versions), jobs.grant("dynamodb:UpdateItem"), logDelivery, tracing];
    const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: policyDocument(all) }, { parent: this });
    return { role, policy };
  }
}

/** The definition, its functions named by the version that stands now: an execution ends on the code that it started with. */
function definitionWith({ stages, jobs }: JobStateMachineArgs): pulumi.Output<string> {
  const functions = Object.fromEntries(stageNames.map((stage) => [functionPlaceholder(stage), stages[stage].qualifiedArn]));
  return pulumi.output({ ...functions, JobsTableName: jobs.name }).apply((values) => fillPlaceholders(readDefinition(), values));
}
