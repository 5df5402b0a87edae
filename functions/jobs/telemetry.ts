import type { Logger } from "@aws-lambda-powertools/logger";

/** @returns Unix time in whole seconds. */
export type Clock = () => number;

/** The metrics of the functions; `JobDuration` is the seconds from `POST` to `DONE`. */
export type JobMetric = "JobsAccepted" | "JobsDone" | "JobDuration" | "StageFailures" | "JobsSwept";

export type RecordMetrics = (values: Readonly<Partial<Record<JobMetric, number>>>) => void;

/** Where a function reports what it does. */
export interface Telemetry {
  readonly logger: Pick<Logger, "info" | "warn" | "error">;
  readonly recordMetrics: RecordMetrics;
}
