import type { Manifest } from "@async-text-processing/local";
import priceList from "../../infrastructure/prices.json" with { type: "json" };
import { assumptions, platformLines } from "./assumptions.ts";
import type { Measurement } from "./measure.ts";
import type { Counts, RequestUsage } from "./usage.ts";

export const prices = priceList.prices;

/** The traffic that submits jobs and polls them. */
export interface Traffic {
  /** From POST to DONE. */
  readonly jobSeconds: number;
  readonly pollsPerSecond: number;
  /** Milliseconds of an invocation on AWS, by function, in place of the estimate. */
  readonly functionMilliseconds: Counts;
}

/** Dollars a million jobs, by part. */
export type Parts = Readonly<Record<string, number>>;

/** A client waits before it asks, and asks until the job is done. */
export const pollsOf = ({ jobSeconds, pollsPerSecond }: Traffic): number => Math.max(1, Math.ceil(jobSeconds * pollsPerSecond));

/** The price of a million jobs, each with the polls of its client. */
export function priceJobs({ manifest, job, poll }: Measurement, traffic: Traffic): Parts {
  const polls = pollsOf(traffic);
  const all = (count: (usage: RequestUsage) => number) => count(job) + polls * count(poll);
  const seconds = (usage: RequestUsage) => gigabyteSeconds(usage, manifest, traffic.functionMilliseconds);
  const isPlatformLogged = functionsOf(manifest).every(({ systemLogLevel }) => systemLogLevel !== "WARN");
  return {
    "HTTP API": prices.httpApiRequests.dollars * (1 + polls),
    "Lambda requests": prices.lambdaRequests.dollars * all(({ invocations }) => total(invocations)),
    "Lambda time": prices.lambdaGigabyteSeconds.dollars * all(seconds),
    "Step Functions": prices.expressRequests.dollars + prices.expressGigabyteSeconds.dollars * expressGigabyteSeconds(manifest, traffic),
    "table writes": prices.dynamoWriteUnits.dollars * all(({ writeUnits }) => total(writeUnits)),
    "table reads": prices.dynamoReadUnits.dollars * all(({ readUnits }) => total(readUnits)),
    bucket: all(({ calls }) => prices.s3Puts.dollars * (calls["s3 PutObject"] ?? 0) + prices.s3Gets.dollars * (calls["s3 GetObject"] ?? 0)),
    "log: functions": all((usage) => logDollars(usage, "functions")),
    "log: Lambda's own": isPlatformLogged ? all(platformDollars) : 0,
    "log: executions": all((usage) => logDollars(usage, "executions")),
    "log: requests": all((usage) => logDollars(usage, "requests")),
    traces: prices.xrayTraces.dollars * assumptions.tracedShare * (job.states["traces"] ?? 0),
  };
}

/** GB-seconds: the time that each function waits for AWS, and its own work at the share of a core that its memory brings. */
export function gigabyteSeconds({ invocations, waits, milliseconds }: RequestUsage, manifest: Manifest, given: Counts): number {
  const memories = new Map(functionsOf(manifest).map(({ name, memoryMiB }) => [name, memoryMiB]));
  return sum(
    Object.entries(invocations).map(([name, count]) => {
      const memoryMiB = memories.get(name) ?? 0;
      const waiting = sum(
        Object.entries(assumptions.waitMilliseconds).map(([service, wait]) => (wait * (waits[`${name} ${service}`] ?? 0)) / count),
      );
      const working = ((milliseconds[name] ?? 0) / count) * Math.max(1, assumptions.mebibytesPerCore / memoryMiB);
      return (count * (memoryMiB / 1024) * Math.ceil(given[name] ?? waiting + working)) / 1000;
    }),
  );
}

/** GB-seconds of an execution, in steps of 100 ms and 64 MB. */
export function expressGigabyteSeconds(manifest: Manifest, { jobSeconds }: Traffic): number {
  const machine = manifest.resources.find(({ type }) => type === "aws:sfn/stateMachine:StateMachine");
  const megabytes = assumptions.expressMegabytes + Buffer.byteLength(String(machine?.inputs["definition"])) / 1e6;
  return ((Math.ceil(megabytes / 64) * 64) / 1024) * (Math.ceil(jobSeconds * 10) / 10);
}

export function functionsOf({ resources }: Manifest) {
  return resources
    .filter(({ type }) => type === "aws:lambda/function:Function")
    .map(({ name, inputs }) => {
      const { systemLogLevel } = inputs["loggingConfig"] as { systemLogLevel?: string };
      return { name, memoryMiB: Number(inputs["memorySize"]), systemLogLevel };
    });
}

export const logDollars = ({ bytes, lines }: RequestUsage, log: string): number =>
  logged((bytes[log] ?? 0) + assumptions.bytesPerLine * (lines[log] ?? 0));

export const platformDollars = ({ invocations }: RequestUsage): number =>
  logged(total(invocations) * sum(platformLines.map((line) => Buffer.byteLength(line) + assumptions.bytesPerLine)));

/** @param bytes of one job: so many MB of a million. */
const logged = (bytes: number): number => (prices.logGigabytes.dollars * bytes) / 1_000;

export const total = (counts: Counts): number => sum(Object.values(counts));

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
