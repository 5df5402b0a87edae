import { type RegisteredStage, stages } from "../functions/stages/registry.ts";
import { fileName, memberName, type Stage } from "../functions/stages/stage.ts";
import type { CreateFunction, FunctionNetwork, JobFunction } from "./job-function.ts";
import type { Settings } from "./settings.ts";
import type { Stores } from "./stores.ts";

/** The function of each stage, in order. */
export type StageFunctions = ReadonlyMap<Stage, JobFunction>;

export interface StagesArgs {
  readonly createFunction: CreateFunction;
  readonly stores: Stores;
  readonly settings: Settings;
  /** Where the stages run in a network of their own. */
  readonly network: FunctionNetwork | undefined;
}

/** A stage whose config values are the stack's. */
type StageOfStack = Omit<Stage, "config"> & { readonly config?: readonly (keyof Settings)[] };

/** The functions that the state machine invokes for a job. */
export const createStages = (args: StagesArgs): StageFunctions => new Map(stages.map((stage) => [stage, createStage(stage, args)]));

function createStage(stage: RegisteredStage, { createFunction, stores, settings, network }: StagesArgs): JobFunction {
  const { jobs, postings, documents } = stores;
  const { memoryMiB, timeoutSeconds, access, config = [] }: StageOfStack = stage;
  const paceSeconds = settings.stagePaceSeconds[memberName<RegisteredStage["name"]>(stage)];
  return createFunction(fileName(stage), {
    memoryMiB,
    timeoutSeconds,
    network,
    environment: {
      JOBS_TABLE: jobs.name,
      DOCUMENTS_BUCKET: documents.name,
      PACE_SECONDS: String(paceSeconds),
      ...(access.postings && { POSTINGS_TABLE: postings.name }),
      ...Object.fromEntries(config.map((key) => [variableName(key), String(settings[key])])),
    },
    statements: [
      jobs.grant("dynamodb:GetItem", "dynamodb:UpdateItem"),
      documents.grant(...access.documents),
      ...(access.postings ? [postings.grant(...access.postings)] : []),
    ],
  });
}

/** `relatedDocuments` as an environment variable: `RELATED_DOCUMENTS`. */
const variableName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
