import type { Manifest } from "@async-text-processing/local";
import { beforeAll, describe, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { fileName } from "../../functions/stages/stage.ts";
import { evaluatedProgram, inputsOf } from "../support/evaluated-program.ts";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";
const stateMachine = "arn:aws:states:us-east-1:000000000000:stateMachine:async-text-processing-dev-process-job";

let program: Manifest;
beforeAll(async () => {
  program = await evaluatedProgram();
});

const sumOf = (namespace: string, metricName: string, dimensions: Record<string, string>) => ({
  metric: { namespace, metricName, dimensions, stat: "Sum", period: 300 },
});

test.each([
  ["executions-failed", sumOf("AWS/States", "ExecutionsFailed", { StateMachineArn: stateMachine }), 5],
  ["executions-timed-out", sumOf("AWS/States", "ExecutionsTimedOut", { StateMachineArn: stateMachine }), 1],
  ["jobs-swept", sumOf("async-text-processing/dev", "JobsSwept", { service: "sweep-jobs" }), 1],
  ["api-5xx", sumOf("AWS/ApiGateway", "5xx", { ApiId: "jobs-local", Stage: "$default" }), 1],
])("%s adds up one metric over five minutes", (name, query, threshold) => {
  const alarm = inputsOf(program, alarmType, name);

  expect(alarm).toMatchObject({
    name: `async-text-processing-dev-${name}`,
    metricQueries: [
      { id: "m0", ...query },
      { id: "sum", expression: "FILL(m0, 0)", returnData: true },
    ],
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold,
    // A metric that arrives late is judged with the period that it belongs to.
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
    treatMissingData: "notBreaching",
  });
  expect(alarm["alarmDescription"]).toMatch(/^[A-Z].+\.$/);
});

test("every function has an alarm of its name, four are on failures that no function reports, and two on what a day costs", () => {
  const names = (type: string) => program.resources.filter((resource) => resource.type === type).map(({ name }) => name);

  const functions = names("aws:lambda/function:Function");
  expect(names(alarmType).sort()).toEqual(
    [...functions, "api-5xx", "executions-failed", "executions-timed-out", "jobs-swept", "jobs-a-day", "dollars-a-day"].sort(),
  );
});

// A document that cannot be read makes a stage fail, as it should.
const thresholds = { ...Object.fromEntries(stages.map((stage) => [fileName(stage), 5])), "create-job": 1, "get-job": 1, "sweep-jobs": 1 };
test.each(Object.entries(thresholds))("%s: errors and throttles, from %i on", (name, threshold) => {
  const FunctionName = `async-text-processing-dev-${name}`;

  expect(inputsOf(program, alarmType, name)).toMatchObject({
    metricQueries: [
      { id: "m0", ...sumOf("AWS/Lambda", "Errors", { FunctionName }) },
      { id: "m1", ...sumOf("AWS/Lambda", "Throttles", { FunctionName }) },
      { id: "sum", expression: "FILL(m0, 0) + FILL(m1, 0)", returnData: true },
    ],
    threshold,
  });
});

describe("spending", () => {
  const aDay = { evaluationPeriods: 1, datapointsToAlarm: 1 };

  test("jobs-a-day counts what was started today", () => {
    const { metric } = sumOf("AWS/States", "ExecutionsStarted", { StateMachineArn: stateMachine });

    expect(inputsOf(program, alarmType, "jobs-a-day")).toMatchObject({
      metricQueries: [
        { id: "m0", metric: { ...metric, period: 86_400 } },
        { id: "sum", expression: "FILL(m0, 0)" },
      ],
      ...{ threshold: 100_000, ...aDay },
    });
  });

  test("dollars-a-day adds up what most of the money is spent on, at list prices, in at most ten metrics", () => {
    const { metricQueries, ...alarm } = inputsOf(program, alarmType, "dollars-a-day") as unknown as {
      metricQueries: { metric?: { metricName: string; period: number }; expression?: string }[];
    };
    const metrics = metricQueries.flatMap(({ metric }) => metric ?? []);

    expect(alarm).toMatchObject({ threshold: 5, ...aDay });
    expect(metrics.length).toBeLessThanOrEqual(10);
    expect(new Set(metrics.map(({ period }) => period))).toEqual(new Set([86_400]));
    expect(metrics.map(({ metricName }) => metricName).slice(0, 5)).toEqual([
      "Count",
      "ExecutionsStarted",
      "IncomingBytes",
      "ConsumedWriteCapacityUnits",
      "ConsumedWriteCapacityUnits",
    ]);
    // A million requests and executions, a GB of their log (a million bytes are 0.0005 dollars), a million writes of each table, and OCR's 2 GiB.
    const expression = metricQueries.at(-1)?.expression ?? "";
    expect(expression).toMatch(
      /^\(FILL\(m0, 0\) \* 1 \+ FILL\(m1, 0\) \* 1 \+ FILL\(m2, 0\) \* 0\.0005 \+ FILL\(m3, 0\) \* 0\.625 \+ FILL\(m4, 0\) \* 0\.625 \+ /,
    );
    expect(expression).toMatch(/ \+ FILL\(m5, 0\) \* 0\.0266668 .*\) \/ 1000000$/);
  });

  test("monthlyBudget lowers or raises the day's share, and mails before the month's is spent", async () => {
    const budgeted = await evaluatedProgram("monthlyBudget=60", "alarmEmail=ops@example.com");

    expect(inputsOf(budgeted, alarmType, "dollars-a-day")).toMatchObject({ threshold: 2 });
    const mail = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE", subscriberEmailAddresses: ["ops@example.com"] };
    expect(inputsOf(budgeted, "aws:budgets/budget:Budget", "monthly")).toEqual({
      ...{ budgetType: "COST", timeUnit: "MONTHLY", limitAmount: "60", limitUnit: "USD" },
      notifications: [
        { ...mail, notificationType: "ACTUAL", threshold: 80 },
        { ...mail, notificationType: "FORECASTED", threshold: 100 },
      ],
    });
    expect(program.resources.filter(({ type }) => type.startsWith("aws:budgets/"))).toEqual([]);
  });
});

describe("alarmEmail", () => {
  test("empty: alarms are shown, and no one is mailed", () => {
    const alarms = program.resources.filter(({ type }) => type === alarmType);

    expect(alarms.map(({ inputs: { alarmActions, okActions } }) => [alarmActions, okActions])).toEqual(alarms.map(() => [[], []]));
    expect(program.resources.filter(({ type }) => type.startsWith("aws:sns/"))).toEqual([]);
  });

  test("an address gets every alarm, and its end", async () => {
    const mailing = await evaluatedProgram("alarmEmail=ops@example.com");

    const topic = "arn:aws:sns:us-east-1:000000000000:alarms-local";
    expect(inputsOf(mailing, "aws:sns/topicSubscription:TopicSubscription", "alarms")).toEqual({
      topic,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    const alarms = mailing.resources.filter(({ type }) => type === alarmType);
    expect(alarms.map(({ inputs: { alarmActions, okActions } }) => [alarmActions, okActions])).toEqual(
      alarms.map(() => [[topic], [topic]]),
    );
  });
});
