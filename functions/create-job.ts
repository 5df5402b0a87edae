import { createJobRoute } from "./lib/create-job.ts";
import { environmentVariable, systemClock } from "./lib/environment.ts";
import { createHttpHandler } from "./lib/http.ts";
import { logger } from "./lib/logger.ts";
import { documentStore, executions, jobRepository, uploadStore } from "./lib/services.ts";

export const handler = createHttpHandler(
  createJobRoute({
    jobs: jobRepository(),
    documents: documentStore(),
    uploads: uploadStore(),
    executions: executions(),
    logger,
    now: systemClock,
    retentionDays: Number(environmentVariable("JOB_RETENTION_DAYS")),
  }),
);
