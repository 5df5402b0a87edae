import type { Context } from "aws-lambda";
import { causeOf, StageError, StageFailedError, StageOutputInvalidError } from "../stages/errors.ts";
import { type RegisteredStage, type StageResult, stages } from "../stages/registry.ts";
import { memberName, type Stage, type StageStep, secondsOf } from "../stages/stage.ts";
import type {
  DocumentRequest,
  EndedPart,
  Part,
  Plan,
  StageFunction,
  StageInParts,
  StageRequest,
  StageWork,
  TextRequest,
} from "../stages/stage-function.ts";
import type { DocumentStore, TextPlace } from "./document-store.ts";
import type { Job, JobKey } from "./job.ts";
import type { JobRepository, WriteOutcome } from "./job-repository.ts";
import { StagePieces } from "./stage-parts.ts";
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

/** The event of a stage's function: the job, and for the later steps of a stage in parts what they are about. */
export interface StageEvent extends JobKey {
  readonly whole?: true;
  readonly part?: Part;
  /** Of a part: the attempts before this one. */
  readonly attempt?: number;
  readonly parts?: readonly EndedPart[];
}

/** The answer: the job, and the parts that are left of its work. */
interface StageAnswer extends JobKey {
  readonly parts?: readonly Part[];
}

/** The part of Lambda's context that stages use. */
export type StageContext = Pick<Context, "getRemainingTimeInMillis">;

/** One delivery of a job to a stage. */
interface Attempt<S extends RegisteredStage = RegisteredStage> extends StageServices {
  readonly stage: S;
  readonly key: JobKey;
  readonly step: StageStep;
  /** The parts that the step is about. */
  readonly parts: readonly EndedPart[];
  /** The attempts at it before this one. */
  readonly attempt: number;
  /** Milliseconds until this delivery has to end. */
  readonly remainingMillis: () => number;
}

/** The outcome of a delivery, and the parts that are to be done next. */
interface Delivery {
  readonly outcome: WriteOutcome | "divided" | "part saved";
  readonly parts?: readonly Part[];
}

/**
 * Wraps a stage as a Lambda handler: open the job, read its document, run the stage, save what it found. A stage in parts does so
 * in steps, each a delivery of its own.
 *
 * A delivery that finds nothing to do succeeds, so that the execution continues: the next stage finds its own work or
 * nothing, and the second of two equal executions continues where the first one ended.
 *
 * @throws {@link StageError} with a name that the state machine's definition knows; any other error becomes `StageFailed`.
 */
export function createStageHandler<S extends RegisteredStage>(stage: S, run: StageFunction<S> | StageInParts<S>, services: StageServices) {
  return async (event: StageEvent, context: StageContext): Promise<StageAnswer> => {
    const { jobId, generation } = event;
    const attempt = { ...services, ...stepOf(event, stage, context), stage, key: { jobId, generation } };
    const log = { jobId, stage: stage.name };
    services.logger.info("Stage start", log);
    try {
      const { outcome, parts } = await takeTurn(attempt, run);
      services.logger.info("Stage complete", { ...log, outcome });
      return { ...attempt.key, ...(parts && { parts }) };
    } catch (error) {
      await fail(attempt, error);
      return attempt.key;
    }
  };
}

function stepOf({ whole, part, attempt = 0, parts }: StageEvent, stage: Stage, context: StageContext) {
  const step: StageStep = whole ? "whole" : part ? "part" : parts ? "join" : "plan";
  const spareMillis = 1_000 * (stage.timeoutSeconds - secondsOf(stage, step));
  return { step, attempt, parts: parts ?? (part ? [part] : []), remainingMillis: () => context.getRemainingTimeInMillis() - spareMillis };
}

