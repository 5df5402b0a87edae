import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { JobStateMachine } from "./job-state-machine.ts";

/** A line to try the stack with. */
export const curlLine = (baseUrl: pulumi.Output<string>): pulumi.Output<string> =>
  pulumi.interpolate`curl -i ${baseUrl}/jobs -H 'Content-Type: application/json' -d '{"text": "AWS Lambda is a great serverless compute service"}'`;

/** Where the AWS console shows the stack: the state machine with its executions, and their log. */
export function consoleLinks({ arn, logGroupName }: JobStateMachine) {
  const { region } = aws.getRegionOutput();
  const home = (service: string) => pulumi.interpolate`https://${region}.console.aws.amazon.com/${service}/home?region=${region}`;
  // The console of CloudWatch escapes a group's name twice, with $ for the second percent sign.
  const group = logGroupName.apply((name) => encodeURIComponent(encodeURIComponent(name)).replaceAll("%", "$"));
  return {
    stateMachine: pulumi.interpolate`${home("states")}#/statemachines/view/${arn}`,
    executionLog: pulumi.interpolate`${home("cloudwatch")}#logsV2:log-groups/log-group/${group}`,
  };
}
