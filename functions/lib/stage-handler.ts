import type { Logger } from "@aws-lambda-powertools/logger";
import type { DocumentStore, TextPlace } from "./document-store.ts";
import { causeOf, StageError, StageFailedError, StageOutputInvalidError } from "./errors.ts";
import { type Job, type JobKey, resultKeys, resultSchemas, type Stage, type StageResult } from "./job.ts";
import type { JobRepository, StageFields, WriteOutcome } from "./job-repository.ts";

/** What a stage is handed: the text as the stages before it have left it, and whose it is. */
export interface StageRequest {
  readonly text: string;
  readonly job: Job;
}

/** What a stage found out, and what of it is kept where. */
export interface StageWork<S extends Stage> {
  readonly result: StageResult<S>;
  /** The text that later stages are to see, where this stage changed it. */
  readonly text?: string;
  readonly fields?: StageFields;
  /** Takes back what the stage wrote elsewhere; called when the record is gone, or stays without this result. */
  readonly undo?: () => Promise<void>;
}

/** A stage without its surroundings. */
export type StageFunction<S extends Stage> = (request: StageRequest) => StageWork<S> | Promise<StageWork<S>>;

export interface StageServices {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly logger: Pick<Logger, "info" | "error">;
  /** Waits for the pace that the stack's config asks for. */
  readonly pace: () => Promise<void>;
  /** A name that no other attempt has, for what this one puts into the bucket. */
  readonly attemptName: () => string;
}

/**
 * Wraps a stage as a Lambda handler: open the job, read its text, run the stage, save what it found.
 *
 * A delivery that finds nothing to do succeeds, so that the execution walks on: the next stage finds its own work or
 * nothing, and the second of two equal executions carries on where the first one died.
 *
 * @throws {@link StageError} with a name that the state machine's definition knows; any other error becomes `StageFailed`.
 */
export function createStageHandler<S extends Stage>(stage: S, run: StageFunction<S>, services: StageServices) {
  return async ({ jobId, generation }: JobKey): Promise<JobKey> => {
    const key = { jobId, generation };
    services.logger.info("Stage start", { jobId, stage });
    try {
      const outcome = await takeTurn(stage, key, run, services);
      services.logger.info("Stage complete", { jobId, stage, outcome });
    } catch (error) {
      await fail(stage, key, error, services);
    }
    return key;
  };
}

async function takeTurn<S extends Stage>(stage: S, key: JobKey, run: StageFunction<S>, services: StageServices): Promise<WriteOutcome> {
  const turn = await services.jobs.open(key, stage);
  if ("nothingToDo" in turn) return turn.nothingToDo;
  await services.pace();
  const text = await services.documents.read(turn.job);
  const work = await run({ text, job: turn.job });
  if (!resultSchemas[stage].safeParse(work?.result).success) throw new StageOutputInvalidError();
  return save(stage, key, text, work, services);
}

async function save<S extends Stage>(
  stage: S,
  key: JobKey,
  textBefore: string,
  work: StageWork<S>,
  services: StageServices,
): Promise<WriteOutcome> {
  const { jobs, documents, attemptName } = services;
  const isNewText = work.text !== undefined && work.text !== textBefore;
  const place = isNewText ? await documents.put(key, `${stage}-${attemptName()}`, work.text) : undefined;
  try {
    const outcome = await jobs.saveResult(key, stage, work.result, { ...work.fields, ...place });
    if (outcome !== "written") await takeBack(stage, key, work, place, services);
    return outcome;
  } catch (error) {
    await takeBack(stage, key, work, place, services).catch(() => undefined);
    throw error;
  }
}

/** A write that was refused or had no answer may still have been made, by the SDK's own repeat: then the record says so. */
async function takeBack<S extends Stage>(
  stage: S,
  key: JobKey,
  work: StageWork<S>,
  place: TextPlace | undefined,
  { jobs, documents }: StageServices,
): Promise<void> {
  const found = await jobs.get(key.jobId);
  const held = found?.generation === key.generation ? found : undefined;
  if (held?.result[resultKeys[stage]] === undefined) await work.undo?.();
  if (place === undefined || "text" in place || held?.textObject?.name === place.textObject.name) return;
  await documents.discard(key, place.textObject.name);
}

/** An attempt whose job was deleted or settled meanwhile has nothing to do any more, however it ended. */
async function fail(stage: Stage, key: JobKey, error: unknown, { jobs, logger }: StageServices): Promise<void> {
  const { jobId } = key;
  if (await jobs.isOver(key).catch(() => false)) {
    logger.info("Stage complete", { jobId, stage, outcome: "settled" });
    return;
  }
  const known = error instanceof StageError ? error : new StageFailedError();
  logger.error("Stage failed", {
    jobId,
    stage,
    error: known.name,
    cause: causeOf(error),
    at: placeOf(error),
  });
  throw known;
}

/** Where an error was thrown. Its message stays out: a foreign one can quote a document. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !error.stack?.includes(error.message)) return undefined;
  const frames = error.stack.slice(error.stack.indexOf(error.message) + error.message.length);
  const [first = ""] = frames.trimStart().split("\n");
  return first.startsWith("at ") ? first : undefined;
}
