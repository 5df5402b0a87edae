import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { apiMetric, executionMetric, functionMetric, ingestedBytes, jobMetric, type Metric, tableMetric, type Watched } from "./metric.ts";

export interface DashboardArgs {
  readonly watched: Watched;
  readonly alarmArns: pulumi.Input<string[]>;
}

interface Line {
  readonly metric: Metric;
  readonly label: string;
  /** `Sum` where it is left out. */
  readonly stat?: string;
}

/** The columns of a dashboard, and the sizes of widgets. */
const columns = 24;
const graph = { width: 8, height: 6 } as const;
const heading = { width: columns, height: 1 } as const;

/** One page that answers: is it healthy, is anything stuck, what does it cost? */
export class Dashboard extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, { watched, alarmArns }: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:Dashboard", name, {}, opts);
    const { region } = aws.getRegionOutput();
    const alarms = { type: "alarm", ...heading, height: 3, properties: { title: "Alarms", alarms: alarmArns } };
    const widgets = [
      alarms,
      ...section("Is it healthy?", health(watched), region),
      ...section("Is anything stuck?", stuck(watched), region),
      ...section("What does it cost?", costs(watched), region),
    ];
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      { dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}`, dashboardBody: pulumi.jsonStringify({ widgets }) },
      { parent: this }, // its body names the functions: like alarms, it waits for what AWS refuses to create twice
    );
    this.name = dashboard.dashboardName;
    this.registerOutputs({ name: this.name });
  }
}

/** CloudWatch puts widgets without a position one after the other, in rows. */
function section(title: string, graphs: Readonly<Record<string, readonly Line[]>>, region: pulumi.Output<string>) {
  const text = { type: "text", ...heading, properties: { markdown: `## ${title}` } };
  return [text, ...Object.entries(graphs).map(([name, lines]) => graphOf(name, lines, region))];
}

function graphOf(title: string, lines: readonly Line[], region: pulumi.Output<string>) {
  const metrics = lines.map(({ metric, label, stat = "Sum" }) => [
    metric.namespace,
    metric.name,
    ...Object.entries(metric.dimensions).flat(),
    { label, stat },
  ]);
  return { type: "metric", ...graph, properties: { title, region, view: "timeSeries", period: 300, metrics } };
}

const percentiles = (metric: Metric): Line[] => ["p50", "p99"].map((stat) => ({ metric, label: stat, stat }));

/** The function that saves a job's last result, and counts the jobs that are done. */
const lastFunction = ({ stages }: Watched): string => [...stages.values()].at(-1)?.logicalName ?? "";

/** A line for each function. */
const functionLines = ({ functions }: Watched, name: Parameters<typeof functionMetric>[0], stat?: string): Line[] =>
  functions.map((target) => ({ metric: functionMetric(name, target), label: target.logicalName, ...(stat && { stat }) }));

/** A line for each table. */
const tableLines = ({ stores: { jobs, postings } }: Watched, name: Parameters<typeof tableMetric>[0], suffix = ""): Line[] =>
  Object.entries({ jobs, postings }).map(([label, table]) => ({ metric: tableMetric(name, table), label: `${label}${suffix}` }));

function health(watched: Watched) {
  const { stateMachine, api } = watched;
  const execution = (name: Parameters<typeof executionMetric>[0], label: string) => ({
    metric: executionMetric(name, stateMachine),
    label,
  });
  const request = (name: Parameters<typeof apiMetric>[0]) => ({ metric: apiMetric(name, api), label: name });
  return {
    Executions: [
      execution("ExecutionsStarted", "started"),
      execution("ExecutionsSucceeded", "succeeded"),
      execution("ExecutionsFailed", "failed"),
      execution("ExecutionsTimedOut", "timed out"),
    ],
    "Execution time (ms)": percentiles(executionMetric("ExecutionTime", stateMachine)),
    "From POST to DONE (s)": percentiles(jobMetric("JobDuration", lastFunction(watched))),
    "Function errors": functionLines(watched, "Errors"),
    "Function throttles": functionLines(watched, "Throttles"),
    "Function duration, p99 (ms)": functionLines(watched, "Duration", "p99"),
    "API requests": [request("Count"), request("4xx"), request("5xx")],
    "API latency (ms)": percentiles(apiMetric("Latency", api)),
  };
}

const stuck = (watched: Watched) => ({
  Jobs: [
    { metric: jobMetric("JobsAccepted", "create-job"), label: "accepted" },
    { metric: jobMetric("JobsDone", lastFunction(watched)), label: "done" },
    { metric: jobMetric("JobsSwept", "sweep-jobs"), label: "swept" },
  ],
  "Failed attempts by stage": [...watched.stages.values()].map(({ logicalName }) => ({
    metric: jobMetric("StageFailures", logicalName),
    label: logicalName,
  })),
  "Table throttles": [...tableLines(watched, "ReadThrottleEvents", ": reads"), ...tableLines(watched, "WriteThrottleEvents", ": writes")],
});

const costs = (watched: Watched) => ({
  "Table reads (units)": tableLines(watched, "ConsumedReadCapacityUnits"),
  "Table writes (units)": tableLines(watched, "ConsumedWriteCapacityUnits"),
  Invocations: functionLines(watched, "Invocations"),
  "Log bytes": [
    { metric: ingestedBytes(watched.stateMachine), label: "executions" },
    { metric: ingestedBytes(watched.api), label: "requests" },
    ...watched.functions.map((target) => ({ metric: ingestedBytes(target), label: target.logicalName })),
  ],
});
