import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stages } from "../functions/jobs/job.ts";
import { apiMetric, executionMetric, functionMetric, ingestedBytes, jobMetric, type Metric, tableMetric } from "./metric.ts";
import { functionName } from "./stages.ts";
import type { Watched } from "./watched.ts";

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

const stageFunctions = stages.map(functionName);
/** Which saves a job's last result, and counts what is done. */
const lastFunction = stageFunctions.at(-1) ?? "";

type Graphs = Readonly<Record<string, readonly Line[]>>;

/** The columns of a dashboard, and what takes how many. */
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
      { parent: this },
    );
    this.name = dashboard.dashboardName;
    this.registerOutputs({ name: this.name });
  }
}

/** CloudWatch puts widgets without a place one after the other, in rows. */
function section(title: string, graphs: Graphs, region: pulumi.Output<string>) {
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

function health({ functions, stateMachine, api }: Watched): Graphs {
  const execution = (name: Parameters<typeof executionMetric>[0], label: string) => ({
    metric: executionMetric(name, stateMachine.arn),
    label,
  });
  const ofFunctions = (name: Parameters<typeof functionMetric>[0], stat?: string) =>
    [...functions].map(([label, target]) => ({ metric: functionMetric(name, target), label, ...(stat && { stat }) }));
  const ofApi = (name: Parameters<typeof apiMetric>[0]) => ({ metric: apiMetric(name, api.apiId), label: name });
  return {
    Executions: [
      execution("ExecutionsStarted", "started"),
      execution("ExecutionsSucceeded", "succeeded"),
      execution("ExecutionsFailed", "failed"),
      execution("ExecutionsTimedOut", "timed out"),
    ],
    "Execution time (ms)": percentiles(executionMetric("ExecutionTime", stateMachine.arn)),
    "From POST to DONE (s)": percentiles(jobMetric("JobDuration", lastFunction)),
    "Function errors": ofFunctions("Errors"),
    "Function throttles": ofFunctions("Throttles"),
    "Function duration, p99 (ms)": ofFunctions("Duration", "p99"),
    "API requests": [ofApi("Count"), ofApi("4xx"), ofApi("5xx")],
    "API latency (ms)": percentiles(apiMetric("Latency", api.apiId)),
  };
}

function stuck({ stores: { jobs, postings } }: Watched): Graphs {
  const tables = { jobs, postings };
  const throttles = Object.entries(tables).flatMap(([label, { name }]) => [
    { metric: tableMetric("ReadThrottleEvents", name), label: `${label}: reads` },
    { metric: tableMetric("WriteThrottleEvents", name), label: `${label}: writes` },
  ]);
  return {
    Jobs: [
      { metric: jobMetric("JobsAccepted", "create-job"), label: "accepted" },
      { metric: jobMetric("JobsDone", lastFunction), label: "done" },
      { metric: jobMetric("JobsSwept", "sweep-jobs"), label: "swept" },
    ],
    "Failed attempts by stage": stageFunctions.map((name) => ({ metric: jobMetric("StageFailures", name), label: name })),
    "Table throttles": throttles,
  };
}

function costs({ functions, stateMachine, api, stores: { jobs, postings } }: Watched): Graphs {
  const units = (name: "ConsumedReadCapacityUnits" | "ConsumedWriteCapacityUnits") => [
    { metric: tableMetric(name, jobs.name), label: "jobs" },
    { metric: tableMetric(name, postings.name), label: "postings" },
  ];
  const logs = [...functions].map(([label, { loggingConfig }]) => {
    const group = loggingConfig.apply(({ logGroup }) => logGroup ?? "");
    return { metric: ingestedBytes(group), label };
  });
  return {
    "Table reads (units)": units("ConsumedReadCapacityUnits"),
    "Table writes (units)": units("ConsumedWriteCapacityUnits"),
    Invocations: [...functions].map(([label, target]) => ({ metric: functionMetric("Invocations", target), label })),
    "Log bytes": [
      { metric: ingestedBytes(stateMachine.logGroupName), label: "executions" },
      { metric: ingestedBytes(api.logGroupName), label: "requests" },
      ...logs,
    ],
  };
}
