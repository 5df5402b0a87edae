import type { Context } from "aws-lambda";
import { causeOf, StageError, StageFailedError, StageOutputInvalidError } from "../stages/errors.ts";
import { type RegisteredStage, type StageResult, stages } from "../stages/registry.ts";
import { memberName } from "../stages/stage.ts";
import type { DocumentRequest, StageFunction, StageRequest, StageWork, TextRequest } from "../stages/stage-function.ts";
import type { DocumentStore, TextPlace } from "./document-store.ts";
import type { Job, JobKey } from "./job.ts";
import type { JobRepository, WriteOutcome } from "./job-repository.ts";
import type { Clock, Telemetry } from "./telemetry.ts";

export interface StageServices extends Telemetry {
  readonly jobs: JobRepository;
  readonly documents: DocumentStore;
  readonly now: Clock;
  /** Waits for the pace that the stack's config asks for. */
  readonly pace: () => Promise<void>;
  /** A name that no other attempt has, for what this one puts into the bucket. */
  readonly attemptName: () => string;
}

/** The part of Lambda's context that stages use. */
export type StageContext = Pick<Context, "getRemainingTimeInMillis">;

/** One delivery of a job to a stage. */
interface Attempt<S extends RegisteredStage = RegisteredStage> extends StageServices {
  readonly stage: S;
  readonly key: JobKey;
}

/**
 * Wraps a stage as a Lambda handler: open the job, read its document, run the stage, save what it found.
 *
 * A delivery that finds nothing to do succeeds, so that the execution continues: the next stage finds its own work or
 * nothing, and the second of two equal executions continues where the first one ended.
 *
 * @throws {@link StageError} with a name that the state machine's definition knows; any other error becomes `StageFailed`.
 */
export function createStageHandler<S extends RegisteredStage>(stage: S, run: StageFunction<S>, services: StageServices) {
  return async ({ jobId, generation }: JobKey, context: StageContext): Promise<JobKey> => {
    const attempt = { ...services, stage, key: { jobId, generation } };
    const log = { jobId, stage: stage.name };
    services.logger.info("Stage start", log);
    try {
      const outcome = await takeTurn(attempt, run, context);
      services.logger.info("Stage complete", { ...log, outcome });
    } catch (error) {
      await fail(attempt, error);
    }
    return attempt.key;
  };
}

async function takeTurn<S extends RegisteredStage>(
  attempt: Attempt<S>,
  run: StageFunction<S>,
  context: StageContext,
): Promise<WriteOutcome> {
  const { stage, key, jobs, pace } = attempt;
  const turn = await jobs.open(key, stage.name);
  if ("nothingToDo" in turn) return turn.nothingToDo;
  await pace();
  const request = await readRequest(attempt, turn.job, context);
  const textBefore = textIn(request);
  const work = await run(request as StageRequest<S>);
  const isWhole = stage.result.safeParse(work?.result).success && (textBefore ?? work.text) !== undefined;
  if (!isWhole) throw new StageOutputInvalidError();
  const outcome = await save(attempt, textBefore, work);
  if (outcome === "written" && stage.name === stages.at(-1)?.name) countDone(attempt, turn.job);
  return outcome;
}

const countDone = ({ recordMetrics, now }: Attempt, { createdAt }: Job): void =>
  recordMetrics({ JobsDone: 1, JobDuration: now() - createdAt });

async function readRequest({ stage, documents }: Attempt, job: Job, context: StageContext): Promise<DocumentRequest | TextRequest> {
  if (stage.input === "text") return { text: await documents.read(job), job };
  return { document: await documents.readDocument(job), job, remainingMillis: context.getRemainingTimeInMillis };
}

/** The text before a stage ran; none of a document that is still to be read. */
function textIn(request: DocumentRequest | TextRequest): string | undefined {
  const given = "text" in request ? request.text : request.document;
  return typeof given === "string" ? given : undefined;
}

async function save<S extends RegisteredStage>(
  attempt: Attempt<S>,
  textBefore: string | undefined,
  work: StageWork<S>,
): Promise<WriteOutcome> {
  const { stage, key, jobs, documents, attemptName } = attempt;
  const isNewText = work.text !== undefined && work.text !== textBefore;
  const place = isNewText ? await documents.put(key, `${stage.name}-${attemptName()}`, work.text) : undefined;
  try {
    const outcome = await jobs.saveResult(key, stage.name, work.result as StageResult, { ...work.fields, ...place });
    if (outcome !== "written") await takeBack(attempt, work, place);
    return outcome;
  } catch (error) {
    await takeBack(attempt, work, place).catch(() => undefined);
    throw error;
  }
}

/** A write that was refused or had no answer may still have been made, by the SDK's own repeat: then the record says so. */
async function takeBack<S extends RegisteredStage>(
  { stage, key, jobs, documents }: Attempt<S>,
  work: StageWork<S>,
  place: TextPlace | undefined,
): Promise<void> {
  const found = await jobs.get(key.jobId);
  const held = found?.generation === key.generation ? found : undefined;
  if (held?.result[memberName<RegisteredStage["name"]>(stage)] === undefined) await work.undo?.();
  if (place === undefined || "text" in place || held?.textObject?.name === place.textObject.name) return;
  await documents.discard(key, place.textObject.name);
}

/** An attempt whose job was deleted or settled meanwhile has nothing more to do, regardless of its outcome. */
async function fail({ stage, key, jobs, logger, recordMetrics }: Attempt, error: unknown): Promise<void> {
  const log = { jobId: key.jobId, stage: stage.name };
  if (await jobs.isOver(key).catch(() => false)) {
    logger.info("Stage complete", { ...log, outcome: "settled" });
    return;
  }
  const known = error instanceof StageError ? error : new StageFailedError();
  logger.error("Stage failed", { ...log, error: known.name, cause: causeOf(error), at: placeOf(error) });
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
