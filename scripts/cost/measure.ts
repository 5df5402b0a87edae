import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../packages/local/clock.ts";
import { evaluateProgram, type Manifest } from "../../packages/local/program/evaluate-program.ts";
import { readStackConfig } from "../../packages/local/program/stack-config.ts";
import { startRuntime } from "../../packages/local/runtime.ts";
import { accountId, region } from "../../packages/local/stores.ts";
import { type Usage, UsageMeter } from "./usage.ts";

/** What is sent, and as what. */
export interface JobDocument {
  readonly name: string;
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** How a job is measured. */
export interface Measured {
  /** `key=value` of the stack's config. */
  readonly set: readonly string[];
  readonly document: JobDocument;
  /** Jobs of the same document before those that are measured: the search for related documents finds them. */
  readonly jobsBefore: number;
  readonly jobs: number;
}

/** What a job uses, and what a poll of it does once it is done. */
export interface Measurement {
  readonly manifest: Manifest;
  readonly job: Usage;
  readonly poll: Usage;
}

/** How long the last words of functions may be on their way. */
const settleMilliseconds = 300;

/** Runs jobs, one after the other, through the whole stack in memory, and counts what they use. */
export async function measureJob(project: string, { set, document, jobsBefore, jobs }: Measured): Promise<Measurement> {
  const config = readStackConfig(project, "dev", set);
  const place = { region, accountId, apiUrl: "http://127.0.0.1" };
  const manifest = await evaluateProgram({ ...config, config: config.values, stack: "dev", place });
  const unscheduled = manifest.resources.filter(({ type }) => type !== "aws:scheduler/schedule:Schedule"); // a sweep is no part of a job
  const meter = new UsageMeter(manifest);
  const ends = new Ends();
  const runtime = await startRuntime({
    ...{ config, manifest: { ...manifest, resources: unscheduled }, stack: "dev", port: 0, clock: systemClock, before: meter.onCall },
    onFault: (error) => console.error(error),
    onExecutionEnd: ({ input }) => ends.of(JSON.parse(input).jobId).resolve(),
  });
  const client = new Client(runtime.apiUrl, ends);
  try {
    meter.attach(runtime);
    for (let job = 0; job < jobsBefore; job++) await client.expectDone(await client.run(document));
    await sleep(settleMilliseconds);
    meter.take(1);
    const jobIds: string[] = [];
    for (let job = 0; job < jobs; job++) jobIds.push(await client.run(document));
    await sleep(settleMilliseconds);
    const job = meter.take(jobs);
    for (const jobId of jobIds) await client.expectDone(jobId);
    await sleep(settleMilliseconds);
    return { manifest, job, poll: meter.take(jobs) };
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

class Client {
  readonly #apiUrl: string;
  readonly #ends: Ends;

  constructor(apiUrl: string, ends: Ends) {
    this.#apiUrl = apiUrl;
    this.#ends = ends;
  }

  /** Submits a document, and waits for the end of its execution. @returns the id of its job. */
  async run({ contentType, body }: JobDocument): Promise<string> {
    const response = await fetch(`${this.#apiUrl}/jobs`, { method: "POST", headers: { "content-type": contentType }, body });
    if (response.status !== 202) throw new Error(`POST /jobs answered ${response.status}: ${await response.text()}`);
    const { jobId } = (await response.json()) as { jobId: string };
    await this.#ends.of(jobId).promise;
    return jobId;
  }

  async expectDone(jobId: string): Promise<void> {
    const job = (await (await fetch(`${this.#apiUrl}/jobs/${jobId}`)).json()) as { status: string };
    if (job.status !== "DONE") throw new Error(`The job ${jobId} is ${JSON.stringify(job)}.`);
  }
}
