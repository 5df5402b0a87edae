import { randomInt, randomUUID } from "node:crypto";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { DocumentStore } from "./document-store.ts";
import type { Clock } from "./environment.ts";
import { causeOf, HttpError } from "./errors.ts";
import type { Executions } from "./executions.ts";
import { type HttpRequest, type HttpResponse, json, ownerOf } from "./http.ts";
import { fingerprintOf, idempotencyKeyOf, jobIdOfKey } from "./idempotency.ts";
import { type Job, timeLimits } from "./job.ts";
import { type JobRepository, openShards } from "./job-repository.ts";
import { submittedText } from "./submitted-text.ts";

export interface CreateJobServices {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly executions: Pick<Executions, "start">;
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly now: Clock;
  readonly retentionDays: number;
}

/** The name of what the client sent, in the bucket. */
const documentName = "document";

type NewJob = Omit<Job, "text" | "textObject">;

/** `POST /jobs`: keeps the document and its record, starts an execution, and answers at once. */
export function createJobRoute(services: CreateJobServices) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    const text = submittedText(request);
    const idempotencyKey = idempotencyKeyOf(request);
    const job = newJob(ownerOf(request), text, idempotencyKey, services);
    const held = await keep(job, text, services);
    if (held.generation !== job.generation) return replay(held, job);
    services.logger.info("Job accepted", { jobId: job.jobId, bytes: Buffer.byteLength(text) });
    await start(job, services);
    return accepted(job.jobId);
  };
}

function newJob(owner: string, text: string, idempotencyKey: string | undefined, { now, retentionDays }: CreateJobServices): NewJob {
  const createdAt = now();
  return {
    jobId: idempotencyKey === undefined ? randomUUID() : jobIdOfKey(owner, idempotencyKey),
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
    ...(idempotencyKey !== undefined && { fingerprint: fingerprintOf(text) }),
  };
}

/** @returns the record that holds the place: the new one, or the one that an equal `Idempotency-Key` made before. */
async function keep(job: NewJob, text: string, services: CreateJobServices): Promise<Job> {
  try {
    const place = await services.documents.put(job, documentName, text);
    const held = await services.jobs.create({ ...job, ...place });
    if (held.generation !== job.generation && "textObject" in place) await services.documents.discard(job, documentName);
    return held;
  } catch (error) {
    await withdraw(job, services);
    services.logger.warn("Job refused", { jobId: job.jobId, cause: causeOf(error) });
    throw new HttpError(503, "The job could not be stored, and nothing of it was kept. Send it again.", { "retry-after": "1" });
  }
}

/** A write whose answer was lost may have been made. What cannot be withdrawn either runs, and a repeat with the same key meets it. */
async function withdraw(job: NewJob, { jobs, documents }: CreateJobServices): Promise<void> {
  await Promise.allSettled([jobs.remove(job), documents.discard(job, documentName)]);
}

/** A job that could not be started is no less kept: the sweeper starts it. */
async function start(job: NewJob, { executions, logger }: CreateJobServices): Promise<void> {
  try {
    await executions.start(job);
  } catch (error) {
    logger.warn("Start postponed", { jobId: job.jobId, cause: causeOf(error) });
  }
}

function replay(held: Job, job: NewJob): HttpResponse {
  if (held.fingerprint === job.fingerprint) return accepted(held.jobId, { "idempotency-replayed": "true" });
  throw new HttpError(422, "This Idempotency-Key was used with another document. Use a new key for a new document.");
}

function accepted(jobId: string, headers: Record<string, string> = {}): HttpResponse {
  const body = { jobId, status: "PENDING", message: "Job accepted. Poll GET /jobs/{jobId} for status updates." };
  return json(202, body, { location: `/jobs/${jobId}`, "retry-after": "1", ...headers });
}
