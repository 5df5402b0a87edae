import { createJobRoute } from "./api/create-job.ts";
import { createHttpHandler } from "./api/http.ts";
import { environmentVariable, systemClock } from "./services/environment.ts";
import { logger } from "./services/logger.ts";
import { documentStore, executions, jobRepository, uploadStore } from "./services/services.ts";

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
