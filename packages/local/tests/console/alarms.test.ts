import { expect, test } from "vitest";
import { alarmStates } from "../../console/alarms.ts";
import { Metrics, metricCounters } from "../../console/metrics.ts";

const minute = 60_000;
const type = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** The state of an alarm after so many errors of the function `f`, one a minute from the first minute on. */
async function stateAfter(errors: number, inputs: object, minutes = errors) {
  let now = 0;
  const metrics = new Metrics(() => now);
  const count = metricCounters(metrics, "api");
  for (let at = 0; at < errors; at++, now += minute) count.invocation({ functionName: "f", result: "failed", milliseconds: 5 });
  const [state] = await alarmStates(
    [{ type, name: "a", id: "a", inputs: { ...usual, ...inputs }, outputs: {} }],
    metrics,
    minutes * minute,
  );
  return state;
}

const usual = {
  ...{ namespace: "AWS/Lambda", metricName: "Errors", dimensions: { FunctionName: "f" }, statistic: "Sum", period: 300 },
  ...{ comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 3, evaluationPeriods: 1 },
};
const stat = (metricName: string) => ({ namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: "f" }, period: 300, stat: "Sum" });
const sum = (expression: string) => ({
  metricQueries: [
    { id: "m0", metric: stat("Errors") },
    { id: "m1", metric: stat("Throttles") },
    { id: "e", expression, returnData: true },
  ],
});

test.each([
  ["below its threshold", 2, {}, "OK", 2],
  ["at its threshold", 3, {}, "ALARM", 3],
  ["at a threshold that has to be exceeded", 3, { comparisonOperator: "GreaterThanThreshold" }, "OK", 3],
  ["with a breach in one of two periods, of which both count", 4, { evaluationPeriods: 2 }, "OK", 4],
  ["with a breach in one of two periods", 4, { evaluationPeriods: 2, datapointsToAlarm: 1 }, "ALARM", 4],
  ["without data", 0, {}, "INSUFFICIENT_DATA", undefined],
  ["without data, which counts as a breach", 0, { treatMissingData: "breaching" }, "ALARM", undefined],
  ["without data, which counts as none", 0, { treatMissingData: "notBreaching" }, "OK", undefined],
  ["of an expression that fills what is missing", 2, sum("(FILL(m0, 0) + FILL(m1, 1)) * 2 / 1.5"), "ALARM", 4],
  ["of an expression that does not", 2, sum("m0 + m1"), "INSUFFICIENT_DATA", undefined],
])("an alarm %s", async (_, errors, inputs, state, value) => {
  const found = await stateAfter(errors, inputs);

  expect([found?.state, found?.value, found?.notCounted]).toEqual([state, value, []]);
});

test("what happened before the periods that are judged counts no more", async () => {
  expect(await stateAfter(3, { treatMissingData: "notBreaching" }, 6)).toMatchObject({ state: "OK" });
});

test.each([
  ["a metric", { metricName: "ConcurrentExecutions" }, ["Sum of AWS/Lambda ConcurrentExecutions f"]],
  ["a service", { namespace: "AWS/SQS" }, ["Sum of AWS/SQS Errors f"]],
  ["a dimension", { dimensions: { Resource: "f:1" } }, ["Sum of AWS/Lambda Errors f:1"]],
  ["a statistic", { statistic: "Average" }, ["Average of AWS/Lambda Errors f"]],
  ["a function of metric math", sum("RATE(m0) + m1"), ["RATE(m0) + m1"]],
  ["a comparison", { comparisonOperator: "LessThanLowerThreshold" }, ["LessThanLowerThreshold"]],
])("%s that is not known here is named, and nothing is guessed", async (_, inputs, notCounted) => {
  const found = await stateAfter(5, inputs);

  expect(found?.notCounted).toEqual(notCounted);
  expect(found).not.toHaveProperty("state");
});

test("metrics that a function writes into its log are counted by all their dimensions", () => {
  const metrics = new Metrics(() => 0);
  const directive = { Namespace: "shop", Dimensions: [["service"], ["service", "kind"]], Metrics: [{ Name: "Orders" }] };
  const line = { _aws: { CloudWatchMetrics: [directive] }, service: "s", kind: "k", Orders: [2, 3] };

  metricCounters(metrics, "api").line({ group: "/aws/lambda/f", timestamp: 0, message: JSON.stringify(line) });

  const sumOf = (dimensions: Record<string, string>) => metrics.sum({ namespace: "shop", name: "Orders", dimensions }, 0, minute);
  expect([sumOf({ service: "s" }), sumOf({ kind: "k", service: "s" }), sumOf({ kind: "k" })]).toEqual([5, 5, undefined]);
});
