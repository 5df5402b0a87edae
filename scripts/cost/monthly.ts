import type { Manifest, Properties } from "@async-text-processing/local";
import { assumptions } from "./assumptions.ts";
import { functionsOf, type Parts, prices } from "./price-jobs.ts";

const minutesPerMonth = 30 * 24 * 60;

/** Dollars a month that the stack costs without any job. Storage is not included: it grows with the stored data. */
export function monthlyParts(manifest: Manifest): Parts {
  const inputsOf = (type: string) => manifest.resources.filter((resource) => resource.type === type).map(({ inputs }) => inputs);
  const dashboards = inputsOf("aws:cloudwatch/dashboard:Dashboard");
  const schedules = inputsOf("aws:scheduler/schedule:Schedule");
  return {
    alarms: prices.alarmMetrics.dollars * inputsOf("aws:cloudwatch/metricAlarm:MetricAlarm").flatMap(metricsOf).length,
    "metrics of our own": prices.customMetrics.dollars * new Set(dashboards.flatMap(ownMetrics)).size,
    dashboard: prices.dashboards.dollars * dashboards.length,
    "sweep every minute": schedules.length * sweeps(manifest),
  };
}

/** CloudWatch bills an alarm by the metrics that it looks at. */
function metricsOf({ metricQueries }: Properties): unknown[] {
  return ((metricQueries ?? [{ metric: true }]) as { metric?: unknown }[]).filter(({ metric }) => metric !== undefined);
}

/** The metrics on a dashboard that are in no namespace of AWS's, which are free. */
function ownMetrics({ dashboardBody }: Properties): string[] {
  const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: { properties: { metrics?: unknown[][] } }[] };
  const names = widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .map((metric) => metric.filter((part) => typeof part === "string"));
  return names.filter(([namespace]) => !String(namespace).startsWith("AWS/")).map((parts) => parts.join(" "));
}

/** A query of each of the index's four shards finds nothing to do. */
function sweeps(manifest: Manifest): number {
  const queries = 4;
  const memoryMiB = functionsOf(manifest).find(({ name }) => name === "sweep-jobs")?.memoryMiB ?? 0;
  const seconds = ((assumptions.waitMilliseconds["dynamodb"] ?? 0) * queries) / 1000;
  const each =
    prices.schedulerInvocations.dollars +
    prices.lambdaRequests.dollars +
    prices.lambdaGigabyteSeconds.dollars * seconds * (memoryMiB / 1024) +
    prices.dynamoReadUnits.dollars * 0.5 * queries;
  return (each * minutesPerMonth) / 1e6;
}
