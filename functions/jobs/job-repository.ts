import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type StageName, type StageResult, stageNames } from "../stages/registry.ts";
import { memberName, type StageStep } from "../stages/stage.ts";
import { type Condition, type GuardedUpdate, toExpressions, toGuard } from "./guarded-update.ts";
import { asOf, deletionBegun, isOpen, isVoid, type Job, type JobKey, statusesBefore, timeLimits } from "./job.ts";
import { jobIdOfUpload } from "./job-ids.ts";
import { openJobsIndex, uploadDays } from "./storage-layout.ts";
import type { Clock } from "./telemetry.ts";

/** The outcome of a write: written, or why there was nothing left to write. */
export type WriteOutcome = "written" | "done already" | "settled" | "gone";

/** The outcome of opening a job for a stage: the job as it is, or why the stage has nothing to do. */
export type Turn = { readonly job: Job } | { readonly nothingToDo: Exclude<WriteOutcome, "written"> };

/** Fields that a stage may save beside its result. */
export type StageFields = Partial<Pick<Job, "text" | "textObject" | "postedTerms">>;

/** An upload with the job that it becomes. */
type UploadedJob = JobKey & Required<Pick<Job, "owner" | "uploadId">>;

/** An item in the place of a job that names the job that an upload has become. */
interface UploadClaim extends JobKey, Pick<Job, "expiresAt"> {
  readonly claimedBy: string;
}

type Attempt<Written = Job> = { readonly written: Written } | { readonly lostTo: Job | undefined };

/** Every write of the jobs table, and every read of a single job. A refused write is an outcome, not an error. */
export class JobRepository {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;
  readonly #now: Clock;

  constructor(client: DynamoDBDocumentClient, tableName: string, now: Clock) {
    this.#client = client;
    this.#tableName = tableName;
    this.#now = now;
  }

  /**
   * Puts a new record where there is none, or a void one.
   *
   * @returns the record under the id: the given one, or the one that was there.
   */
  async create(job: Job): Promise<Job> {
    const attempt = await this.#put(job);
    return "written" in attempt || attempt.lostTo === undefined ? job : asOf(attempt.lostTo, this.#now());
  }

  /**
   * Reserves an upload for the job of an `Idempotency-Key`, in the place of the job that it would become without one: so an
   * upload becomes one job. The claim outlives the upload, and nothing reads it as a job.
   *
   * @returns `false` where the upload is another job's.
   */
  async claimUpload({ jobId, generation, owner, uploadId }: UploadedJob): Promise<boolean> {
    const claimId = jobIdOfUpload(owner, uploadId);
    if (claimId === jobId) return true; // the record of the job is the claim
    const expiresAt = this.#now() + 2 * uploadDays * 24 * 60 * 60;
    const claim = { jobId: claimId, generation, claimedBy: jobId, expiresAt };
    return "written" in (await this.#put(claim));
  }

  /** @returns the current job, or `undefined` where there is none or it is void. */
  async get(jobId: string): Promise<Job | undefined> {
    const job = await this.#read(jobId);
    return job === undefined ? undefined : asOf(job, this.#now());
  }

  /**
   * Opens a job for a stage. The first stage moves it on to `IN_PROGRESS`, and its write is its read.
   *
   * @param step of a stage in parts; the job has been opened before all but the first.
   */
  async open(key: JobKey, stage: StageName, step: StageStep = "plan"): Promise<Turn> {
    const job = stage === stageNames[0] && step === "plan" ? await this.#begin(key) : await this.#read(key.jobId);
    return job !== undefined && this.#isTurnOf(stage, job, key) ? { job } : { nothingToDo: this.#whyNot(stage, job, key) };
  }

  /** Saves a stage's result and names the next stage; the last one's makes the job `DONE` in the same write. */
  async saveResult<S extends StageName>(key: JobKey, stage: S, result: StageResult<S>, fields: StageFields = {}): Promise<WriteOutcome> {
    const member = `result.${memberName({ name: stage })}`;
    const next = stageNames[stageNames.indexOf(stage) + 1];
    const attempt = await this.#update(key.jobId, {
      set: { ...fields, [member]: result, status: next === undefined ? "DONE" : "IN_PROGRESS", ...(next && { stage: next }) },
      remove: [...(next === undefined ? onlyOnOpenJobs : []), ...placesLeftBy(fields)],
      conditions: [...this.#openStill(key), ["status", "in", statusesBefore.DONE], [member, "absent"]],
    });
    return "written" in attempt ? "written" : this.#whyNot(stage, attempt.lostTo, key);
  }

  /** @returns `true` for a job that has ended, is gone, or has been created again since. */
  async isOver(key: JobKey): Promise<boolean> {
    const job = await this.get(key.jobId);
    return job === undefined || job.generation !== key.generation || !isOpen(job);
  }

  /**
   * Closes an owner's job, whatever its status: from then on it is void, and refuses the writes of stages. The record stays until
   * it is removed, and does not expire before its time, so that an interrupted deletion can be repeated. A call that arrives late closes
   * no job that has been created under the id since.
   *
   * @returns the record, or `undefined` where the owner has none.
   */
  async close(jobId: string, owner: string): Promise<Job | undefined> {
    const job = await this.#find(jobId);
    if (job?.owner !== owner) return undefined;
    const attempt = await this.#update(jobId, {
      set: { deadlineAt: deletionBegun },
      remove: onlyOnOpenJobs,
      conditions: [["generation", "=", job.generation]],
    });
    return "written" in attempt ? attempt.written : undefined;
  }

