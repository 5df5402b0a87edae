/** A way in which a stage fails, by a name that the definition's `ErrorEquals` and the job's record know. */
export interface StageErrorKind {
  readonly name: string;
  /** The record's `errorCode`, where it is not the name. */
  readonly errorCode?: string;
  /**
   * For the sender of the document: what is wrong and what to do. It never quotes a document or another system. A placeholder in it is
   * one of the definition's, which the Pulumi program fills.
   */
  readonly sentence: string;
  /** Set where another attempt may succeed; what is wrong with a document stays wrong. */
  readonly isRetried?: true;
}

/** An error whose name and message may be shown. */
export abstract class StageError extends Error {}

export type StageErrorClass = (new (message?: string) => StageError) & { readonly kind: StageErrorKind };

/** @returns the base of an error class of this kind; its message is the kind's sentence where none is given. */
export function stageError(kind: StageErrorKind): StageErrorClass {
  return class extends StageError {
    static readonly kind = kind;
    override readonly name = kind.name;
    constructor(message = kind.sentence) {
      super(message);
    }
  };
}

/** Every unknown error becomes this one, so that the text of a foreign error is not passed on. */
export class StageFailedError extends stageError({ name: "StageFailed", sentence: "The stage failed.", isRetried: true }) {}

/** An attempt at a part of a job had no time for all of it; what it has done is saved, and the next attempt continues. */
export class StageUnfinishedError extends stageError({
  name: "StageUnfinished",
  sentence: "The stage did not finish in time.",
  isRetried: true,
}) {}

export class StageTimedOutError extends stageError({ name: "StageTimedOut", sentence: "The stage did not finish in time." }) {}

export class StageCrashedError extends stageError({ name: "StageCrashed", sentence: "The stage stopped before it had finished." }) {}

export class StageThrottledError extends stageError({
  name: "StageThrottled",
  sentence: "Too many documents were being processed. Submit the document again later.",
}) {}

/** Names under which Step Functions reports an attempt that was ended from outside, and the error of ours that stands for them. */
export const interruptions = {
  timeouts: { names: ["States.Timeout", "Sandbox.Timedout"], error: StageTimedOutError },
  crashes: { names: ["Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory"], error: StageCrashedError },
  throttles: { names: ["Lambda.TooManyRequestsException"], error: StageThrottledError },
} as const;

/** A stage's result is not of the shape that its schema has. */
export class StageOutputInvalidError extends stageError({
  name: "StageOutputInvalid",
  sentence: "The stage returned a result that could not be used.",
}) {}

/** The part of an error that may be logged: its name. The message of a foreign one can quote a document. */
export const causeOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
