import { arn, type ResourceType } from "../program/resource-type.ts";
import { repeat } from "../repeat.ts";
import { AwsError } from "../transport/aws-error.ts";

/** Where it says which calls of schedules were refused: a file beside the logs. */
const schedules = "aws/scheduler";
const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export const schedulerSchedule: ResourceType = {
  simulated: ["scheduleExpression", "flexibleTimeWindow", "target"],
  computed: ({ name }, place) => ({ id: `default/${name}`, name, arn: arn(place, "scheduler", `schedule/default/${name}`) }),
  start: async ({ name, inputs }, services) => {
    const { mode } = inputs["flexibleTimeWindow"] as { mode: string };
    if (mode !== "OFF") throw new Error(`The schedule "${name}" has a flexible time window, which npm start does not simulate.`);
    const target = inputs["target"] as { arn: string; roleArn: string; input?: string };
    const milliseconds = rateMilliseconds(inputs["scheduleExpression"] as string, name);
    const principal = services.roles.assume(target.roleArn, "scheduler.amazonaws.com");
    const call = async () => {
      try {
        await services.endpoint.invoke(target.arn, target.input ?? "{}", principal);
      } catch (error) {
        // What a schedule's call is refused is lost, as on AWS without a dead-letter queue. The next one comes.
        if (!(error instanceof AwsError)) throw error;
        services.logs.append(schedules, JSON.stringify({ schedule: name, error: error.name, message: error.message }));
      }
    };
    services.logs.declare(schedules);
    return { stop: repeat(services, milliseconds, call) };
  },
};

function rateMilliseconds(expression: string, name: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (value === undefined || unit === undefined)
    throw new Error(`The schedule "${name}" is not a rate, and npm start simulates no other: ${expression}.`);
  return Number(value) * (unitMilliseconds[unit] ?? 0);
}
