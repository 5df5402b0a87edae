import { sweepJobs } from "./jobs/sweep-jobs.ts";
import { logger } from "./services/logger.ts";
import { executions, jobRepository } from "./services/services.ts";

const services = { jobs: jobRepository(), executions: executions(), logger };

export const handler = async () => sweepJobs(services);
