import type * as z from "zod/mini";
import type { StageErrorClass } from "./errors.ts";

/**
 * All that the project has to know of a stage beside its work: function, role, log, alarms, state, OpenAPI and the tests follow
 * from it. A file that declares one imports neither an SDK nor anything else that is slow to load.
 */
export interface Stage {
  /** Lower-case words joined by `_`, as `stage` and `failedStage` have it. */
  readonly name: string;
  /** The document as it was sent, which only the first stage needs, or the text as the stages before have left it. */
  readonly input: "document" | "text";
  /** A result of another shape is not saved: the job ends in `StageOutputInvalid`. */
  readonly result: z.ZodMiniType;
  /** The errors that the stage throws on purpose. */
  readonly errors: readonly StageErrorClass[];
  readonly memoryMiB: number;
  /** After which Lambda ends an attempt. */
  readonly timeoutSeconds: number;
  /** Only of a stage that divides long work into parts, each an invocation of its own; `timeoutSeconds` is then a part's. */
  readonly parts?: StageParts;
  /** Attempts in all where one fails or is ended; an execution has 290 seconds for all stages. */
  readonly attempts: 1 | 2 | 3;
  /** Maximum of the config value `stagePaceSeconds`; the wait is part of `timeoutSeconds`. */
  readonly maxPaceSeconds: number;
  /** Actions on what the stack stores, beside its job's record. */
  readonly access: StageAccess;
  /** Config values that the stage reads: `relatedDocuments` as the environment variable `RELATED_DOCUMENTS`. */
  readonly config?: readonly string[];
}

/** How a stage divides long work. */
export interface StageParts {
  /** Maximum of a job's parts, all of which run at once: a new AWS account may run ten functions at once in all. */
  readonly max: number;
  /** Pieces of work that one part is to have at least: work of no more is not divided. */
  readonly minPieces: number;
  /** The time of the invocation that opens the job and divides the work, and of the one that joins the parts. */
  readonly planSeconds: number;
  readonly joinSeconds: number;
}

/** What an invocation of a stage is for: all of a stage's work, or one step of a stage that works in parts. */
export type StageStep = "plan" | "whole" | "part" | "join";

/** The time of a step's invocation in seconds. */
export function secondsOf({ timeoutSeconds, parts }: Pick<Stage, "timeoutSeconds" | "parts">, step: StageStep): number {
  if (parts === undefined) return timeoutSeconds;
  return { plan: parts.planSeconds, whole: timeoutSeconds, part: timeoutSeconds, join: parts.joinSeconds }[step];
}

export interface StageAccess {
  /** On the objects of jobs. Texts of more than 320 bytes are among them, so that every stage needs `s3:GetObject`. */
  readonly documents: readonly `s3:${string}Object`[];
  /** On the table of postings, which the environment variable `POSTINGS_TABLE` then names. */
  readonly postings?: readonly `dynamodb:${string}`[];
}

/** `ml_inference` as a member of `result` and of config values: `mlInference`. */
export type MemberName<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<MemberName<Rest>>}`
  : Name;

type Named<Name extends string = string> = { readonly name: Name };

/** `ml_inference` as a member of `result` and of config values: `mlInference`. */
export const memberName = <Name extends string>({ name }: Named<Name>): MemberName<Name> =>
  name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as MemberName<Name>;

/** `ml_inference` as folder, file, function and role: `ml-inference`. */
export const fileName = ({ name }: Named): string => name.replaceAll("_", "-");

/** `ml_inference` as a state: `MLInference`. Words of up to three letters are abbreviations. */
export const stateName = ({ name }: Named): string =>
  name
    .split("_")
    .map((word) => (word.length <= 3 ? word.toUpperCase() : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join("");
