import { randomInt, randomUUID } from "node:crypto";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { Executions } from "../jobs/executions.ts";
import { type Job, timeLimits } from "../jobs/job.ts";
import type { JobRepository } from "../jobs/job-repository.ts";
import { openShards } from "../jobs/storage-layout.ts";
import { UploadNotFoundError } from "../jobs/upload-store.ts";
import type { Clock } from "../services/environment.ts";
import { recordMetrics } from "../services/metrics.ts";
import { causeOf, HttpError } from "../stages/errors.ts";
import { ownerOf } from "./caller.ts";
import { type HttpRequest, type HttpResponse, json } from "./http.ts";
import { documentName, type Submission, type SubmissionServices, submissionOf } from "./submission.ts";
import { submittedDocument } from "./submitted-document.ts";

export interface CreateJobServices extends SubmissionServices {
  readonly jobs: JobRepository;
  readonly executions: Pick<Executions, "start">;
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly now: Clock;
  readonly retentionDays: number;
}

type NewJob = Omit<Job, "text" | "textObject" | "document">;

/** `POST /jobs`: keeps the document and its record, starts an execution, and answers at once. */
export function createJobRoute(services: CreateJobServices) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const document = await submittedDocument(request);
    try {
      return await submit(ownerOf(request), submissionOf(request, document, services), services);
    } catch (error) {
      throw error instanceof HttpError ? error : notKept(error, services);
    }
  };
}

async function submit(owner: string, submission: Submission, services: CreateJobServices): Promise<HttpResponse> {
  const job = newJob(owner, submission, services);
  const held = (await jobOfUpload(job, services)) ?? (await keep(job, submission, services));
  if (held.fingerprint !== job.fingerprint) {
    throw new HttpError(422, "This Idempotency-Key was used with another document. Use a new key for a new document.");
  }
  if (held.generation === job.generation) await start(held, services);
  await releaseUpload(held, services);
  return accepted(held.jobId, held.generation === job.generation ? {} : { "idempotency-replayed": "true" });
}

/** The job that an upload has become already: then the upload is gone, or what was sent to its address since is not looked at. */
async function jobOfUpload({ jobId, uploadId }: NewJob, { jobs }: CreateJobServices): Promise<Job | undefined> {
  return uploadId === undefined ? undefined : jobs.get(jobId);
}

function newJob(owner: string, { fields }: Submission, { now, retentionDays }: CreateJobServices): NewJob {
  const createdAt = now();
  return {
    ...fields,
    generation: randomUUID(),
    owner,
    status: "PENDING",
    createdAt,
    updatedAt: createdAt,
    deadlineAt: createdAt + timeLimits.startDeadlineSeconds,
    expiresAt: createdAt + retentionDays * 24 * 60 * 60,
    version: 1,
    result: {},
    restarts: 0,
    openShard: randomInt(openShards),
    dueAt: createdAt + timeLimits.restartAfterSeconds,
  };
}

/** @returns the record that holds the place: the new one, or the one that an equal `Idempotency-Key` or upload made before. */
async function keep(job: NewJob, { place }: Submission, services: CreateJobServices): Promise<Job> {
  try {
    const placed = await place(job);
    const held = await services.jobs.create({ ...job, ...placed });
    if (held.generation !== job.generation && !("text" in placed)) await services.documents.discard(job, documentName);
    return held;
  } catch (error) {
    await withdraw(job, services);
    const taken = error instanceof UploadNotFoundError ? await jobOfUpload(job, services) : undefined; // another call was quicker
    if (taken !== undefined) return taken;
    throw error instanceof HttpError ? error : notKept(error, services, { jobId: job.jobId });
  }
}

function notKept(error: unknown, { logger }: CreateJobServices, fields: object = {}): HttpError {
  logger.warn("Job refused", { ...fields, cause: causeOf(error) });
  return new HttpError(503, "The job could not be stored, and nothing of it was kept. Send it again.", { "retry-after": "1" });
}

/** A write whose answer was lost may have been made. What cannot be withdrawn either runs, and a repeat with the same key meets it. */
async function withdraw(job: NewJob, { jobs, documents }: CreateJobServices): Promise<void> {
  await Promise.allSettled([jobs.remove(job), documents.discard(job, documentName)]);
}

/** A job that could not be started is no less kept: the sweeper starts it. */
async function start(job: Job, { executions, logger }: CreateJobServices): Promise<void> {
  const { jobId } = job;
  recordMetrics({ JobsAccepted: 1 });
  logger.info("Job accepted", { jobId, bytes: job.document?.bytes ?? job.textObject?.bytes ?? Buffer.byteLength(job.text ?? "") });
  try {
    await executions.start(job);
  } catch (error) {
    logger.warn("Start postponed", { jobId, cause: causeOf(error) });
  }
}

/** The job has its own copy. What cannot be removed now goes with the job, or by the bucket's lifecycle. */
async function releaseUpload({ jobId, owner, uploadId }: Job, { uploads, logger }: CreateJobServices): Promise<void> {
  if (uploadId === undefined) return;
  try {
    await uploads.remove(owner, uploadId);
  } catch (error) {
    logger.warn("Upload left", { jobId, cause: causeOf(error) });
  }
}

function accepted(jobId: string, headers: Record<string, string>): HttpResponse {
  const body = { jobId, status: "PENDING", message: "Job accepted. Poll GET /jobs/{jobId} for status updates." };
  return json(202, body, { location: `/jobs/${jobId}`, "retry-after": "1", ...headers });
}
