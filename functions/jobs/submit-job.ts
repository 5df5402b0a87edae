import { randomInt, randomUUID } from "node:crypto";
import { v7 as timeOrderedUuid } from "uuid";
import { documentTypeOf, type UnreadDocument } from "../stages/document.ts";
import { causeOf, StageError } from "../stages/errors.ts";
import { bytesToCheck, checkContent, checkUploadSize } from "./accepted-documents.ts";
import type { DocumentPlace, DocumentStore, TextPlace } from "./document-store.ts";
import { SubmissionError, uploadNotFound } from "./errors.ts";
import type { Executions } from "./executions.ts";
import { type Job, type JobKey, publicOwner, timeLimits } from "./job.ts";
import { fingerprintOf, isUuid, jobIdOfKey, jobIdOfUpload } from "./job-ids.ts";
import type { JobRepository } from "./job-repository.ts";
import { documentName, openShards } from "./storage-layout.ts";
import type { Clock, Telemetry } from "./telemetry.ts";
import type { UploadStore } from "./upload-store.ts";

/** Names a document that was uploaded before. */
export interface UploadReference {
  readonly uploadId: string;
}

/** A document to become a job. */
export interface Submission {
  readonly owner: string;
  /** A text or a document that was accepted as it is, or an upload, which is still to be checked. */
  readonly document: string | UnreadDocument | UploadReference;
  readonly idempotencyKey: string | undefined;
}

const isUpload = (document: Submission["document"]): document is UploadReference => typeof document === "object" && "uploadId" in document;

export interface SubmitJobServices extends Telemetry {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly uploads: UploadStore;
  readonly executions: Pick<Executions, "start">;
  readonly now: Clock;
  readonly retentionDays: number;
}

/** A job without the place of its document. */
type NewJob = Omit<Job, "text" | "textObject" | "document">;

/**
 * Stores a document and the record of its job, and starts an execution. Once the record is stored, no later
 * failure withdraws the job: the sweeper starts what could not be started.
 *
 * @returns the job, and whether an equal submission had created it before.
 * @throws {@link SubmissionError}, or a `StageError` for an image that could not be read; nothing is stored then.
 */
export async function submitJob(submission: Submission, services: SubmitJobServices): Promise<{ job: Job; isReplay: boolean }> {
  const submitted = newJob(submission, services);
  const job = await hold(submitted, submission, services).catch((error) => {
    throw error instanceof SubmissionError || error instanceof StageError ? error : notStored(error, submitted, services);
  });
  const isReplay = job.generation !== submitted.generation;
  if (job.fingerprint !== submitted.fingerprint || job.uploadId !== submitted.uploadId) throw takenBy(submission);
  if (!isReplay) await start(job, services);
  await releaseUpload(job, services);
  return { job, isReplay };
}

