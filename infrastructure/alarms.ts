import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { costDrivers, type PricedMetric } from "./cost-estimate.ts";
import type { JobFunction } from "./job-function.ts";
import { apiMetric, executionMetric, functionMetric, jobMetric, type Metric, type Watched } from "./metric.ts";
import type { Settings } from "./settings.ts";

export interface AlarmsArgs {
  readonly settings: Pick<Settings, "alarmEmail" | "monthlyBudget">;
  readonly watched: Watched;
}

interface Condition {
  /** For the recipient: the meaning, and where to look. */
  readonly description: string;
  /** Added up over five minutes, or a day; where they are priced, as dollars. */
  readonly metrics: readonly (Metric | PricedMetric)[];
  /** The minimum sum for an alarm. */
  readonly threshold: number;
  readonly over?: "a day";
}

/**
 * A metric that arrives late belongs to a period that has been judged: the last three are judged again each time.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Alarms.html
 */
const fiveMinutes = { period: 300, evaluationPeriods: 3, datapointsToAlarm: 1 } as const;
const day = { period: 86_400, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;

/** A document that cannot be read fails its stage and its execution, as it should; this many of them at once need attention. */
const failuresOfDocuments = 5;

/** More jobs a day than a team sends by hand, at some 3 dollars a day by default. */
const manyJobs = 100_000;

/** Without a budget, what a day may cost before somebody is told. */
const dollarsPerDay = 5;
const daysPerMonth = 30;

/** Alarms for jobs that fail, are stuck or are refused: one for each cause, and one for each function. */
export class Alarms extends pulumi.ComponentResource {
  readonly arns: pulumi.Output<string[]>;
  readonly #actions: pulumi.Output<string>[];

  constructor(name: string, { settings, watched }: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:Alarms", name, {}, opts);
    const { alarmEmail, monthlyBudget } = settings;
    this.#actions = alarmEmail === "" ? [] : [this.#createTopic(name, alarmEmail)];
    if (monthlyBudget > 0) this.#createBudget(settings);
    const conditions = { ...conditionsOfJobs(watched), ...conditionsOfSpending(watched, monthlyBudget), ...conditionsOfFunctions(watched) };
    // AWS overwrites an alarm of the same name, but refuses a second function: a stack that another state knows is left alone.
    const dependsOn = watched.functions.map(({ lambda }) => lambda);
    const alarms = Object.entries(conditions).map(([cause, condition]) => this.#createAlarm(cause, condition, dependsOn));
    this.arns = pulumi.all(alarms.map(({ arn }) => arn));
    this.registerOutputs({ arns: this.arns });
  }

  #createTopic(name: string, endpoint: string): pulumi.Output<string> {
    const topic = new aws.sns.Topic(name, {}, { parent: this });
    new aws.sns.TopicSubscription(name, { topic: topic.arn, protocol: "email", endpoint }, { parent: this });
    return topic.arn;
  }

  /** A budget of the account: AWS tells the costs of stacks apart only once an administrator has activated their tags. */
  #createBudget({ alarmEmail, monthlyBudget }: AlarmsArgs["settings"]): void {
    const mail = { comparisonOperator: "GREATER_THAN", thresholdType: "PERCENTAGE", subscriberEmailAddresses: [alarmEmail] };
    new aws.budgets.Budget(
      "monthly",
      {
        ...{ budgetType: "COST", timeUnit: "MONTHLY", limitAmount: String(monthlyBudget), limitUnit: "USD" },
        notifications: [
          { ...mail, notificationType: "ACTUAL", threshold: 80 },
          { ...mail, notificationType: "FORECASTED", threshold: 100 },
        ],
      },
      { parent: this },
    );
  }

  #createAlarm(
    cause: string,
    { description, metrics, threshold, over }: Condition,
    dependsOn: pulumi.Resource[],
  ): aws.cloudwatch.MetricAlarm {
    const { period, ...judged } = over === "a day" ? day : fiveMinutes;
    const queries = metrics.map((metric, at) => ({ id: `m${at}`, metric: summed(metric, period) }));
    const sum = { id: "sum", expression: sumOf(metrics), label: cause, returnData: true };
    return new aws.cloudwatch.MetricAlarm(
      cause,
      {
        name: `${pulumi.getProject()}-${pulumi.getStack()}-${cause}`,
        alarmDescription: description,
        metricQueries: [...queries, sum],
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold,
        ...judged,
        treatMissingData: "notBreaching", // CloudWatch has no values where nothing happened
        alarmActions: this.#actions,
        okActions: this.#actions,
      },
      { parent: this, dependsOn },
    );
  }
}

const summed = ({ namespace, name, dimensions }: Metric, period: number) => ({
  namespace,
  metricName: name,
  dimensions,
  stat: "Sum",
  period,
});

/** The sum of what the queries `m0`, `m1`, … find: as it is, or in dollars. */
function sumOf(metrics: Condition["metrics"]): string {
  const dollars = metrics.map((metric) => ("dollarsPerMillion" in metric ? ` * ${Number(metric.dollarsPerMillion.toPrecision(6))}` : ""));
  const sum = dollars.map((factor, at) => `FILL(m${at}, 0)${factor}`).join(" + ");
  return dollars.includes("") ? sum : `(${sum}) / 1000000`;
}

function conditionsOfJobs({ stateMachine, api }: Watched): Record<string, Condition> {
  return {
    "executions-failed": {
      description: "Jobs end in ERROR. Their records say at which stage and why; the stages' logs know more.",
      metrics: [executionMetric("ExecutionsFailed", stateMachine)],
      threshold: failuresOfDocuments,
    },
    "executions-timed-out": {
      description: "Executions took longer than they may, so that no state could say why. The sweeper ends their jobs.",
      metrics: [executionMetric("ExecutionsTimedOut", stateMachine)],
      threshold: 1,
    },
    "jobs-swept": {
      description: "Jobs were stuck: the sweeper has started them again or given them up. Its log names them.",
      metrics: [jobMetric("JobsSwept", "sweep-jobs")],
      threshold: 1,
    },
    "api-5xx": {
      description: "The API answers with errors of ours. The access log says on which routes.",
      metrics: [apiMetric("5xx", api)],
      threshold: 1,
    },
  };
}

const conditionsOfSpending = (watched: Watched, monthlyBudget: number): Record<string, Condition> => ({
  "jobs-a-day": {
    description: "Many jobs were submitted today. The access log says by whom; auth and throttle limit it.",
    metrics: [executionMetric("ExecutionsStarted", watched.stateMachine)],
    threshold: manyJobs,
    over: "a day",
  },
  "dollars-a-day": {
    description: "The largest items of today's bill, estimated from metrics and list prices, are above the day's share of the budget.",
    metrics: costDrivers(watched),
    threshold: monthlyBudget > 0 ? monthlyBudget / daysPerMonth : dollarsPerDay,
    over: "a day",
  },
});

function conditionsOfFunctions({ functions, stages }: Watched): Record<string, Condition> {
  const fallible = [...stages.values()];
  const condition = (target: JobFunction): Condition => ({
    description: `The function ${target.logicalName} fails, is ended by Lambda, or finds no free concurrency.`,
    metrics: [functionMetric("Errors", target), functionMetric("Throttles", target)],
    threshold: fallible.includes(target) ? failuresOfDocuments : 1,
  });
  return Object.fromEntries(functions.map((target) => [target.logicalName, condition(target)]));
}
