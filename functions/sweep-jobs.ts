import { setTimeout as sleep } from "node:timers/promises";
import { type SweepContext, sweepJobs } from "./jobs/sweep-jobs.ts";
import { executions, jobRepository, telemetry } from "./services/services.ts";

const services = { ...telemetry, jobs: jobRepository(), executions: executions(), sleep };

export const handler = async (_: unknown, context: SweepContext) => sweepJobs(services, context);
