import type { Job } from "../jobs/job.ts";

/** A job as the API answers it. */
export function jobRecord(job: Job, text?: { readonly text: string } | { readonly textUrl: string }): Readonly<Record<string, unknown>> {
  const { jobId, status, stage, createdAt, updatedAt, result, errorMessage, errorCode, failedStage } = job;
  return { jobId, status, stage, ...text, createdAt, updatedAt, result, errorMessage, errorCode, failedStage };
}
