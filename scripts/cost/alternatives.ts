import { stages as registry } from "../../functions/stages/registry.ts";
import { fileName } from "../../functions/stages/stage.ts";
import { assumptions } from "./assumptions.ts";
import type { Measurement } from "./measure.ts";
import { functionsOf, type Parts, platformDollars, pollsOf, priceJobs, prices, type Traffic } from "./price-jobs.ts";
import { noUsage, type RequestUsage } from "./usage.ts";

/** The stages' functions, which the definition calls. */
const stages = registry.map(fileName);

/** The same as a Standard workflow: a transition for each state, and the history is in the price. */
export function asStandard(measurement: Measurement, traffic: Traffic): Parts {
  const transitions = measurement.job.states["entered"] ?? 0;
  return {
    ...priceJobs(measurement, traffic),
    "Step Functions": prices.standardTransitions.dollars * transitions,
    "log: executions": 0,
  };
}

/** The same as one durable function: a step for each stage, with the memory of the stage that needs most. */
export function asDurableFunction(measurement: Measurement, traffic: Traffic): Parts {
  const { manifest, job } = measurement;
  const memoryMiB = Math.max(
    ...functionsOf(manifest)
      .filter(({ name }) => stages.includes(name))
      .map((declared) => declared.memoryMiB),
  );
  const resources = manifest.resources.map((resource) =>
    stages.includes(resource.name) ? { ...resource, inputs: { ...resource.inputs, memorySize: memoryMiB } } : resource,
  );
  const parts = priceJobs({ ...measurement, manifest: { ...manifest, resources } }, traffic);
  const spared = stages.filter((stage) => job.invocations[stage] !== undefined).length - 1;
  const sparedLines = platformDollars({ ...job, invocations: { spared } });
  return {
    ...parts,
    "Lambda requests": (parts["Lambda requests"] ?? 0) - spared * prices.lambdaRequests.dollars,
    "Step Functions": 0,
    "durable operations": prices.durableOperations.dollars * stages.length,
    "log: Lambda's own": Math.max(0, (parts["log: Lambda's own"] ?? 0) - sparedLines),
    "log: executions": 0,
    traces: 0,
  };
}

/** One Lambda in place of the state machine, which sleeps and does no work: the demonstration that this API began as. */
export function asSleepingWorker({ manifest, job, poll }: Measurement, traffic: Traffic): Parts {
  const { seconds, memoryMiB, writeUnits } = assumptions.sleepingWorker;
  const requests: RequestUsage = {
    ...noUsage,
    ...{ milliseconds: job.milliseconds, waits: job.waits, invocations: { "create-job": 1 }, writeUnits: { jobs: writeUnits } },
    ...{ bytes: { requests: job.bytes["requests"] ?? 0 }, lines: { requests: 1 } },
  };
  // It is done a second after it has slept, however quick the stages are.
  const asSlow = { ...traffic, jobSeconds: Math.max(traffic.jobSeconds, seconds + 1) };
  const parts = priceJobs({ manifest, job: requests, poll }, asSlow);
  return {
    ...parts,
    "Lambda requests": (parts["Lambda requests"] ?? 0) + prices.lambdaRequests.dollars,
    "Lambda time": (parts["Lambda time"] ?? 0) + prices.lambdaGigabyteSeconds.dollars * seconds * (memoryMiB / 1024),
    "Step Functions": 0,
    "log: Lambda's own": platformDollars({ ...job, invocations: { all: 2 + pollsOf(asSlow) } }),
    "log: executions": 0,
    traces: 0,
  };
}
