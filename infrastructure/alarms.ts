import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { JobFunction } from "./job-function.ts";
import { apiMetric, executionMetric, functionMetric, jobMetric, type Metric, type Watched } from "./metric.ts";

export interface AlarmsArgs {
  /** Where alarms are mailed to; nowhere where it is empty. */
  readonly email: string;
  readonly watched: Watched;
}

interface Condition {
  /** For the recipient: the meaning, and where to look. */
  readonly description: string;
  /** Added up over five minutes. */
  readonly metrics: readonly Metric[];
  /** The minimum sum for an alarm. */
  readonly threshold: number;
}

/** A document that cannot be read fails its stage and its execution, as it should; this many of them at once need attention. */
const failuresOfDocuments = 5;

/** Alarms for jobs that fail, are stuck or are refused: one for each cause, and one for each function. */
export class Alarms extends pulumi.ComponentResource {
  readonly arns: pulumi.Output<string[]>;
  readonly #actions: pulumi.Output<string>[];

  constructor(name: string, { email, watched }: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:Alarms", name, {}, opts);
    this.#actions = email === "" ? [] : [this.#createTopic(name, email)];
    const conditions = { ...conditionsOfJobs(watched), ...conditionsOfFunctions(watched) };
    const alarms = Object.entries(conditions).map(([cause, condition]) => this.#createAlarm(cause, condition));
    this.arns = pulumi.all(alarms.map(({ arn }) => arn));
    this.registerOutputs({ arns: this.arns });
  }

  #createTopic(name: string, endpoint: string): pulumi.Output<string> {
    const topic = new aws.sns.Topic(name, {}, { parent: this });
    new aws.sns.TopicSubscription(name, { topic: topic.arn, protocol: "email", endpoint }, { parent: this });
    return topic.arn;
  }

  #createAlarm(name: string, { description, metrics, threshold }: Condition): aws.cloudwatch.MetricAlarm {
    const queries = metrics.map((metric, at) => ({ id: `m${at}`, metric: summed(metric) }));
    const sum = { id: "sum", expression: queries.map(({ id }) => `FILL(${id}, 0)`).join(" + "), label: name, returnData: true };
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        name: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
        alarmDescription: description,
        metricQueries: [...queries, sum],
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        threshold,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching", // CloudWatch has no values where nothing happened
        alarmActions: this.#actions,
        okActions: this.#actions,
      },
      { parent: this },
    );
  }
}

const summed = ({ namespace, name, dimensions }: Metric) => ({ namespace, metricName: name, dimensions, stat: "Sum", period: 300 });

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

function conditionsOfFunctions({ functions, stages }: Watched): Record<string, Condition> {
  const fallible = [...stages.values()];
  const condition = (target: JobFunction): Condition => ({
    description: `The function ${target.logicalName} fails, is ended by Lambda, or finds no free concurrency.`,
    metrics: [functionMetric("Errors", target), functionMetric("Throttles", target)],
    threshold: fallible.includes(target) ? failuresOfDocuments : 1,
  });
  return Object.fromEntries(functions.map((target) => [target.logicalName, condition(target)]));
}
