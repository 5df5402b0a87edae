import { createHttpHandler } from "./api/http.ts";
import { listJobsRoute } from "./api/list-jobs.ts";
import { logger } from "./services/logger.ts";
import { jobList } from "./services/services.ts";

export const handler = createHttpHandler(listJobsRoute(jobList()), logger);
