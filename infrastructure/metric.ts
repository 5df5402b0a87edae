import type * as pulumi from "@pulumi/pulumi";
import type { JobMetric } from "../functions/jobs/telemetry.ts";
import { type JobFunction, jobNamespace } from "./job-function.ts";
import type { JobStateMachine } from "./job-state-machine.ts";
import type { JobsApi } from "./jobs-api.ts";
import type { StageFunctions } from "./stages.ts";
import type { Stores } from "./stores.ts";

/** The parts of a stack that alarms and dashboard watch. */
export interface Watched {
  readonly functions: readonly JobFunction[];
  /** Those among the functions that fail on purpose, where a document cannot be read. */
  readonly stages: StageFunctions;
  readonly stateMachine: JobStateMachine;
  readonly api: JobsApi;
  readonly stores: Stores;
}

/** A metric in CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
export const executionMetric = (
  name: "ExecutionsStarted" | "ExecutionsSucceeded" | "ExecutionsFailed" | "ExecutionsTimedOut" | "ExecutionTime",
  { arn }: JobStateMachine,
): Metric => ({ namespace: "AWS/States", name, dimensions: { StateMachineArn: arn } });

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetric = (name: "Errors" | "Throttles" | "Duration" | "Invocations", { lambda }: JobFunction): Metric => ({
  namespace: "AWS/Lambda",
  name,
  dimensions: { FunctionName: lambda.name },
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export const apiMetric = (name: "Count" | "4xx" | "5xx" | "Latency", { apiId }: JobsApi): Metric => ({
  namespace: "AWS/ApiGateway",
  name,
  dimensions: { ApiId: apiId, Stage: "$default" },
});

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableMetric = (
  name: "ConsumedReadCapacityUnits" | "ConsumedWriteCapacityUnits" | "ReadThrottleEvents" | "WriteThrottleEvents",
  table: Stores["jobs" | "postings"],
): Metric => ({ namespace: "AWS/DynamoDB", name, dimensions: { TableName: table.name } });

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
export const ingestedBytes = ({ logGroupName }: { readonly logGroupName: pulumi.Output<string> }): Metric => ({
  namespace: "AWS/Logs",
  name: "IncomingBytes",
  dimensions: { LogGroupName: logGroupName },
});

/** @param service the function that counts, by its logical name. */
export const jobMetric = (name: JobMetric, service: string): Metric => ({ namespace: jobNamespace(), name, dimensions: { service } });
