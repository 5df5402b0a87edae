import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { JobMetric } from "../functions/jobs/telemetry.ts";

/** A metric in CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
export const executionMetric = (
  name: "ExecutionsStarted" | "ExecutionsSucceeded" | "ExecutionsFailed" | "ExecutionsTimedOut" | "ExecutionTime",
  stateMachineArn: pulumi.Output<string>,
): Metric => ({ namespace: "AWS/States", name, dimensions: { StateMachineArn: stateMachineArn } });

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetric = (
  name: "Errors" | "Throttles" | "Duration" | "Invocations",
  { name: FunctionName }: aws.lambda.Function,
): Metric => ({
  namespace: "AWS/Lambda",
  name,
  dimensions: { FunctionName },
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export const apiMetric = (name: "Count" | "4xx" | "5xx" | "Latency", ApiId: pulumi.Output<string>): Metric => ({
  namespace: "AWS/ApiGateway",
  name,
  dimensions: { ApiId, Stage: "$default" },
});

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableMetric = (
  name: "ConsumedReadCapacityUnits" | "ConsumedWriteCapacityUnits" | "ReadThrottleEvents" | "WriteThrottleEvents",
  TableName: pulumi.Output<string>,
): Metric => ({ namespace: "AWS/DynamoDB", name, dimensions: { TableName } });

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
export const ingestedBytes = (LogGroupName: pulumi.Output<string>): Metric => ({
  namespace: "AWS/Logs",
  name: "IncomingBytes",
  dimensions: { LogGroupName },
});

/** The namespace of the metrics that the functions count themselves. */
export const jobNamespace = (): string => `${pulumi.getProject()}/${pulumi.getStack()}`;

/** @param service the function that counts, by its logical name. */
export const jobMetric = (name: JobMetric, service: string): Metric => ({ namespace: jobNamespace(), name, dimensions: { service } });
