import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";

/** What the functions count; `JobDuration` is the seconds from `POST` to `DONE`. */
export type JobMetric = "JobsAccepted" | "JobsDone" | "JobDuration" | "StageFailures" | "JobsSwept";

export type RecordMetrics = (values: Readonly<Partial<Record<JobMetric, number>>>) => void;

const metrics = new Metrics();

/**
 * Writes values of metrics into the function's log, as a line of its own of which CloudWatch makes metrics.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const recordMetrics: RecordMetrics = (values) => {
  for (const [name, value] of Object.entries(values)) {
    metrics.addMetric(name, name === "JobDuration" ? MetricUnit.Seconds : MetricUnit.Count, value);
  }
  metrics.publishStoredMetrics();
};
