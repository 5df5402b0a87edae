import { logger } from "./lib/logger.ts";
import { executions, jobRepository } from "./lib/services.ts";
import { sweepJobs } from "./lib/sweep-jobs.ts";

const services = { jobs: jobRepository(), executions: executions(), logger };

export const handler = async () => sweepJobs(services);
