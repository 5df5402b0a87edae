import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { RecordMetrics } from "../jobs/telemetry.ts";

const metrics = /* @__PURE__ */ new Metrics(); // left out of the bundles that count nothing

/**
 * Writes values of metrics into the function's log, as a line of its own that CloudWatch turns into metrics.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const recordMetrics: RecordMetrics = (values) => {
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, name === "JobDuration" ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  // Lambda drops what is below the function's log level, and takes a line without level and time for INFO.
  metrics.addMetadata("level", process.env["AWS_LAMBDA_LOG_LEVEL"] ?? "INFO");
  metrics.addMetadata("timestamp", new Date().toISOString());
  metrics.publishStoredMetrics();
};
