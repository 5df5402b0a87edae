import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Clock } from "../services/environment.ts";
import type { StageResult } from "../stages/registry.ts";
import { type Condition, type GuardedUpdate, toExpressions } from "./guarded-update.ts";
import { asOf, isOpen, type Job, type JobKey, resultKeys, type Stage, stages, statusesBefore, timeLimits } from "./job.ts";
import { openJobsIndex } from "./storage-layout.ts";

/** What became of a write: made, or why there was nothing left to make. */
export type WriteOutcome = "written" | "done already" | "settled" | "gone";

/** A stage's turn at a job: the job as it stands, or why the stage has nothing to do. */
export type Turn = { readonly job: Job } | { readonly nothingToDo: Exclude<WriteOutcome, "written"> };

/** What a stage may save beside its result. */
export type StageFields = Partial<Pick<Job, "text" | "textObject" | "postedTerms">>;

type Attempt = { readonly written: Job } | { readonly lostTo: Job | undefined };

/** Every read and write of the jobs table. A refused write is an outcome, not an error. */
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
   * Puts a new record where there is none, or an expired one.
   *
   * @returns the record that holds the place: the given one, or the one that it met.
   */
  async create(job: Job): Promise<Job> {
    const attempt = await attemptOf(async () => {
      await this.#client.send(
        new PutCommand({
          TableName: this.#tableName,
          Item: job,
          ConditionExpression: "attribute_not_exists(#jobId) OR #expiresAt <= :now",
          ExpressionAttributeNames: { "#jobId": "jobId", "#expiresAt": "expiresAt" },
          ExpressionAttributeValues: { ":now": this.#now() },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return job;
    });
    return "written" in attempt ? job : (attempt.lostTo ?? job);
  }

  /** @returns the job as it holds now, or `undefined` where there is none or it has expired. */
  async get(jobId: string): Promise<Job | undefined> {
    const job = await this.#read(jobId);
    return job === undefined ? undefined : asOf(job, this.#now());
  }

  /** Opens a job for a stage. The first stage moves it on to `IN_PROGRESS`, and its write is its read. */
  async open(key: JobKey, stage: Stage): Promise<Turn> {
    const job = stage === stages[0] ? await this.#begin(key) : await this.#read(key.jobId);
    return job !== undefined && this.#isTurnOf(stage, job, key) ? { job } : { nothingToDo: this.#whyNot(stage, job, key) };
  }

  /** Saves a stage's result and names the next stage; the last one's makes the job `DONE` in the same write. */
  async saveResult<S extends Stage>(key: JobKey, stage: S, result: StageResult<S>, fields: StageFields = {}): Promise<WriteOutcome> {
    const member = `result.${resultKeys[stage]}`;
    const next = stages[stages.indexOf(stage) + 1];
    const attempt = await this.#update(key.jobId, {
      set: { ...fields, [member]: result, status: next === undefined ? "DONE" : "IN_PROGRESS", ...(next && { stage: next }) },
      remove: [...(next === undefined ? onlyOnOpenJobs : []), ...placesLeftBy(fields)],
      conditions: [...this.#openStill(key), ["status", "in", statusesBefore.DONE], [member, "absent"]],
    });
    return "written" in attempt ? "written" : this.#whyNot(stage, attempt.lostTo, key);
  }

  /** Whether a job has ended, is gone, or has been made anew since. */
  async isOver(key: JobKey): Promise<boolean> {
    const job = await this.get(key.jobId);
    return job === undefined || job.generation !== key.generation || !isOpen(job);
  }

  /**
   * Makes an end of a job, whatever its status, if it is the owner's: from then on it reads as none, no write of a stage
   * is made any more, and its id is free. The record stays until it is removed, so that what was begun can be repeated.
   *
   * @returns the record, or `undefined` where the owner has none.
   */
  async close(jobId: string, owner: string): Promise<Job | undefined> {
    const attempt = await this.#update(jobId, {
      set: { expiresAt: this.#now(), deadlineAt: 0 },
      remove: onlyOnOpenJobs,
      conditions: [["owner", "=", owner]],
    });
    return "written" in attempt ? attempt.written : undefined;
  }

  /** Removes the record of one making of a job, and no other's. */
  async remove({ jobId, generation }: JobKey): Promise<void> {
    await attemptOf(async () => {
      const { Attributes } = await this.#client.send(
        new DeleteCommand({
          TableName: this.#tableName,
          Key: { jobId },
          ConditionExpression: "#generation = :generation",
          ExpressionAttributeNames: { "#generation": "generation" },
          ExpressionAttributeValues: { ":generation": generation },
          ReturnValues: "ALL_OLD",
        }),
      );
      return Attributes as Job;
    });
  }

  /** @returns the ids of open jobs of a shard that the sweeper should look at now, longest due first. */
  async dueJobs(shard: number, limit: number): Promise<readonly string[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tableName,
        IndexName: openJobsIndex,
        KeyConditionExpression: "#openShard = :shard AND #dueAt <= :now",
        ExpressionAttributeNames: { "#openShard": "openShard", "#dueAt": "dueAt" },
        ExpressionAttributeValues: { ":shard": shard, ":now": this.#now() },
        Limit: limit,
      }),
    );
    return Items.map((item) => item["jobId"] as string);
  }

  /**
   * Does what is due for an open job: writes the error of one that is past its deadline, or counts a restart of one
   * that has not begun.
   *
   * @returns `start` with the job to start again, `expired`, or `nothing` where another was quicker.
   */
  async sweep(jobId: string): Promise<{ readonly start: Job } | "expired" | "nothing"> {
    const job = await this.#read(jobId);
    if (job === undefined || !isOpen(job)) return "nothing";
    if (job.deadlineAt <= this.#now()) return this.#expire(job);
    // The index lags behind the record: another sweeper may just have done what was due.
    if (job.dueAt === undefined || job.dueAt > this.#now()) return "nothing";
    return job.status === "PENDING" && job.restarts < timeLimits.mostRestarts ? this.#claimRestart(job) : this.#postpone(job);
  }

  /** What nothing but its deadline can come to is looked at again then. A job's start leaves this to the sweeper: most end before it comes. */
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

  async #claimRestart(job: Job): Promise<{ readonly start: Job } | "nothing"> {
    const attempt = await this.#update(job.jobId, {
      set: { restarts: job.restarts + 1, dueAt: this.#now() + timeLimits.restartAfterSeconds },
      conditions: [...this.#openStill(job), ["status", "=", "PENDING"], ["restarts", "=", job.restarts]],
    });
    return "written" in attempt ? { start: attempt.written } : "nothing";
  }

  async #begin(key: JobKey): Promise<Job | undefined> {
    const deadlineAt = this.#now() + timeLimits.executionDeadlineSeconds;
    const attempt = await this.#update(key.jobId, {
      set: { status: "IN_PROGRESS", stage: stages[0], deadlineAt },
      conditions: [...this.#openStill(key), ["status", "=", "PENDING"]],
    });
    return "written" in attempt ? attempt.written : attempt.lostTo;
  }

  async #read(jobId: string): Promise<Job | undefined> {
    const { Item } = await this.#client.send(new GetCommand({ TableName: this.#tableName, Key: { jobId }, ConsistentRead: true }));
    const job = Item as Job | undefined;
    return job !== undefined && job.expiresAt > this.#now() ? job : undefined;
  }

  async #update(jobId: string, { set, ...update }: GuardedUpdate): Promise<Attempt> {
    return attemptOf(async () => {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { jobId },
          ...toExpressions({ ...update, set: { updatedAt: this.#now(), ...set }, add: { version: 1 } }),
          ReturnValues: "ALL_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return Attributes as Job;
    });
  }

  #openStill(key: JobKey): readonly Condition[] {
    return [
      ["generation", "=", key.generation],
      ["deadlineAt", ">", this.#now() + timeLimits.lastWriteSeconds],
    ];
  }

  #isTurnOf(stage: Stage, job: Job, key: JobKey): boolean {
    return (
      job.generation === key.generation &&
      isOpen(asOf(job, this.#now() + timeLimits.lastWriteSeconds)) &&
      job.result[resultKeys[stage]] === undefined
    );
  }

  #whyNot(stage: Stage, job: Job | undefined, key: JobKey): Exclude<WriteOutcome, "written"> {
    if (job === undefined || job.generation !== key.generation) return "gone";
    return job.result[resultKeys[stage]] === undefined ? "settled" : "done already";
  }
}

const onlyOnOpenJobs = ["stage", "openShard", "dueAt"] as const;

/** A text has one place: the one where it was before, or the document that it was read from, is named no longer. */
function placesLeftBy(fields: StageFields): readonly string[] {
  if (fields.text === undefined && fields.textObject === undefined) return [];
  return [fields.text === undefined ? "text" : "textObject", "document"];
}

async function attemptOf(write: () => Promise<Job>): Promise<Attempt> {
  try {
    return { written: await write() };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { lostTo: error.Item && (unmarshall(error.Item) as Job) };
  }
}
