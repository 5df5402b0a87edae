import { apiMetric, executionMetric, functionMetric, ingestedBytes, type Metric, tableMetric, type Watched } from "./metric.ts";
import priceList from "./prices.json" with { type: "json" };

const { httpApiRequests, expressRequests, lambdaGigabyteSeconds, dynamoWriteUnits, logGigabytes } = priceList.prices;

/** An alarm takes ten metrics at most, five of which are not of a stage. */
const maxStages = 5;

/** A metric, and the dollars that a million of its units cost. */
export interface PricedMetric extends Metric {
  readonly dollarsPerMillion: number;
}

/**
 * What most of the money is spent on, at the list prices of us-east-1: requests, executions and their log, the time of the
 * stages (of the largest ones, where there are many) and writes. About three quarters of a job's price are in it.
 */
export function costDrivers({ stages, stateMachine, api, stores: { jobs, postings } }: Watched): readonly PricedMetric[] {
  const priced = (metric: Metric, dollarsPerMillion: number): PricedMetric => ({ ...metric, dollarsPerMillion });
  const largest = [...stages.values()].toSorted((a, b) => b.memoryMiB - a.memoryMiB).slice(0, maxStages);
  return [
    priced(apiMetric("Count", api), httpApiRequests.dollars),
    priced(executionMetric("ExecutionsStarted", stateMachine), expressRequests.dollars),
    priced(ingestedBytes(stateMachine), logGigabytes.dollars / 1_000),
    ...[jobs, postings].map((table) => priced(tableMetric("ConsumedWriteCapacityUnits", table), dynamoWriteUnits.dollars)),
    ...largest.map((stage) =>
      priced(functionMetric("Duration", stage), ((stage.memoryMiB / 1_024) * lambdaGigabyteSeconds.dollars) / 1_000),
    ),
  ];
}
