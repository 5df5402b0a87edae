import type { JobUsage } from "./model/console-api.ts";

/** US dollars a million, in us-east-1; `npm run cost` has the sources, and prices a stack with all of its parts. */
const dollarsPerMillion = {
  httpRequest: 1,
  invocation: 0.2,
  gigabyteSecond: 13.3334,
  execution: 1,
  executionGigabyteSecond: 16.67,
  readUnit: 0.125,
  writeUnit: 0.625,
  put: 5,
  get: 0.4,
  logByte: 0.5 / 1_000,
} as const;

/** The price of what a job has used, its POST and one GET included. */
export function priceOf(usage: Omit<JobUsage, "dollars">, executions: number): number {
  const { requests, readUnits, writeUnits, gigabyteSeconds, invocations, logBytes } = usage;
  const prices = dollarsPerMillion;
  const millionths = [
    2 * prices.httpRequest,
    invocations * prices.invocation,
    gigabyteSeconds * prices.gigabyteSecond,
    executions * prices.execution,
    usage.executionGigabyteSeconds * prices.executionGigabyteSecond,
    readUnits * prices.readUnit,
    writeUnits * prices.writeUnit,
    (requests["s3 PutObject"] ?? 0) * prices.put,
    (requests["s3 GetObject"] ?? 0) * prices.get,
    logBytes * prices.logByte,
  ];
  return millionths.reduce((sum, part) => sum + part, 0) / 1_000_000;
}