async function takeTurn<S extends RegisteredStage>(attempt: Attempt<S>, run: StageFunction<S> | StageInParts<S>): Promise<Delivery> {
  const { stage, key, step, parts, jobs, documents, pace } = attempt;
  const pieces = new StagePieces(stage, key, documents);
  const turn = await jobs.open(key, stage.name, step);
  if ("nothingToDo" in turn) {
    await removePieces(attempt, pieces);
    return { outcome: turn.nothingToDo };
  }
  if (step === "plan") await pace();
  if (typeof run === "function") return runOn(attempt, turn.job, run);
  if (step === "whole") return runOn(attempt, turn.job, run.whole);
  if (step === "plan") return plan(attempt, turn.job, run, pieces);
  if (step === "part") await pieces.work(parts, attempt.attempt, run.open((await readRequest(attempt, turn.job)) as StageRequest<S>));
  const outcome =
    step === "part" ? "part saved" : await save(attempt, turn.job, undefined, (await pieces.join(parts, run)) as StageWork<S>);
  // After a part, too: an execution beside this one may have joined all of them meanwhile, or the job may have been deleted.
  if (step === "join" || "nothingToDo" in (await jobs.open(key, stage.name, step))) await removePieces(attempt, pieces);
  return { outcome };
}

async function runOn<S extends RegisteredStage>(attempt: Attempt<S>, job: Job, run: StageFunction<S>): Promise<Delivery> {
  const request = await readRequest(attempt, job);
  return { outcome: await save(attempt, job, textIn(request), await run(request as StageRequest<S>)) };
}

async function plan<S extends RegisteredStage>(
  attempt: Attempt<S>,
  job: Job,
  run: StageInParts<S>,
  pieces: StagePieces,
): Promise<Delivery> {
  const request = await readRequest(attempt, job);
  const planned = await run.plan(request as StageRequest<S>);
  if ("pieces" in planned) return divide(attempt, planned, pieces);
  return { outcome: await save(attempt, job, textIn(request), planned) };
}

async function divide(attempt: Attempt, planned: Plan<unknown>, pieces: StagePieces): Promise<Delivery> {
  const { stage, key, jobs } = attempt;
  const parts = await pieces.divide(planned);
  // The job may have been deleted meanwhile, and its execution may not come to the parts.
  const isInVain = parts.length > 1 && "nothingToDo" in (await jobs.open(key, stage.name, "part"));
  if (isInVain) await removePieces({ ...attempt, parts }, pieces);
  return { outcome: "divided", parts };
}

/** What cannot be removed now goes with the job. */
async function removePieces({ key, stage, parts, logger }: Attempt, pieces: StagePieces): Promise<void> {
  if (parts.length === 0) return;
  try {
    await pieces.remove(parts);
  } catch (error) {
    logger.warn("Parts not removed", { jobId: key.jobId, stage: stage.name, cause: causeOf(error) });
  }
}

const countDone = ({ recordMetrics, now }: Attempt, { createdAt }: Job): void =>
  recordMetrics({ JobsDone: 1, JobDuration: now() - createdAt });

async function readRequest({ stage, documents, remainingMillis }: Attempt, job: Job): Promise<DocumentRequest | TextRequest> {
  if (stage.input === "text") return { text: await documents.read(job), job };
  return { document: await documents.readDocument(job), job, remainingMillis };
}

/** The text before a stage ran; none of a document that is still to be read. */
function textIn(request: DocumentRequest | TextRequest): string | undefined {
  const given = "text" in request ? request.text : request.document;
  return typeof given === "string" ? given : undefined;
}

async function save<S extends RegisteredStage>(
  attempt: Attempt<S>,
  job: Job,
  textBefore: string | undefined,
  work: StageWork<S>,
): Promise<WriteOutcome> {
  const { stage, key, jobs, documents, attemptName } = attempt;
  const isWhole = stage.result.safeParse(work?.result).success && (textBefore ?? work.text) !== undefined;
  if (!isWhole) throw new StageOutputInvalidError();
  const isNewText = work.text !== undefined && work.text !== textBefore;
  const place = isNewText ? await documents.put(key, `${stage.name}-${attemptName()}`, work.text) : undefined;
  try {
    const outcome = await jobs.saveResult(key, stage.name, work.result as StageResult, { ...work.fields, ...place });
    if (outcome !== "written") await takeBack(attempt, work, place);
    else if (stage.name === stages.at(-1)?.name) countDone(attempt, job);
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
