import { type ExpectedDocument, type JobRecord, outcomeOf } from "./documents.ts";

/** The promises that a kill may break. */
export type Promised = "lost" | "twice" | "wrong" | "went back" | "left behind" | "refused";

export interface Submission {
  readonly key: string;
  readonly document: ExpectedDocument;
  /** Where the document has been uploaded before. */
  readonly uploadId?: string | undefined;
}

/** A job that was answered with 202, as its client has last seen it. */
export interface SeenJob extends Submission {
  readonly jobId: string;
  status: string;
  etag?: string;
  /** Once it has ended. */
  end?: string;
}

export interface BrokenPromise {
  readonly promise: Promised;
  readonly sentence: string;
}

const order = ["PENDING", "IN_PROGRESS", "DONE", "ERROR"];

export const isFinal = (status: string): boolean => status === "DONE" || status === "ERROR";

/** A job that is killed again and again ends so, on a machine where that takes longer than its deadline. */
const pastDeadline = "ERROR JobTimedOut";

/** All that the clients have been told, and where two answers contradict each other. Of each job, only one client asks. */
export class SeenJobs {
  readonly #jobs = new Map<string, SeenJob>();
  readonly #jobIdsByKey = new Map<string, string>();
  readonly failures: BrokenPromise[] = [];
  /** Jobs that were ever answered with 202. */
  acceptedCount = 0;
  /** All that the clients were told. */
  answers = 0;

  /** Those that have not been deleted. */
  get all(): readonly SeenJob[] {
    return [...this.#jobs.values()];
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  fail(promise: Promised, sentence: string): void {
    this.failures.push({ promise, sentence });
  }

  /** A submission was answered with 202, for the first time or again. */
  accepted(submission: Submission, { jobId, status }: Pick<JobRecord, "jobId" | "status">): SeenJob {
    const before = this.#jobIdsByKey.get(submission.key) ?? jobId;
    if (before !== jobId) this.fail("twice", `The key "${submission.key}" has become the jobs ${before} and ${jobId}.`);
    this.#jobIdsByKey.set(submission.key, jobId);
    const known = this.#jobs.get(jobId);
    if (known === undefined) this.acceptedCount += 1;
    const job: SeenJob = known ?? { ...submission, jobId, status };
    this.#jobs.set(jobId, job);
    this.#advance(job, status);
    return job;
  }

  /** A record was read that is not as it was read last. */
  read(job: SeenJob, record: JobRecord, etag: string): void {
    this.#advance(job, record.status);
    job.etag = etag;
    if (!isFinal(record.status)) return;
    const end = outcomeOf(record);
    const [wanted, before] = [job.document.outcome, job.end ?? end];
    if (end !== wanted && end !== pastDeadline) this.fail("wrong", `Job ${job.jobId} ended with "${end}", not with "${wanted}".`);
    if (end !== before) this.fail("went back", `Job ${job.jobId} had ended with "${before}", and now with "${end}".`);
    job.end = end;
  }

  deleted({ jobId }: SeenJob): void {
    this.#jobs.delete(jobId);
  }

  #advance(job: SeenJob, status: string): void {
    this.answers += 1;
    const isBack = order.indexOf(status) < order.indexOf(job.status) || (isFinal(job.status) && status !== job.status);
    if (isBack) this.fail("went back", `Job ${job.jobId} was ${job.status}, and is now ${status}.`);
    job.status = status;
  }
}
