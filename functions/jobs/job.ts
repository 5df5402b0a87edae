import type { UnreadDocument } from "../stages/document.ts";
import { type StageName, type StageResults, stages } from "../stages/registry.ts";
import type { StageFields } from "../stages/stage-function.ts";

export const jobStatuses = ["PENDING", "IN_PROGRESS", "DONE", "ERROR"] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** The owner of every job where callers are not distinguished. */
export const publicOwner = "public";

/** A job of one generation: a job that is deleted and created again under the same id is of another one. */
export interface JobKey {
  readonly jobId: string;
  readonly generation: string;
}

/** A text's place in the bucket: the last part of its key, and its size in bytes of UTF-8. */
export interface TextObject {
  readonly name: string;
  readonly bytes: number;
}

/** An image's or a PDF's place in the bucket: the last part of its key, its size in bytes, and its media type. */
export interface DocumentObject {
  readonly name: string;
  readonly bytes: number;
  readonly type: UnreadDocument["type"];
}

/** The record of a job. Times are Unix time in whole seconds. */
export interface Job extends JobKey, StageFields {
  /** The owner, by a digest; {@link publicOwner} where callers are not distinguished. */
  readonly owner: string;
  /** With `owner`, the key of the index of an owner's jobs: sorts by creation. Only where callers are distinguished. */
  readonly creationId?: string;
  readonly status: JobStatus;
  /** The stage that is running now. */
  readonly stage?: StageName;
  /** The text itself where it is short; `textObject` says where it is otherwise. */
  readonly text?: string;
  readonly textObject?: TextObject;
  /** In place of both, the document whose text OCR has yet to read. */
  readonly document?: DocumentObject;
  /** The upload that contained the document. */
  readonly uploadId?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** A job that is open at this time ends in `ERROR`. {@link deletionBegun} from its deletion on. */
  readonly deadlineAt: number;
  /** The record is void from this time on, whenever DynamoDB deletes it. */
  readonly expiresAt: number;
  /** Counts the writes. */
  readonly version: number;
  readonly result: StageResults;
  readonly errorMessage?: string;
  readonly errorCode?: string;
  readonly failedStage?: StageName;
  /** Digest of the document, kept for jobs with an `Idempotency-Key`; `uploadId` identifies one that was uploaded. */
  readonly fingerprint?: string;
  /** Restarts by the sweeper; one whose start was refused does not count. */
  readonly restarts: number;
  /** With `dueAt`, the key of the index of open jobs: only on open records. */
  readonly openShard?: number;
  /** When the sweeper should look at the job. */
  readonly dueAt?: number;
}

/**
 * The statuses from which a job may go to each later one. `DONE` and `ERROR` are in no list: they never change.
 * The definition's SetError state says the same of `ERROR`.
 */
export const statusesBefore = {
  IN_PROGRESS: ["PENDING", "IN_PROGRESS"],
  DONE: ["IN_PROGRESS"],
  ERROR: ["PENDING", "IN_PROGRESS"],
} as const satisfies Partial<Record<JobStatus, readonly JobStatus[]>>;

/** The `deadlineAt` of a job whose deletion has begun. */
export const deletionBegun = 0;

/** A job that has expired, or whose deletion has begun: it is not found, and its id is free. */
export const isVoid = ({ expiresAt, deadlineAt }: Job, now: number): boolean => expiresAt <= now || deadlineAt === deletionBegun;

export const isOpen = (job: Job): boolean => job.status === "PENDING" || job.status === "IN_PROGRESS";

export const timeLimits = {
  /** Seconds after its creation at which a job that has not been started ends in `ERROR`; leaves room for two restarts. */
  startDeadlineSeconds: 600,
  /** Seconds from the start of OCR to the deadline: the 300 of an Express execution and half a minute. */
  executionDeadlineSeconds: 330,
  /** Seconds after which a job that is still `PENDING` is started again. */
  restartAfterSeconds: 60,
  /** Maximum of a job's restarts by the sweeper. */
  maxRestarts: 2,
  /**
   * Seconds before its deadline from which on an open job is not written to any more: longer than a write can
   * take, so that none arrives at a job that reads `ERROR` already. The definition's SetError state says the same.
   */
  lastWriteSeconds: 15,
} as const;

/** The error of a job past its deadline, written or not. */
const timedOut = {
  errorCode: "JobTimedOut",
  errorMessage: "The job did not finish before its deadline. Submit the document again.",
} as const;

/**
 * A job as it is at `now`: an open job past its deadline has ended in `ERROR`, and reads just as it will
 * once the sweeper has written so.
 *
 * @param now Unix time in whole seconds.
 */
export function asOf(job: Job, now: number): Job {
  if (!isOpen(job) || job.deadlineAt > now) return job;
  const { stage, openShard, dueAt, ...kept } = job;
  return {
    ...kept,
    ...timedOut,
    status: "ERROR",
    updatedAt: job.deadlineAt,
    version: job.version + 1,
    failedStage: stage ?? stages[0].name,
  };
}
