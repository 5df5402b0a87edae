import * as z from "zod/mini";
import type { DocumentType } from "../stages/document.ts";

/** The stages in their order, as `stage` and `failedStage` name them, each with the name of its member of `result`. */
export const resultKeys = { ocr: "ocr", ml_inference: "mlInference", search: "search" } as const;
export type Stage = keyof typeof resultKeys;
export const stages = Object.keys(resultKeys) as readonly Stage[];

export const jobStatuses = ["PENDING", "IN_PROGRESS", "DONE", "ERROR"] as const;
export type JobStatus = (typeof jobStatuses)[number];

const relatedDocument = z.object({ jobId: z.string(), similarity: z.number() });

const fraction = z.number().check(z.minimum(0), z.maximum(1));

/** What each stage must have found out before its result is saved; a swapped-in stage is held to it too. */
export const resultSchemas = {
  ocr: z.object({
    stage: z.literal("ocr"),
    charCount: z.int(),
    wordCount: z.int(),
    preview: z.string(),
    pageCount: z.optional(z.int()),
    pagesRead: z.optional(z.int()),
    confidence: z.optional(fraction),
  }),
  ml_inference: z.object({
    stage: z.literal("ml_inference"),
    sentiment: z.enum(["NEGATIVE", "NEUTRAL", "POSITIVE"]),
    confidence: fraction,
    tokenCount: z.int(),
    language: z.optional(z.string()),
  }),
  search: z.object({
    stage: z.literal("search"),
    topKeywords: z.array(z.string()).check(z.maxLength(5)),
    relatedDocumentsFound: z.int(),
    relatedDocuments: z.optional(z.array(relatedDocument)),
  }),
} as const satisfies Record<Stage, z.ZodMiniType>;

/** The result of stage `S`, as it stands in the record and in the answer. */
export type StageResult<S extends Stage = Stage> = z.infer<(typeof resultSchemas)[S]>;

export type JobResult = { readonly [S in Stage as (typeof resultKeys)[S]]?: StageResult<S> };

/** Which making of a job is meant: a job deleted and made again under the same id is of another generation. */
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
  readonly type: DocumentType;
}

/** The record of a job. Times are Unix time in whole seconds. */
export interface Job extends JobKey {
  /** Whose job it is; everyone's is `public` where callers are not told apart. */
  readonly owner: string;
  readonly status: JobStatus;
  /** The stage that is running now. */
  readonly stage?: Stage;
  /** The text itself where it is short; `textObject` says where it is otherwise. */
  readonly text?: string;
  readonly textObject?: TextObject;
  /** In place of both, the document whose text OCR has yet to read. */
  readonly document?: DocumentObject;
  /** The upload that the document came by. */
  readonly uploadId?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** A job that is open at this time ends in `ERROR`. */
  readonly deadlineAt: number;
  /** The record is void from this time on, whenever DynamoDB deletes it. */
  readonly expiresAt: number;
  /** Counts the writes. */
  readonly version: number;
  readonly result: JobResult;
  readonly errorMessage?: string;
  readonly errorCode?: string;
  readonly failedStage?: Stage;
  /** Digest of the document, kept for jobs with an `Idempotency-Key`; `uploadId` stands for one that was uploaded. */
  readonly fingerprint?: string;
  /** How often the sweeper has started the job again. */
  readonly restarts: number;
  /** With `dueAt`, the key of the index of open jobs: only on open records. */
  readonly openShard?: number;
  /** When the sweeper should look at the job. */
  readonly dueAt?: number;
  /** The terms under which the search stage has posted the document. */
  readonly postedTerms?: readonly string[];
}

/**
 * Statuses that a job may hold just before each later one. `DONE` and `ERROR` stand in no list: they never change.
 * The definition's SetError state says the same of `ERROR`.
 */
export const statusesBefore = {
  IN_PROGRESS: ["PENDING", "IN_PROGRESS"],
  DONE: ["IN_PROGRESS"],
  ERROR: ["PENDING", "IN_PROGRESS"],
} as const satisfies Partial<Record<JobStatus, readonly JobStatus[]>>;

export const isOpen = (job: Job): boolean => job.status === "PENDING" || job.status === "IN_PROGRESS";

/** Seconds after its creation at which a job that has not been started is given up; leaves room for two restarts. */
const startDeadlineSeconds = 600;
/** Seconds from the start of OCR to the deadline: the 300 of an Express execution and half a minute. */
const executionDeadlineSeconds = 330;
/** Seconds after which a job that is still `PENDING` is started again. */
const restartAfterSeconds = 60;
/** Restarts of a job by the sweeper; one whose start was refused does not count. */
const maxRestarts = 2;
/**
 * Seconds before its deadline from which on an open job is not written to any more: longer than a write can be under
 * way, so that none arrives at a job that reads `ERROR` already. The definition's SetError state says the same.
 */
const lastWriteSeconds = 15;

export const timeLimits = { startDeadlineSeconds, executionDeadlineSeconds, restartAfterSeconds, maxRestarts, lastWriteSeconds } as const;

/** What the error of a job past its deadline says, whether it has been written or not. */
const timedOut = {
  errorCode: "JobTimedOut",
  errorMessage: "The job did not finish before its deadline. Submit the document again.",
} as const;

/**
 * What holds of a job at `now`: an open job past its deadline has ended in `ERROR`, and reads just as it will
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
    failedStage: stage ?? "ocr",
  };
}