  /** Removes the record of a job's generation, and its claim of an upload. */
  async remove({ jobId, generation, owner, uploadId }: JobKey & Partial<UploadedJob>): Promise<void> {
    const ids = new Set([jobId, ...(owner === undefined || uploadId === undefined ? [] : [jobIdOfUpload(owner, uploadId)])]);
    await Promise.all([...ids].map((id) => this.#delete(id, generation)));
  }

  /** The ids of open jobs of a shard that the sweeper should look at now, longest due first. */
  async *dueJobs(shard: number): AsyncGenerator<string> {
    const query = {
      TableName: this.#tableName,
      IndexName: openJobsIndex,
      KeyConditionExpression: "#openShard = :shard AND #dueAt <= :now",
      ExpressionAttributeNames: { "#openShard": "openShard", "#dueAt": "dueAt" },
      ExpressionAttributeValues: { ":shard": shard, ":now": this.#now() },
    };
    for await (const { Items = [] } of paginateQuery({ client: this.#client }, query)) {
      for (const { jobId } of Items) yield String(jobId);
    }
  }

  /**
   * Does what is due for an open job: counts a restart of one that has not begun, or writes the error of one that is past
   * its deadline. The index lags behind the record, so that another sweeper may have done it already.
   *
   * @returns `start` with the job to start again, `expired`, or `nothing`.
   */
  async sweep(jobId: string): Promise<{ readonly start: Job } | "expired" | "nothing"> {
    const now = this.#now();
    const claim = await this.#update(jobId, {
      set: { dueAt: now + timeLimits.restartAfterSeconds },
      add: { restarts: 1 },
      conditions: [
        ["status", "=", "PENDING"],
        ["dueAt", "<=", now],
        ["restarts", "<", timeLimits.maxRestarts],
        ["deadlineAt", ">", now + timeLimits.lastWriteSeconds],
      ],
    });
    if ("written" in claim) return { start: claim.written };
    const job = claim.lostTo;
    if (job?.dueAt === undefined || isVoid(job, now) || !isOpen(job)) return "nothing";
    if (job.deadlineAt <= now) return this.#expire(job);
    return job.dueAt <= now ? this.#postpone(job) : "nothing";
  }

  /** Undoes the restart of a job whose start was refused: it does not count, and the job is due. */
  async returnRestart({ jobId, generation, restarts, dueAt }: Job): Promise<void> {
    await this.#update(jobId, {
      set: { dueAt: this.#now() },
      add: { restarts: -1 },
      conditions: [
        ["generation", "=", generation],
        ["status", "=", "PENDING"],
        ["restarts", "=", restarts],
        ["dueAt", "=", dueAt],
      ],
    });
  }

  /** A job that only its deadline can end is due again at the deadline. Its start does not write this: most jobs end before. */
  async #postpone(job: Job): Promise<"nothing"> {
    await this.#update(job.jobId, {
      set: { dueAt: job.deadlineAt },
      conditions: [...this.#openStill(job), ["dueAt", "=", job.dueAt]],
    });
    return "nothing";
  }

