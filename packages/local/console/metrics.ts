import type { ObservedCall } from "../account/account.ts";
import type { ObservedInvocation } from "../lambda/lambda-service.ts";
import type { LogLine } from "../logs/log-groups.ts";
import type { ExecutionEvent } from "../step-functions/events.ts";
import type { StartedExecution } from "../step-functions/journal.ts";

/** A metric as CloudWatch tells it from others. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metrics of AWS services that are counted here, with their dimensions; CloudWatch has more. */
const counted: Readonly<Record<string, { readonly names: readonly string[]; readonly dimensions: string }>> = {
  "AWS/States": {
    names: ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"].map((end) => `Executions${end}`),
    dimensions: "StateMachineArn",
  },
  "AWS/Lambda": { names: ["Invocations", "Errors", "Throttles", "Duration"], dimensions: "FunctionName" },
  "AWS/ApiGateway": { names: ["Count", "4xx", "5xx"], dimensions: "ApiId,Stage" },
  "AWS/DynamoDB": { names: ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], dimensions: "TableName" },
  "AWS/Logs": { names: ["IncomingBytes", "IncomingLogEvents"], dimensions: "LogGroupName" },
};

const minutesPerDay = 1_440;
const minuteMilliseconds = 60_000;

/** The sums of the metrics of a running stack, by minute, of the last day. */
export class Metrics {
  readonly #now: () => number;
  readonly #sums = new Map<string, Map<number, number>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  add(metric: Metric, value: number): void {
    const sums = this.#sums.get(keyOf(metric)) ?? new Map<number, number>();
    this.#sums.set(keyOf(metric), sums);
    const minute = Math.floor(this.#now() / minuteMilliseconds);
    sums.set(minute, (sums.get(minute) ?? 0) + value);
    for (const old of sums.keys()) if (old <= minute - minutesPerDay) sums.delete(old);
  }

  /** @returns undefined where nothing was counted. */
  sum(metric: Metric, from: number, to: number): number | undefined {
    const minutes = [...(this.#sums.get(keyOf(metric)) ?? [])].map(([minute, value]) => [minute * minuteMilliseconds, value] as const);
    const within = minutes.filter(([at]) => at >= from && at < to);
    return within.length === 0 ? undefined : within.reduce((sum, [, value]) => sum + value, 0);
  }
}

const keyOf = ({ namespace, name, dimensions }: Metric): string => JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

/** Metrics of programs come from their logs, whatever their names. */
export function isCounted({ namespace, name, dimensions }: Metric): boolean {
  const known = counted[namespace];
  if (known === undefined) return !namespace.startsWith("AWS/");
  return known.names.includes(name) && Object.keys(dimensions).sort().join() === known.dimensions;
}

/**
 * What counts the metrics of a stack as its parts tell what they do.
 *
 * @param apiId of its HTTP API.
 */
export function metricCounters(metrics: Metrics, apiId: string) {
  const add = (namespace: string, dimensions: Metric["dimensions"], values: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(values)) metrics.add({ namespace, name, dimensions }, value);
  };
  return {
    event({ stateMachineArn: StateMachineArn }: StartedExecution, { type }: ExecutionEvent): void {
      const [, end] = /^Execution(Started|Succeeded|Failed|TimedOut|Aborted)$/.exec(type) ?? [];
      if (end !== undefined) add("AWS/States", { StateMachineArn }, { [`Executions${end}`]: 1 });
    },
    invocation({ functionName: FunctionName, result, milliseconds }: ObservedInvocation): void {
      const values = { Invocations: 1, Errors: result === "failed" ? 1 : 0, Duration: milliseconds };
      add("AWS/Lambda", { FunctionName }, result === "throttled" ? { Throttles: 1 } : values);
    },
    call({ service, input, readUnits, writeUnits }: ObservedCall): void {
      const { TableName, RequestItems } = Object(input);
      const table = TableName ?? Object.keys(Object(RequestItems))[0];
      const values = { ConsumedReadCapacityUnits: readUnits, ConsumedWriteCapacityUnits: writeUnits };
      if (service === "dynamodb" && table !== undefined) add("AWS/DynamoDB", { TableName: table }, values);
    },
    answer(status: number): void {
      const values = { Count: 1, "4xx": status >= 400 && status < 500 ? 1 : 0, "5xx": status >= 500 ? 1 : 0 };
      add("AWS/ApiGateway", { ApiId: apiId, Stage: "$default" }, values);
    },
    line({ group, message }: LogLine): void {
      add("AWS/Logs", { LogGroupName: group }, { IncomingBytes: Buffer.byteLength(message) + 26, IncomingLogEvents: 1 });
      if (message.includes('"_aws"')) for (const { metric, value } of embeddedMetrics(message)) metrics.add(metric, value);
    },
  };
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function embeddedMetrics(message: string): readonly { readonly metric: Metric; readonly value: number }[] {
  const line = JSON.parse(message);
  const directives: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] = line._aws.CloudWatchMetrics;
  return directives.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name: name }) => {
        const metric = { namespace, name, dimensions: Object.fromEntries(names.map((one) => [one, String(line[one])])) };
        return { metric, value: [line[name]].flat().reduce((sum: number, value: number) => sum + value, 0) };
      }),
    ),
  );
}
