import type { Context } from "aws-lambda";
import type { ScannedDocument } from "../stages/document.ts";
import { causeOf, StageError, StageFailedError, StageOutputInvalidError } from "../stages/errors.ts";
import type { DocumentStore, TextPlace } from "./document-store.ts";
import { type Job, type JobKey, resultKeys, resultSchemas, type Stage, type StageResult, stages } from "./job.ts";
import type { JobRepository, StageFields, WriteOutcome } from "./job-repository.ts";
import type { Clock, Telemetry } from "./telemetry.ts";

/** What a stage is handed: OCR the document as it was sent, every other one the text as the stages before have left it. */
export type StageRequest<S extends Stage> = S extends "ocr" ? DocumentRequest : TextRequest;

interface DocumentRequest {
  readonly document: string | ScannedDocument;
  readonly job: Job;
  /** Milliseconds until Lambda ends this attempt. */
  readonly remainingMillis: () => number;
}

interface TextRequest {
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
export type StageFunction<S extends Stage> = (request: StageRequest<S>) => StageWork<S> | Promise<StageWork<S>>;

export interface StageServices extends Telemetry {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly now: Clock;
  /** Waits for the pace that the stack's config asks for. */
  readonly pace: () => Promise<void>;
  /** A name that no other attempt has, for what this one puts into the bucket. */
  readonly attemptName: () => string;
}

/** What a stage needs to know of its invocation. */
export type StageContext = Pick<Context, "getRemainingTimeInMillis">;

/**
 * Wraps a stage as a Lambda handler: open the job, read its document, run the stage, save what it found.
 *
 * A delivery that finds nothing to do succeeds, so that the execution walks on: the next stage finds its own work or
 * nothing, and the second of two equal executions carries on where the first one died.
 *
 * @throws {@link StageError} with a name that the state machine's definition knows; any other error becomes `StageFailed`.
 */
export function createStageHandler<S extends Stage>(stage: S, run: StageFunction<S>, services: StageServices) {
  return async ({ jobId, generation }: JobKey, context: StageContext): Promise<JobKey> => {
    const key = { jobId, generation };
    services.logger.info("Stage start", { jobId, stage });
    try {
      const outcome = await takeTurn(stage, key, run, services, context);
      services.logger.info("Stage complete", { jobId, stage, outcome });
    } catch (error) {
      await fail(stage, key, error, services);
    }
    return key;
  };
}

async function takeTurn<S extends Stage>(
  stage: S,
  key: JobKey,
  run: StageFunction<S>,
  services: StageServices,
  context: StageContext,
): Promise<WriteOutcome> {
  const turn = await services.jobs.open(key, stage);
  if ("nothingToDo" in turn) return turn.nothingToDo;
  await services.pace();
  const request = await readRequest(stage, turn.job, services.documents, context);
  const textBefore = textIn(request);
  const work = await run(request as StageRequest<S>);
  const isWhole = resultSchemas[stage].safeParse(work?.result).success && (textBefore ?? work.text) !== undefined;
  if (!isWhole) throw new StageOutputInvalidError();
  const outcome = await save(stage, key, textBefore, work, services);
  if (outcome === "written" && stage === stages.at(-1)) {
    services.recordMetrics({ JobsDone: 1, JobDuration: services.now() - turn.job.createdAt });
  }
  return outcome;
}

async function readRequest(
  stage: Stage,
  job: Job,
  documents: DocumentStore,
  context: StageContext,
): Promise<DocumentRequest | TextRequest> {
  if (stage !== "ocr") return { text: await documents.read(job), job };
  return { document: await documents.readDocument(job), job, remainingMillis: context.getRemainingTimeInMillis };
}

/** The text before a stage ran; none of a document that is still to be read. */
function textIn(request: DocumentRequest | TextRequest): string | undefined {
  const given = "text" in request ? request.text : request.document;
  return typeof given === "string" ? given : undefined;
}

async function save<S extends Stage>(
  stage: S,
  key: JobKey,
  textBefore: string | undefined,
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
async function fail(stage: Stage, key: JobKey, error: unknown, { jobs, logger, recordMetrics }: StageServices): Promise<void> {
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
  recordMetrics({ StageFailures: 1 });
  throw known;
}

/** Where an error was thrown. Its message stays out: a foreign one can quote a document. */
function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !error.stack?.includes(error.message)) return undefined;
  const frames = error.stack.slice(error.stack.indexOf(error.message) + error.message.length);
  const [first = ""] = frames.trimStart().split("\n");
  return first.startsWith("at ") ? first : undefined;
}
