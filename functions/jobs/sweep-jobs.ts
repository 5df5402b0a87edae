import type { Logger } from "@aws-lambda-powertools/logger";
import { recordMetrics } from "../services/metrics.ts";
import { causeOf } from "../stages/errors.ts";
import type { Executions } from "./executions.ts";
import type { JobRepository } from "./job-repository.ts";
import { openShards } from "./storage-layout.ts";

export interface SweepServices {
  readonly jobs: JobRepository;
  readonly executions: Pick<Executions, "start">;
  readonly logger: Pick<Logger, "info" | "warn">;
}

/** Jobs of one shard that a sweep looks at: what is left is a minute older at the next one. */
const mostPerShard = 100;

export interface Sweep {
  readonly started: number;
  readonly expired: number;
  readonly failed: number;
}

/** Starts again what was never started, and ends what is past its deadline. One job's failure does not stop the sweep. */
export async function sweepJobs(services: SweepServices): Promise<Sweep> {
  const counts = { started: 0, expired: 0, failed: 0 };
  for (let shard = 0; shard < openShards; shard++) {
    for (const jobId of await services.jobs.dueJobs(shard, mostPerShard)) {
      const done = await sweepJob(jobId, services);
      if (done !== "nothing") counts[done]++;
    }
  }
  services.logger.info("Sweep complete", counts);
  recordMetrics({ JobsSwept: counts.started + counts.expired });
  return counts;
}

async function sweepJob(jobId: string, { jobs, executions, logger }: SweepServices): Promise<keyof Sweep | "nothing"> {
  try {
    const swept = await jobs.sweep(jobId);
    if (typeof swept === "string") return swept;
    await executions.start(swept.start);
    logger.warn("Job started again", { jobId, restarts: swept.start.restarts });
    return "started";
  } catch (error) {
    logger.warn("Job not swept", { jobId, cause: causeOf(error) });
    return "failed";
  }
}
