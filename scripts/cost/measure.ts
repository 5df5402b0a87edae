import { setTimeout as sleep } from "node:timers/promises";
import {
  accountId,
  evaluateProgram,
  type Manifest,
  readStackConfig,
  region,
  startRuntime,
  systemClock,
} from "@async-text-processing/local";
import { type ApiCall, anonymous, type Caller, signer } from "../job/caller.ts";
import type { JobDocument } from "../job/documents.ts";
import { type RequestUsage, UsageMeter } from "./usage.ts";

/** A document to submit. */
interface MeasuredDocument extends JobDocument {
  /** Invocations that share its work on AWS, all at the same time. */
  readonly atOnce?: number;
}

/** The conditions of a measurement. */
export interface Measured {
  /** `key=value` of the stack's config. */
  readonly set: readonly string[];
  readonly document: MeasuredDocument;
  /** Jobs of the same document before those that are measured: the search for related documents finds them. */
  readonly jobsBefore: number;
  readonly jobs: number;
  /** The calls are signed, as `auth=iam` wants them. */
  readonly isSigned?: boolean;
}

/** The usage of a job, and of a poll of it once it is done. */
export interface Measurement {
  readonly manifest: Manifest;
  readonly atOnce?: number;
  readonly job: RequestUsage;
  readonly poll: RequestUsage;
}

/** The time in which the functions' last log lines arrive. */
const settleMilliseconds = 300;

/** Runs jobs, one after the other, through the whole stack in memory, and counts what they use. */
export async function measureJob(project: string, { set, document, jobsBefore, jobs, isSigned }: Measured): Promise<Measurement> {
  const config = readStackConfig(project, "dev", set);
  const location = { region, accountId, apiUrl: "http://127.0.0.1" };
  const manifest = await evaluateProgram({ config, stack: "dev", location });
  const unscheduled = manifest.resources.filter(({ type }) => type !== "aws:scheduler/schedule:Schedule"); // a sweep is no part of a job
  const meter = new UsageMeter(manifest);
  const ends = new Ends();
  const runtime = await startRuntime({
    ...{ config, manifest: { ...manifest, resources: unscheduled }, stack: "dev", port: 0, clock: systemClock },
    onFault: (error) => console.error(error),
    onUsage: (usage) => {
      meter.add(usage);
      if (usage.kind === "execution") ends.of(usage.name).resolve();
    },
  });
  const caller = isSigned ? await signer(runtime.apiUrl, { AWS_REGION: region }, localKeys) : anonymous;
  const run = async (count: number) => {
    const jobIds: string[] = [];
    for (let job = 0; job < count; job++) {
      const jobId = await submit(runtime.apiUrl, document, caller);
      await ends.of(jobId).promise;
      jobIds.push(jobId);
    }
    return jobIds;
  };
  try {
    for (const jobId of await run(jobsBefore)) await expectDone(runtime.apiUrl, jobId, caller);
    await sleep(settleMilliseconds);
    meter.take(1);
    const jobIds = await run(jobs);
    await sleep(settleMilliseconds);
    const job = meter.take(jobs);
    for (const jobId of jobIds) await expectDone(runtime.apiUrl, jobId, caller);
    await sleep(settleMilliseconds);
    return { manifest, job, poll: meter.take(jobs), ...(document.atOnce && { atOnce: document.atOnce }) };
  } finally {
    await runtime.stop();
  }
}

/** The ends of executions by job: one may come before the answer that names its job has been read. */
class Ends {
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();

  of(jobId: string): PromiseWithResolvers<void> {
    const end = this.#ends.get(jobId) ?? Promise.withResolvers<void>();
    this.#ends.set(jobId, end);
    return end;
  }
}

/** The keys that the local runtime takes for a developer's. */
const localKeys = { accessKeyId: "local", secretAccessKey: "local" };

async function send(caller: Caller, { address, ...call }: ApiCall): Promise<Response> {
  return fetch(address, { ...call, headers: await caller.headersOf({ address, ...call }) });
}

/** @returns the id of the job. */
async function submit(apiUrl: string, { contentType, body }: JobDocument, caller: Caller): Promise<string> {
  const response = await send(caller, { address: `${apiUrl}/jobs`, method: "POST", headers: { "content-type": contentType }, body });
  if (response.status !== 202) throw new Error(`POST /jobs answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { jobId: string }).jobId;
}

async function expectDone(apiUrl: string, jobId: string, caller: Caller): Promise<void> {
  const response = await send(caller, { address: `${apiUrl}/jobs/${jobId}`, method: "GET", headers: {} });
  const job = (await response.json()) as { status: string };
  if (job.status !== "DONE") throw new Error(`The job ${jobId} is ${JSON.stringify(job)}.`);
}
