import type * as z from "zod/mini";
import type { UnreadDocument } from "./document.ts";
import type { Stage } from "./stage.ts";

/** The part of a job that a stage may know. Times are Unix time in whole seconds. */
export interface StageJob {
  readonly jobId: string;
  /** Differs for every job that is created under the same id. */
  readonly generation: string;
  readonly owner: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface DocumentRequest {
  readonly document: string | UnreadDocument;
  readonly job: StageJob;
  /** Milliseconds until Lambda ends this attempt. */
  readonly remainingMillis: () => number;
}

export interface TextRequest {
  readonly text: string;
  readonly job: StageJob;
}

export type StageRequest<S extends Stage> = S["input"] extends "document" ? DocumentRequest : TextRequest;

/** Kept in the record beside a stage's result, for the job's deletion. */
export interface StageFields {
  /** The terms under which the search stage has posted the document. */
  readonly postedTerms?: readonly string[];
}

/** A stage's result, and how it is kept. */
export interface StageWork<S extends Stage> {
  readonly result: z.infer<S["result"]>;
  /** The text that later stages are to see, where this stage changed it. */
  readonly text?: string;
  readonly fields?: StageFields;
  /** Removes what the stage wrote elsewhere; called when the record is gone, or stays without this result. */
  readonly undo?: () => Promise<void>;
}

/** The work of a stage. It runs at least once, maybe twice at the same time: what it writes elsewhere has a key that is derived from the job. */
export type StageFunction<S extends Stage> = (request: StageRequest<S>) => StageWork<S> | Promise<StageWork<S>>;
