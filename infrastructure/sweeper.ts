import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { openJobsIndex } from "../functions/jobs/storage-layout.ts";
import type { CreateFunction, JobFunction } from "./job-function.ts";
import type { JobStateMachine } from "./job-state-machine.ts";
import { createRole } from "./role.ts";
import type { Settings } from "./settings.ts";
import { allow } from "./statement.ts";
import type { JobTable } from "./tables.ts";

export interface SweeperArgs {
  readonly createFunction: CreateFunction;
  readonly jobs: JobTable;
  readonly stateMachine: JobStateMachine;
  readonly accountId: pulumi.Input<string>;
  readonly settings: Pick<Settings, "permissionsBoundary">;
}

/** Restarts or ends jobs that got stuck, every minute. */
export class Sweeper extends pulumi.ComponentResource {
  readonly function: JobFunction;

  constructor(
    name: string,
    { createFunction, jobs, stateMachine, accountId, settings }: SweeperArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("async-text-processing:index:Sweeper", name, {}, opts);
    this.function = createFunction("sweep-jobs", {
      timeoutSeconds: 50,
      memoryMiB: 1024, // with more of a CPU: thousands of jobs may be due at once
      environment: { JOBS_TABLE: jobs.name, STATE_MACHINE_ARN: stateMachine.arn },
      statements: [jobs.grant("dynamodb:UpdateItem"), jobs.grantQuery(openJobsIndex), stateMachine.grantStart()],
    });
    const target = this.function.lambda;
    const statements = [allow(["lambda:InvokeFunction"], target.arn)];
    const { role, policy } = createRole(name, { service: "scheduler.amazonaws.com", accountId, statements, settings }, this);
    new aws.scheduler.Schedule(
      name,
      {
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        // The next sweep is a minute away and finds the same jobs: one that fails need not be tried again.
        target: { arn: target.arn, roleArn: role.arn, retryPolicy: { maximumRetryAttempts: 0 } },
      },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}
