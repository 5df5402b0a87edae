import { account } from "../account/part.ts";
import { AwsError, arn } from "../aws.ts";
import { repeat } from "../deadline.ts";
import { iam } from "../iam/service.ts";
import { invokeCall } from "../lambda/invocation.ts";
import { logs } from "../logs/service.ts";
import type { ResourceType, Service } from "../service.ts";

/** Names the calls of schedules that were refused: a file beside the logs. */
const schedules = "aws/scheduler";
const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const schedule: ResourceType = {
  simulated: ["scheduleExpression", "flexibleTimeWindow", "target"],
  computed: ({ name }, location) => ({ id: `default/${name}`, name, arn: arn(location, "scheduler", `schedule/default/${name}`) }),
  start: async ({ name, inputs }, _, stack) => {
    const { mode } = inputs["flexibleTimeWindow"] as { mode: string };
    if (mode !== "OFF") throw new Error(`The schedule "${name}" has a flexible time window, which npm start does not simulate.`);
    const target = inputs["target"] as { arn: string; roleArn: string; input?: string };
    const milliseconds = rateMilliseconds(inputs["scheduleExpression"] as string, name);
    const [roles, access, groups] = await Promise.all([stack.use(iam), stack.use(account), stack.use(logs)]);
    const principal = roles.assume(target.roleArn, "scheduler.amazonaws.com");
    const call = async () => {
      try {
        await access.call("lambda", invokeCall(target.arn, target.input ?? "{}"), principal);
      } catch (error) {
        // A refused call is lost, as on AWS without a dead-letter queue.
        if (!(error instanceof AwsError)) throw error;
        groups.append(schedules, JSON.stringify({ schedule: name, error: error.name, message: error.message }));
      }
    };
    groups.declare(schedules);
    return { stop: repeat(stack, milliseconds, call) };
  },
};

/** EventBridge Scheduler: rates, and functions as their targets. */
export const scheduler: Service<undefined> = {
  name: "scheduler",
  resourceTypes: { "aws:scheduler/schedule:Schedule": schedule },
  open: async () => ({ instance: undefined }),
};

function rateMilliseconds(expression: string, name: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (value === undefined || unit === undefined)
    throw new Error(`The schedule "${name}" is not a rate, and npm start simulates no other: ${expression}.`);
  return Number(value) * (unitMilliseconds[unit] ?? 0);
}