function newJob(submission: Submission, { now, retentionDays }: SubmitJobServices): NewJob {
  const createdAt = now();
  return {
    ...identityOf(submission),
    generation: randomUUID(),
    owner: submission.owner,
    ...(submission.owner !== publicOwner && { creationId: timeOrderedUuid() }),
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

/** @throws {@link SubmissionError} for an id that cannot be an upload's. */
function identityOf({ owner, document, idempotencyKey }: Submission): Pick<Job, "jobId" | "fingerprint" | "uploadId"> {
  const jobId = idempotencyKey === undefined ? undefined : jobIdOfKey(owner, idempotencyKey);
  if (isUpload(document)) {
    const { uploadId } = document;
    if (!isUuid(uploadId)) throw uploadNotFound(uploadId);
    return { jobId: jobId ?? jobIdOfUpload(owner, uploadId), uploadId };
  }
  return jobId === undefined ? { jobId: randomUUID() } : { jobId, fingerprint: fingerprintOf(document) };
}

/** @returns the record under the id: the new one, or the one that the same key or upload led to before. */
async function hold(job: NewJob, submission: Submission, services: SubmitJobServices): Promise<Job> {
  const held = await jobOfUpload(job, services);
  if (held !== undefined) return held;
  try {
    return await store(job, submission, services);
  } catch (error) {
    await withdraw(job, services);
    const isGone = error instanceof SubmissionError && error.code === "UploadNotFound";
    const quicker = isGone ? await jobOfUpload(job, services) : undefined; // another call has submitted it meanwhile
    if (quicker !== undefined) return quicker;
    throw error;
  }
}

/** The job that this submission of an upload has created before: then the upload is gone, or it was sent once more and stays unread. */
async function jobOfUpload({ jobId, uploadId }: NewJob, { jobs }: SubmitJobServices): Promise<Job | undefined> {
  return uploadId === undefined ? undefined : jobs.get(jobId);
}

async function store(job: NewJob, { document }: Submission, { jobs, documents, uploads }: SubmitJobServices): Promise<Job> {
  const place = isUpload(document)
    ? await placeUpload(job, document.uploadId, { documents, uploads })
    : await documents.put(job, documentName, document);
  if (isUpload(document) && !(await jobs.claimUpload({ ...job, ...document }))) throw alreadyUsed(document);
  const held = await jobs.create({ ...job, ...place });
  if (held.generation !== job.generation && !("text" in place)) await documents.discard(job, documentName);
  return held;
}

/** Checks the job's own copy: the upload may change at any time. */
async function placeUpload(
  job: NewJob,
  uploadId: string,
  { documents, uploads }: Pick<SubmitJobServices, "documents" | "uploads">,
): Promise<TextPlace | DocumentPlace> {
  const upload = await uploads.find(job.owner, uploadId);
  const { bytes } = upload;
  checkUploadSize(bytes);
  const type = documentTypeOf(upload.type);
  if (type === undefined) throw new SubmissionError("UnsupportedMediaType", `Content-Type ${upload.type} is not supported for an upload.`);
  await uploads.copy(uploadId, upload, job, documentName);
  checkContent(type, await documents.readStart(job, documentName, bytesToCheck));
  return { document: { name: documentName, bytes, type } };
}

const alreadyUsed = ({ uploadId }: UploadReference): SubmissionError =>
  new SubmissionError("UploadAlreadyUsed", `Upload '${uploadId}' was submitted with another Idempotency-Key. Upload the document again.`);

function takenBy({ document, idempotencyKey }: Submission): SubmissionError {
  if (idempotencyKey === undefined && isUpload(document)) return alreadyUsed(document);
  const sentence = "This Idempotency-Key was used with another document. Use a new key for a new document.";
  return new SubmissionError("IdempotencyKeyReused", sentence);
}

function notStored(error: unknown, { jobId }: JobKey, { logger }: SubmitJobServices): SubmissionError {
  logger.warn("Job refused", { jobId, cause: causeOf(error) });
  return new SubmissionError("JobNotStored", "The job could not be stored, and nothing of it was kept. Send the request again.");
}

/** A write whose answer was lost may have been made. A job that cannot be withdrawn either runs, and a repeat with the same key finds it. */
async function withdraw(job: NewJob, { jobs, documents }: SubmitJobServices): Promise<void> {
  await Promise.allSettled([jobs.remove(job), documents.discard(job, documentName)]);
}

/** A job that could not be started is stored nevertheless: the sweeper starts it. */
async function start(job: Job, { executions, logger, recordMetrics }: SubmitJobServices): Promise<void> {
  const { jobId } = job;
  recordMetrics({ JobsAccepted: 1 });
  logger.info("Job accepted", { jobId, bytes: job.document?.bytes ?? job.textObject?.bytes ?? Buffer.byteLength(job.text ?? "") });
  try {
    await executions.start(job);
  } catch (error) {
    logger.warn("Start postponed", { jobId, cause: causeOf(error) });
  }
}

/** The job has its own copy. An upload that cannot be removed now goes with the job, or by the bucket's lifecycle. */
async function releaseUpload({ jobId, owner, uploadId }: Job, { uploads, logger }: SubmitJobServices): Promise<void> {
  if (uploadId === undefined) return;
  try {
    await uploads.remove(owner, uploadId);
  } catch (error) {
    logger.warn("Upload not removed", { jobId, cause: causeOf(error) });
  }
}
