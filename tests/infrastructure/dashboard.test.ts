import type { Manifest } from "@async-text-processing/local";
import { beforeAll, expect, test } from "vitest";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly region?: string;
    readonly alarms?: string[];
    readonly metrics?: unknown[][];
  };
}

let program: Manifest;
let widgets: Widget[];
beforeAll(async () => {
  program = await evaluatedProgram();
  const { dashboardBody } = inputsOf(program, "aws:cloudwatch/dashboard:Dashboard", "overview");
  widgets = JSON.parse(String(dashboardBody)).widgets;
});

test("the dashboard answers three questions, under all the alarms", () => {
  expect(widgets.map(({ properties: { markdown, title } }) => markdown ?? title)).toEqual([
    "Alarms",
    "## Is it healthy?",
    "Executions",
    "Execution time (ms)",
    "From POST to DONE (s)",
    "Function errors",
    "Function throttles",
    "Function duration, p99 (ms)",
    "API requests",
    "API latency (ms)",
    "## Is anything stuck?",
    "Jobs",
    "Failed attempts by stage",
    "Table throttles",
    "## What does it cost?",
    "Table reads (units)",
    "Table writes (units)",
    "Invocations",
    "Log bytes",
  ]);
  const alarms = program.resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  expect(widgets[0]?.properties.alarms).toHaveLength(alarms.length);
  expect(widgets[0]?.properties.alarms).toEqual(expect.arrayContaining(alarms.map(({ outputs }) => outputs["arn"])));
});

test("every graph is of the stack's region, and no line in it lacks a value", () => {
  const graphs = widgets.filter(({ type }) => type === "metric");

  expect(graphs.map(({ properties }) => properties.region)).toEqual(graphs.map(() => "us-east-1"));
  const lines = graphs.flatMap(({ properties }) => properties.metrics ?? []);
  // Namespace, name, dimensions in pairs, and the line's own looks.
  expect(lines.filter((line) => line.length < 5 || line.length % 2 === 0)).toEqual([]);
  expect(lines.flat().filter((part) => part === null || part === "")).toEqual([]);
});

test.each([
  ["Execution time (ms)", ["AWS/States", "ExecutionTime", "StateMachineArn", expect.any(String), { label: "p99", stat: "p99" }]],
  ["From POST to DONE (s)", ["async-text-processing/dev", "JobDuration", "service", "search", { label: "p50", stat: "p50" }]],
  [
    "Function throttles",
    ["AWS/Lambda", "Throttles", "FunctionName", "async-text-processing-dev-get-job", { label: "get-job", stat: "Sum" }],
  ],
  ["API requests", ["AWS/ApiGateway", "5xx", "ApiId", "jobs-local", "Stage", "$default", { label: "5xx", stat: "Sum" }]],
  ["Jobs", ["async-text-processing/dev", "JobsSwept", "service", "sweep-jobs", { label: "swept", stat: "Sum" }]],
  ["Failed attempts by stage", ["async-text-processing/dev", "StageFailures", "service", "ocr", { label: "ocr", stat: "Sum" }]],
  [
    "Table writes (units)",
    ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "postings-local", { label: "postings", stat: "Sum" }],
  ],
  [
    "Log bytes",
    ["AWS/Logs", "IncomingBytes", "LogGroupName", "/aws/vendedlogs/states/async-text-processing-dev-process-job", expect.anything()],
  ],
  ["Log bytes", ["AWS/Logs", "IncomingBytes", "LogGroupName", "/aws/lambda/async-text-processing-dev-ocr", { label: "ocr", stat: "Sum" }]],
])("%s draws %j", (title, line) => {
  const drawn = widgets.find(({ properties }) => properties.title === title)?.properties.metrics;

  expect(drawn).toContainEqual(line);
});
