import { createJobRoute } from "./api/create-job.ts";
import { createHttpHandler } from "./api/http.ts";
import { documentStore, uploadStore } from "./services/documents.ts";
import { environmentVariable, systemClock } from "./services/environment.ts";
import { logger } from "./services/logger.ts";
import { executions, jobRepository, telemetry } from "./services/services.ts";

export const handler = createHttpHandler(
  createJobRoute({
    ...telemetry,
    jobs: jobRepository(),
    documents: documentStore(),
    uploads: uploadStore(),
    executions: executions(),
    now: systemClock,
    retentionDays: Number(environmentVariable("JOB_RETENTION_DAYS")),
  }),
  logger,
);
