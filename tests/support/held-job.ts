import type { Job, JobStatus } from "../../functions/jobs/job.ts";
import { type StageName, type StageResult, stages } from "../../functions/stages/registry.ts";
import { memberName } from "../../functions/stages/stage.ts";

export const jobId = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
const generation = "0b2f6a1e-7d55-4c11-9a52-6f0f3c1d9b77";
export const key = { jobId, generation };

/** 2026-01-01T00:00:00Z, where the clock of the tests begins, in Unix seconds. */
export const start = 1_767_225_600;

/** A result of each stage. */
export const results: { readonly [S in StageName]: StageResult<S> } = {
  ocr: { stage: "ocr", charCount: 9, wordCount: 2, preview: "good work" },
  ml_inference: { stage: "ml_inference", sentiment: "POSITIVE", confidence: 0.7, tokenCount: 2 },
  search: { stage: "search", topKeywords: ["work"], relatedDocumentsFound: 0 },
};

/** The results of as many stages, by their members of `result`. */
const resultsBefore = (count: number): Job["result"] =>
  Object.fromEntries(stages.slice(0, count).map((stage) => [memberName(stage), results[stage.name]]));

const open = { deadlineAt: start + 330, dueAt: start + 330, openShard: 2 };

const ofStatus: Readonly<Record<JobStatus, Partial<Job>>> = {
  PENDING: { ...open, deadlineAt: start + 600, dueAt: start + 60, version: 1 },
  IN_PROGRESS: { ...open, stage: "ocr", version: 2 },
  DONE: { result: resultsBefore(stages.length), postedTerms: ["work"], version: 2 + stages.length },
  ERROR: { errorCode: "StageFailed", errorMessage: "The stage failed.", failedStage: "ocr", version: 3 },
};

/** The record of a job that holds a status, written out. */
export function heldJob(status: JobStatus, changes: Partial<Job> = {}): Job {
  return {
    ...key,
    owner: "public",
    status,
    text: "good work",
    createdAt: start,
    updatedAt: start,
    deadlineAt: start + 330,
    expiresAt: start + 604_800,
    version: 1,
    result: {},
    restarts: 0,
    ...ofStatus[status],
    ...changes,
  };
}
