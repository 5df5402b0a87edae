import { expect, test } from "vitest";
import { stages } from "../../../functions/stages/registry.ts";
import { monthlyParts } from "../../../scripts/cost/monthly.ts";
import { designs, documents, report, settings } from "../../../scripts/cost/report.ts";
import { noUsage as nothing, type RequestUsage } from "../../../scripts/cost/usage.ts";

const resource = (type: string, name: string, inputs: object) => ({ type, name, id: name, outputs: {}, inputs: { ...inputs } });
const lambda = (name: string, memorySize: number) => resource("aws:lambda/function:Function", name, { memorySize, loggingConfig: {} });
const alarm = (...metrics: string[]) =>
  resource("aws:cloudwatch/metricAlarm:MetricAlarm", metrics.join(), {
    metricQueries: [...metrics.map((metric) => ({ metric })), { expression: "m0 + m1" }],
  });
const widget = (...metrics: unknown[][]) => ({ properties: { metrics } });
const dashboardBody = JSON.stringify({
  widgets: [
    { properties: { markdown: "## Is it healthy?" } },
    widget(["ours/dev", "JobsDone", "service", "search", { stat: "Sum" }], ["AWS/Lambda", "Errors"]),
    widget(["ours/dev", "JobsDone", "service", "search", { stat: "p50" }], ["ours/dev", "JobsAccepted", "service", "create-job", {}]),
  ],
});
const manifest = {
  outputs: {},
  resources: [
    lambda("create-job", 1024),
    lambda("get-job", 1024),
    lambda("sweep-jobs", 1024),
    resource("aws:sfn/stateMachine:StateMachine", "machine", { definition: "{}" }),
    alarm("Errors", "Throttles"),
    alarm("ExecutionsFailed"),
    resource("aws:cloudwatch/dashboard:Dashboard", "overview", { dashboardBody }),
    resource("aws:scheduler/schedule:Schedule", "sweep", {}),
  ],
};

const poll: RequestUsage = { ...nothing, invocations: { "get-job": 1 }, bytes: { requests: 174 }, lines: { requests: 1 } };
const lean = { manifest, poll, job: { ...nothing, writeUnits: { jobs: 7 }, states: { traces: 1, entered: 3 } } };
const logged = {
  bytes: { executions: 7_974, functions: 1_974 },
  lines: { executions: 1, functions: 1 },
  states: { traces: 1, entered: 3 },
};
const related = { writeUnits: { jobs: 7, postings: 8 }, readUnits: { postings: 6 } };
const byDefault = { ...lean, job: { ...lean.job, ...related, ...logged } };
const signed = { ...lean, job: { ...lean.job, writeUnits: { jobs: 8 } } };
const measurements = { lean, byDefault, signed, documents: { scan: lean } };
const traffic = { jobSeconds: 3, pollsPerSecond: 1, functionMilliseconds: { "get-job": 10 } };

test("a month costs a dime for each metric of an alarm, three for each metric of our own, the dashboard, and the sweeps", () => {
  const parts = monthlyParts(manifest);

  expect(parts["alarms"]).toBeCloseTo(0.3);
  expect(parts["metrics of our own"]).toBeCloseTo(0.6);
  expect(parts["dashboard"]).toBe(3);
  // 43,200 times: an invocation of either service, 20 ms with 1 GiB, four queries of half a unit.
  expect(parts["sweep every minute"]).toBeCloseTo(0.0432 * (1 + 0.2 + 13.3334 * 0.02 + 0.125 * 2));
});

test("a setting saves what it switches off, or adds what the default has beyond lean", () => {
  const changes = settings(measurements, traffic);

  expect(changes["lean: no log of requests"]).toBeCloseTo(-0.3);
  expect(changes["lean: no traces"]).toBeCloseTo(-0.25);
  expect(changes["by default: related documents"]).toBeCloseTo(8 * 0.625 + 6 * 0.125);
  expect(changes["by default: functions' log at INFO"]).toBeCloseTo(1);
  expect(changes["by default: executions' log"]).toBeCloseTo(4);
  expect(changes["auth: the list of jobs"]).toBeCloseTo(0.625);
});

test("this design is compared with four others", () => {
  const columns = designs(measurements, traffic);

  expect(Object.keys(columns)).toEqual(["lean", "default", "Standard", "durable", "one worker"]);
  expect(columns["Standard"]?.["Step Functions"]).toBe(75);
});

test("a document that takes longer than a job is said to extends it, and one that is read in parts by the time of a part", () => {
  const slow = { ...lean, job: { ...lean.job, milliseconds: { ocr: 40_000 } } };

  const { whole, parts } = documents({ ...measurements, documents: { whole: slow, parts: { ...slow, atOnce: 8 } } }, traffic);

  expect([whole?.["HTTP API"], parts?.["HTTP API"]]).toEqual([1 + 40, 1 + 5]);
});

test("the tables add up, and show a dash where a part is another design's", () => {
  const text = report(measurements, [traffic]);

  expect(text).toMatch(/^A million short texts, jobs of 3 s, 3 polls each: dollars$/m);
  expect(text).toMatch(/^HTTP API +4\.00 +4\.00 +4\.00 +4\.00 +7\.00$/m);
  expect(text).toMatch(new RegExp(`^durable operations +– +– +– +${8 * stages.length}\\.00 +–$`, "m"));
  expect(text).toMatch(/^total +3\.97$/m);
});
