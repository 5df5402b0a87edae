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
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
  });
  expect(alarm["alarmDescription"]).toMatch(/^[A-Z].+\.$/);
});

test("every function has an alarm of its name, and there are four for failures that no function reports", () => {
  const names = (type: string) => program.resources.filter((resource) => resource.type === type).map(({ name }) => name);

  const functions = names("aws:lambda/function:Function");
  expect(names(alarmType).sort()).toEqual([...functions, "api-5xx", "executions-failed", "executions-timed-out", "jobs-swept"].sort());
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