  async #expire(job: Job): Promise<"expired" | "nothing"> {
    const { status, errorCode, errorMessage, failedStage, updatedAt } = asOf(job, this.#now());
    const attempt = await this.#update(job.jobId, {
      set: { status, errorCode, errorMessage, failedStage, updatedAt },
      remove: onlyOnOpenJobs,
      conditions: [
        ["generation", "=", job.generation],
        ["status", "in", statusesBefore.ERROR],
        ["deadlineAt", "=", job.deadlineAt],
      ],
    });
    return "written" in attempt ? "expired" : "nothing";
  }

  async #begin(key: JobKey): Promise<Job | undefined> {
    const deadlineAt = this.#now() + timeLimits.executionDeadlineSeconds;
    const attempt = await this.#update(key.jobId, {
      set: { status: "IN_PROGRESS", stage: stageNames[0], deadlineAt },
      conditions: [...this.#openStill(key), ["status", "=", "PENDING"]],
    });
    return "written" in attempt ? attempt.written : attempt.lostTo;
  }

  async #read(jobId: string): Promise<Job | undefined> {
    const job = await this.#find(jobId);
    return job === undefined || isVoid(job, this.#now()) ? undefined : job;
  }

  /** The record, also of a void job. */
  async #find(jobId: string): Promise<Job | undefined> {
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.#tableName, Key: { jobId }, ConsistentRead: true }));
    return Item === undefined || "claimedBy" in Item ? undefined : (Item as Job);
  }

  /** Puts an item where there is none, a void one, or an earlier claim of the same job. */
  async #put(item: Job | UploadClaim): Promise<Attempt> {
    const guard = toGuard([
      [["jobId", "absent"]],
      [["expiresAt", "<=", this.#now()]],
      // A put that arrives late, once its repeat has been answered, must not bring back the job that has been deleted since.
      [
        ["deadlineAt", "=", deletionBegun],
        ["generation", "<>", item.generation],
      ],
      [["claimedBy", "=", claimantOf(item)]],
    ]);
    return attemptOf(async () => {
      await this.#client.send(new PutCommand({ TableName: this.#tableName, Item: item, ...guard, ...returnLostTo }));
      return item as Job;
    });
  }

  async #delete(jobId: string, generation: string): Promise<void> {
    const guard = toGuard([[["generation", "=", generation]]]);
    await attemptOf(async () => {
      await this.#client.send(new DeleteCommand({ TableName: this.#tableName, Key: { jobId }, ...guard }));
    });
  }

  async #update(jobId: string, { set, add, ...update }: GuardedUpdate): Promise<Attempt> {
    const expressions = toExpressions({ ...update, set: { updatedAt: this.#now(), ...set }, add: { ...add, version: 1 } });
    return attemptOf(async () => {
      const command = new UpdateCommand({
        TableName: this.#tableName,
        Key: { jobId },
        ...expressions,
        ReturnValues: "ALL_NEW",
        ...returnLostTo,
      });
      return (await this.#client.send(command)).Attributes as Job;
    });
  }

  #openStill(key: JobKey): readonly Condition[] {
    return [
      ["generation", "=", key.generation],
      ["deadlineAt", ">", this.#now() + timeLimits.lastWriteSeconds],
    ];
  }

  #isTurnOf(stage: StageName, job: Job, key: JobKey): boolean {
    return (
      job.generation === key.generation &&
      isOpen(asOf(job, this.#now() + timeLimits.lastWriteSeconds)) &&
      job.result[memberName({ name: stage })] === undefined
    );
  }

  #whyNot(stage: StageName, job: Job | undefined, key: JobKey): Exclude<WriteOutcome, "written"> {
    if (job === undefined || job.generation !== key.generation) return "gone";
    return job.result[memberName({ name: stage })] === undefined ? "settled" : "done already";
  }
}

const onlyOnOpenJobs = ["stage", "openShard", "dueAt"] as const;

/** A text has one place: the record no longer names the place before, or the document that it was read from. */
function placesLeftBy(fields: StageFields): readonly string[] {
  if (fields.text === undefined && fields.textObject === undefined) return [];
  return [fields.text === undefined ? "text" : "textObject", "document"];
}

/** DynamoDB returns the existing record with the refusal of a write. */
const returnLostTo = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

const claimantOf = (item: Job | UploadClaim): string => ("claimedBy" in item ? item.claimedBy : item.jobId);

async function attemptOf<Written>(write: () => Promise<Written>): Promise<Attempt<Written>> {
  try {
    return { written: await write() };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { lostTo: error.Item && (unmarshall(error.Item) as Job) };
  }
}
