import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { type SweepServices, sweepJobs } from "../../../functions/jobs/sweep-jobs.ts";
import { heldJob, start } from "../../support/held-job.ts";
import { createPipeline } from "../../support/pipeline.ts";

test("a sweep counts what it started and ended, and reports both as one", async () => {
  const { aws, jobs } = await createPipeline();
  const late = { deadlineAt: start + 60, dueAt: start + 60 };
  const held = [
    heldJob("PENDING", { jobId: "due-1" }),
    heldJob("PENDING", { jobId: "due-2", openShard: 3 }),
    heldJob("IN_PROGRESS", { jobId: "late", ...late }),
    heldJob("PENDING", { jobId: "not-due", dueAt: start + 61 }),
  ];
  for (const Item of held) await aws.documents.send(new PutCommand({ TableName: "jobs", Item }));
  await aws.clock.advance(60_000);
  const started: string[] = [];
  const lines: unknown[] = [];
  const metrics: unknown[] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const services = {
    jobs,
    executions: { start: async ({ jobId }) => void started.push(jobId) },
    sleep: async () => undefined,
    logger: { info: log, warn: log, error: log },
    recordMetrics: (values) => void metrics.push(values),
  } satisfies SweepServices;
  const counts = await sweepJobs(services, { getRemainingTimeInMillis: () => 60_000 });

  expect(counts).toEqual({ started: 2, expired: 1, failed: 0 });
  expect(started.sort()).toEqual(["due-1", "due-2"]);
  expect(metrics).toEqual([{ JobsSwept: 3 }]);
  expect(lines.at(-1)).toEqual(["Sweep complete", counts]);
  expect(lines.slice(0, -1)).toHaveLength(2);
  expect(lines).toContainEqual(["Job started again", { jobId: "due-1", restarts: 1 }]);
});
