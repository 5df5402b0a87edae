import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allow, policyDocument, trustPolicy } from "./statement.ts";

export interface SweepScheduleArgs {
  readonly target: aws.lambda.Function;
  readonly accountId: pulumi.Input<string>;
}

/** Calls the sweeper every minute. */
export class SweepSchedule extends pulumi.ComponentResource {
  constructor(name: string, { target, accountId }: SweepScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:SweepSchedule", name, {}, opts);
    const role = new aws.iam.Role(name, { assumeRolePolicy: trustPolicy("scheduler.amazonaws.com", accountId) }, { parent: this });
    const policy = policyDocument([allow(["lambda:InvokeFunction"], target.arn)]);
    const rolePolicy = new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent: this });
    new aws.scheduler.Schedule(
      name,
      {
        scheduleExpression: "rate(1 minute)",
        flexibleTimeWindow: { mode: "OFF" },
        // The next sweep is a minute away and finds the same jobs: one that fails need not be tried again.
        target: { arn: target.arn, roleArn: role.arn, retryPolicy: { maximumRetryAttempts: 0 } },
      },
      { parent: this, dependsOn: [rolePolicy] },
    );
    this.registerOutputs();
  }
}
