import jsonata from "jsonata";
import type { DeclaredResource } from "../service.ts";
import { isCounted, type Metric, type Metrics } from "./metrics.ts";
import type { AlarmState } from "./model/console-api.ts";

interface MetricStat extends Readonly<Record<"namespace" | "metricName" | "stat", string>> {
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly period: number;
}

interface Query {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: MetricStat;
  readonly returnData?: boolean;
}

/** The inputs of a metric alarm as Pulumi has them: one metric, or several and an expression. */
interface AlarmInputs extends Partial<Omit<MetricStat, "stat">> {
  readonly name?: string;
  readonly alarmDescription?: string;
  readonly statistic?: string;
  readonly metricQueries?: readonly Query[];
  readonly comparisonOperator: string;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly treatMissingData?: string;
}

const comparisons: Readonly<Record<string, readonly [sign: string, isBreach: (value: number, threshold: number) => boolean]>> = {
  GreaterThanOrEqualToThreshold: ["≥", (value, threshold) => value >= threshold],
  GreaterThanThreshold: [">", (value, threshold) => value > threshold],
  LessThanOrEqualToThreshold: ["≤", (value, threshold) => value <= threshold],
  LessThanThreshold: ["<", (value, threshold) => value < threshold],
};

/** The alarms that a program declares, as they would stand on AWS, by what was counted since the start. */
export async function alarmStates(resources: readonly DeclaredResource[], metrics: Metrics, now: number): Promise<readonly AlarmState[]> {
  const alarms = resources.filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  const states = await Promise.all(alarms.map(({ name, inputs }) => alarmState(name, inputs as unknown as AlarmInputs, metrics, now)));
  const order = ["ALARM", undefined, "INSUFFICIENT_DATA", "OK"];
  return states.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state) || (one.name < other.name ? -1 : 1));
}

async function alarmState(logicalName: string, inputs: AlarmInputs, metrics: Metrics, now: number): Promise<AlarmState> {
  const { name = logicalName, alarmDescription: description = "", comparisonOperator, threshold, evaluationPeriods } = inputs;
  const { datapointsToAlarm = evaluationPeriods, treatMissingData = "missing" } = inputs;
  const queries = queriesOf(inputs);
  const stats = queries.flatMap(({ id, metric }) => (metric === undefined ? [] : [{ id, ...metric }]));
  const periodSeconds = stats[0]?.period ?? 300;
  const [sign, isBreach] = comparisons[comparisonOperator] ?? [comparisonOperator];
  const { expression = stats[0]?.id ?? "" } = queries.find(({ returnData }) => returnData) ?? {};
  const notCounted = [
    ...stats.filter((stat) => stat.stat !== "Sum" || !isCounted(metricOf(stat))).map((stat) => `${stat.stat} of ${titleOf(stat)}`),
    ...(isArithmetic(expression) ? [] : [expression]),
    ...(isBreach === undefined ? [comparisonOperator] : []),
  ];
  const condition = `${sign} ${threshold} in ${lengthOf(periodSeconds)}, ${datapointsToAlarm} of ${evaluationPeriods}`;
  const known = { name, description, condition, metrics: stats.map(titleOf), notCounted };
  if (isBreach === undefined || notCounted.length > 0) return known;
  const latest = Math.floor(now / (1_000 * periodSeconds));
  const values = await Promise.all(
    Array.from({ length: evaluationPeriods }, (_, back) => {
      const from = (latest - back) * 1_000 * periodSeconds;
      const sums = stats.map((stat) => [stat.id, metrics.sum(metricOf(stat), from, from + 1_000 * periodSeconds)] as const);
      return calculated(expression, Object.fromEntries(sums));
    }),
  );
  const found = values.filter((value) => value !== undefined);
  const breaches = found.filter((value) => isBreach(value, threshold)).length;
  const missing = treatMissingData === "breaching" ? values.length - found.length : 0;
  const isInsufficient = found.length === 0 && /^(missing|ignore)$/.test(treatMissingData);
  const state = isInsufficient ? "INSUFFICIENT_DATA" : breaches + missing >= datapointsToAlarm ? "ALARM" : "OK";
  return { ...known, state, ...(found.length > 0 && { value: sign === "≥" || sign === ">" ? Math.max(...found) : Math.min(...found) }) };
}

const lengthOf = (seconds: number): string => (seconds % 3_600 === 0 ? `${seconds / 3_600} h` : `${seconds / 60} min`);

const metricOf = ({ namespace, metricName, dimensions = {} }: MetricStat): Metric => ({ namespace, name: metricName, dimensions });

const titleOf = ({ namespace, metricName, dimensions }: MetricStat): string =>
  `${namespace} ${metricName} ${Object.values(dimensions ?? {}).map((value) => value.replace(/^arn:.*:/, ""))}`.trim();

function queriesOf({ metricQueries, namespace = "", metricName = "", statistic = "", period = 300, dimensions = {} }: AlarmInputs) {
  const metric = { namespace, metricName, dimensions, period, stat: statistic };
  return metricQueries ?? ([{ id: "m", metric, returnData: true }] satisfies Query[]);
}

/** Numbers, ids of metrics, the four operations, and FILL with a number: the part of metric math that is calculated here. */
const filled = /\bFILL\((\w+), *(-?[\d.]+)\)/g;
const isArithmetic = (expression: string): boolean => /^(?:[\d.]+|\w+(?!\w*\()|[\s+*/()-])*$/.test(expression.replaceAll(filled, "$1"));

/** @returns undefined where a metric that it needs has no value. */
async function calculated(expression: string, sums: Readonly<Record<string, number | undefined>>): Promise<number | undefined> {
  return jsonata(expression.replaceAll(filled, "($exists($1) ? $1 : $2)")).evaluate(sums);
}
