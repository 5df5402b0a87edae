import type { Context } from "aws-lambda";
import { causeOf } from "../stages/errors.ts";
import type { Executions } from "./executions.ts";
import type { Job } from "./job.ts";
import type { JobRepository } from "./job-repository.ts";
import { openShards } from "./storage-layout.ts";
import type { Telemetry } from "./telemetry.ts";

export interface SweepServices extends Telemetry {
  readonly jobs: JobRepository;
  readonly executions: Pick<Executions, "start">;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** The sweeper's own time: no job is begun that may not be finished. */
export type SweepContext = Pick<Context, "getRemainingTimeInMillis">;

/** Outcomes of a sweep. A job that failed and was tried again in the same sweep counts each time. */
export interface Sweep {
  started: number;
  expired: number;
  failed: number;
}

/** Jobs of one shard that are looked at in parallel; all shards are swept at the same time, so that none waits for another. */
const workersPerShard = 5;

/** The maximum milliseconds of one job: a write, a start and another write, each of three attempts of 2.5 s. */
const reservedMillis = 22_500;

/** A worker waits after each failure in a row, twice as long as before: an overloaded service gets time, and other workers are not delayed. */
const pauseMillis = { first: 500, max: 8_000 } as const;

/**
 * Starts again what was never started, and ends what is past its deadline, until nothing is due or the time is nearly
 * spent. One job's failure does not stop the sweep; where it may be temporary, the job is tried again while there is time.
 *
 * @throws what the query of a shard threw, once the other shards are swept.
 */
export async function sweepJobs(services: SweepServices, context: SweepContext): Promise<Sweep> {
  const hasTime = () => context.getRemainingTimeInMillis() > reservedMillis;
  const shards = Array.from({ length: openShards }, () => ({
    ...services,
    hasTime,
    isAgain: false,
    counts: { started: 0, expired: 0, failed: 0 },
  }));
  const sum = (outcome: keyof Sweep) => shards.reduce((total, { counts }) => total + counts[outcome], 0);
  const swept = await Promise.allSettled(shards.map((work, shard) => sweepShard(shard, work)));
  const counts = { started: sum("started"), expired: sum("expired"), failed: sum("failed") };
  services.logger.info("Sweep complete", counts);
  services.recordMetrics({ JobsSwept: counts.started + counts.expired });
  throwFirst(swept);
  return counts;
}

interface ShardWork extends SweepServices {
  readonly counts: Sweep;
  /** Set where a job failed that may succeed in another round. */
  isAgain: boolean;
  readonly hasTime: () => boolean;
}

async function sweepShard(shard: number, work: ShardWork): Promise<void> {
  let round = 0;
  do {
    work.isAgain = false;
    const due = work.jobs.dueJobs(shard);
    throwFirst(await Promise.allSettled(Array.from({ length: workersPerShard }, () => sweepEach(due, round, work))));
    round++;
  } while (work.isAgain && work.hasTime());
}

async function sweepEach(due: AsyncGenerator<string>, round: number, work: ShardWork): Promise<void> {
  let failures = round; // a job that fails in every round is tried at longer and longer intervals
  for await (const jobId of due) {
    if (!work.hasTime()) return;
    const outcome = await sweepJob(jobId, work);
    if (outcome !== "nothing") work.counts[outcome]++;
    if (outcome !== "failed") failures = 0;
    else await work.sleep(Math.min(pauseMillis.first * 2 ** failures++, pauseMillis.max));
  }
}

/** To be thrown only when all promises have settled: Lambda freezes pending ones. */
function throwFirst(outcomes: readonly PromiseSettledResult<void>[]): void {
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

async function sweepJob(jobId: string, work: ShardWork): Promise<keyof Sweep | "nothing"> {
  const { jobs, logger } = work;
  try {
    const swept = await jobs.sweep(jobId);
    if (typeof swept === "string") return swept;
    await startAgain(swept.start, work);
    logger.warn("Job started again", { jobId, restarts: swept.start.restarts });
    return "started";
  } catch (error) {
    work.isAgain ||= mayPass(error);
    logger.warn("Job not swept", { jobId, cause: causeOf(error) });
    return "failed";
  }
}

/** A throttle, a server's error, and no answer at all may be temporary; any other error is left to the next sweep. */
function mayPass(error: unknown): boolean {
  const { name = "", $metadata = {} } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const { httpStatusCode: status = 500 } = $metadata;
  return status >= 500 || /Throttl|LimitExceeded|ThroughputExceeded|TooManyRequests/.test(name);
}

async function startAgain(job: Job, { jobs, executions }: SweepServices): Promise<void> {
  try {
    await executions.start(job);
  } catch (error) {
    await jobs.returnRestart(job);
    throw error;
  }
}
