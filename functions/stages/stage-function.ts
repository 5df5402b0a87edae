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

/** The pieces of a job's work that one invocation does, by their numbers: nothing else of it travels through the states. */
export interface Part {
  readonly pieces: readonly number[];
}

/** A part whose attempts have ended, with the name of the error that ended the last one if it failed. */
export interface EndedPart extends Part {
  readonly error?: string;
}

/** The work that is left after the first look at a job. */
export interface Plan<Known> {
  readonly pieces: readonly number[];
  /** What is known without them, as JSON; kept for the join. */
  readonly known: Known;
}

/** A piece without an outcome: its part failed, by an error of this name. */
export interface LostPiece {
  readonly lost: string;
}

/**
 * The work of a stage that divides it. Every function runs at least once, maybe twice at the same time. Outcomes of pieces are
 * JSON, saved one by one under names that follow from the job and the number, so that a repeat finds what is done.
 */
export interface StageInParts<S extends Stage, Known = unknown, Outcome = unknown> {
  /** Does quick work at once, or says what is left. */
  plan(request: StageRequest<S>): Promise<StageWork<S> | Plan<Known>>;
  /** Does work that is too short to be divided. */
  whole(request: StageRequest<S>): Promise<StageWork<S>>;
  /** Opens the job for some pieces. @returns a function that does one of them, or nothing where there is no time left for it. */
  open(request: StageRequest<S>): (piece: number) => Promise<Outcome | undefined>;
  /** Makes the result of what is known and of the outcome of each piece. */
  join(known: Known, outcomes: ReadonlyMap<number, Outcome | LostPiece>): StageWork<S> | Promise<StageWork<S>>;
}
