import { createHttpHandler } from "./api/http.ts";
import { getJobRoute } from "./api/read-job.ts";
import { documentStore } from "./services/documents.ts";
import { logger } from "./services/logger.ts";
import { jobRepository } from "./services/services.ts";

export const handler = createHttpHandler(getJobRoute({ jobs: jobRepository(), documents: documentStore() }), logger);
