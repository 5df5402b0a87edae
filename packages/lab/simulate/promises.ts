import { deletionBegun, isOpen, type Job, type JobStatus, timeLimits } from "../../../functions/jobs/job.ts";
import { objectKey } from "../../../functions/jobs/storage-layout.ts";
import { itemBytes } from "../../local/dynamodb/capacity.ts";
import type { Item } from "../../local/dynamodb/dynalite.ts";
import type { ExecutionEvent } from "../../local/step-functions/events.ts";
import type { ApiAnswer } from "./api.ts";
import type { Invocation } from "./aws-calls.ts";
import type { Failure } from "./report.ts";
import { wiredItem } from "./tables.ts";
import type { Timeline } from "./timeline.ts";

/** A document that a client has sent. */
export interface SentDocument {
  readonly owner: string;
  /** In every text, and in nothing else. */
  readonly canary: string;
  /** Its pages, or its whole text. */
  readonly pages: readonly string[];
}

/** Begins every canary. */
export const canaryMark = "qzcanary";

/** A job, from the 202 of its first generation on. */
interface KnownJob {
  readonly document: SentDocument;
  readonly acceptedAt: number;
  /** When a client sent the latest deletion, and when the answer came; nothing once it has been created again. */
  deletionSentAt?: number | undefined;
  deletedAt?: number | undefined;
  /** From when on it may be there again. */
  isSubmittedAgain?: boolean;
}

/** Statuses that were read of a generation, each with the time of the first answer that had it. */
type Seen = Map<JobStatus, { readonly at: number; readonly job: Job }>;

const ranks: Readonly<Record<JobStatus, number>> = { PENDING: 0, IN_PROGRESS: 1, DONE: 2, ERROR: 2 };
const maxRecordBytes = 2_048;
/** By which the clocks of two functions differ at most. */
const skewSeconds = 4;
/** Between three: of who creates a job, who opens it, and who reads it. They count in whole seconds. */
const skewOfThreeSeconds = 7;

/** What the store holds in the end. */
export interface Kept {
  readonly records: readonly Job[];
  readonly objects: readonly string[];
  readonly postings: readonly { readonly ownerTerm: string; readonly place: string }[];
}

/** What must hold, whatever happens. */
export class Promises {
  readonly failures: Failure[] = [];
  readonly counts = { accepted: 0, done: 0, error: 0, deleted: 0 };
  readonly jobs = new Map<string, KnownJob>();
  readonly #timeline: Timeline;
  readonly #seen = new Map<string, Seen>();
  /** What was read, by job and entity tag. */
  readonly #bodies = new Map<string, string>();
  /** What wrote an object or a posting last, and when. */
  readonly #writers = new Map<string, { readonly by: Invocation; readonly at: number }>();
  /** What put a record, by its generation. */
  readonly #creators = new Map<string, Invocation>();
  /** Generations whose deletion has begun, by job, each with the time, and those whose deletion was answered with 204. */
  readonly #closed = new Map<string, Map<string, number>>();
  readonly #deleted = new Set<string>();
  /** Generations brought back by a write that its sender had given up, and that was carried out after the deletion. */
  readonly #back = new Set<string>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  fail(promise: string, sentence: string, jobId?: string): void {
    if (this.failures.some((failure) => failure.promise === promise && failure.jobId === jobId)) return;
    this.failures.push({ promise, sentence, ...(jobId !== undefined && { jobId }), at: this.#timeline.elapsed });
    this.#timeline.note(`FAILURE ${promise} ${jobId ?? ""}: ${sentence}`);
  }

  /** A text that is not for others than the owner of a document: a log line, an event, an input, an error. */
  sawText(where: string, text: string): void {
    if (text.includes(canaryMark)) this.fail("leaked", `${where} has text of a document: ${text.slice(0, 300)}`);
  }

  /** A line of a function's log: a failure that is none of AWS's is a defect of the function's own. */
  sawLog(name: string, line: string): void {
    this.sawText(`A log line of ${name}`, line);
    if (/"cause":"(Type|Range|Reference|Syntax)Error"/.test(line)) this.fail("defect", `${name} logged ${line}.`);
  }

  /** However a stage fails, the definition's expressions have values, and its execution ends with an error of the definition's own. */
  sawEvent({ type, details: { error, cause } }: ExecutionEvent): void {
    if (type === "EvaluationFailed") this.fail("execution-broken", `An expression has no value: ${cause}`);
    if (type === "ExecutionFailed" && error !== "JobFailed") this.fail("execution-broken", `An execution failed with ${error}.`);
  }

  /** A 202. */
  accepted(jobId: string, document: SentDocument): void {
    const known = this.jobs.get(jobId);
    if (known !== undefined && !known.isSubmittedAgain && known.document.canary !== document.canary)
      this.fail("key-two-documents", "A second document was accepted for a job of another one.", jobId);
    if (known === undefined || known.isSubmittedAgain) {
      this.counts.accepted++;
      this.jobs.set(jobId, { document, acceptedAt: this.#timeline.now() });
    }
  }

  deletionSent(jobId: string): void {
    const known = this.jobs.get(jobId);
    if (known !== undefined) known.deletionSentAt ??= this.#timeline.now();
  }

  submittedAgain(jobId: string): void {
    const known = this.jobs.get(jobId);
    if (known === undefined) return;
    known.deletedAt = undefined;
    known.isSubmittedAgain = true;
  }

  /** A 204. */
  deleted(jobId: string): void {
    const known = this.jobs.get(jobId);
    if (known === undefined || known.deletedAt !== undefined) return;
    this.counts.deleted++;
    known.deletedAt = this.#timeline.now();
    for (const generation of this.#closed.get(jobId)?.keys() ?? []) this.#deleted.add(generation);
  }

  /** True where a deleted job was brought back. */
  isBack(jobId: string): boolean {
    return [...(this.#closed.get(jobId)?.keys() ?? [])].some((generation) => this.#back.has(generation));
  }

  /** An answer to a caller. */
  answered({ request, status, text, headers, sentAt, receivedAt }: ApiAnswer): void {
    if (status >= 400) this.sawText(`The answer ${status} to ${request.route}`, text);
    if (request.route === "GET /jobs" || request.route === "GET /search") this.#listed(request.owner, status, text);
    if (request.route !== "GET /jobs/{jobId}" || request.jobId === undefined) return;
    const known = this.jobs.get(request.jobId);
    if (known === undefined) return;
    if (request.owner !== known.document.owner) {
      if (status !== 404 && status < 500) this.fail("told-to-others", `Another owner was answered ${status}.`, request.jobId);
      return;
    }
    if (status === 404) this.#missing(request.jobId, known, sentAt);
    else if (status === 200 || status === 304) this.#read(request.jobId, known, { text, etag: headers["etag"] ?? "", sentAt, receivedAt });
  }

  #listed(owner: string, status: number, text: string): void {
    if (status >= 400 && status < 500) this.fail("refused", `A list was answered ${status}: ${text}`);
    if (status !== 200) return;
    const { jobs = [], documents = [] } = JSON.parse(text) as Record<string, readonly { readonly jobId: string }[]>;
    for (const { jobId } of [...jobs, ...documents]) {
      const other = this.jobs.get(jobId)?.document.owner;
      if (other !== undefined && other !== owner) this.fail("told-to-others", "A job was listed for another owner.", jobId);
    }
  }

  #missing(jobId: string, { deletionSentAt, acceptedAt }: KnownJob, sentAt: number): void {
    if (deletionSentAt === undefined && sentAt > acceptedAt)
      this.fail("lost", "A job that was answered with 202 was answered with 404.", jobId);
  }

  #read(
    jobId: string,
    known: KnownJob,
    answer: { readonly text: string; readonly etag: string; readonly sentAt: number; readonly receivedAt: number },
  ): void {
    const { text, etag, sentAt, receivedAt } = answer;
    const closed = [...(this.#closed.get(jobId) ?? [])].find(([generation]) => generation.startsWith(etag.slice(1, 9)));
    if (
      Math.min(known.deletedAt ?? Number.POSITIVE_INFINITY, closed?.[1] ?? Number.POSITIVE_INFINITY) < sentAt &&
      !this.#back.has(closed?.[0] ?? "")
    )
      this.fail("read-after-deletion", "A job was read after its deletion.", jobId);
    const tagged = `${jobId} ${etag}`;
    const body = this.#bodies.get(tagged) ?? text;
    if (text !== "" && body !== text) this.fail("same-tag-other-body", `Two answers have the tag ${etag}: ${body} and ${text}`, jobId);
    this.#bodies.set(tagged, body);
    if (body === "") return;
    const job = JSON.parse(body) as Job;
    this.#checkOrder(`${jobId} ${etag.slice(0, 9)}`, job, sentAt, receivedAt);
    if (job.errorCode === "JobTimedOut" && receivedAt < 1_000 * (job.createdAt + timeLimits.executionDeadlineSeconds - skewOfThreeSeconds))
      this.fail("timed-out-early", "A job timed out before any deadline.", jobId);
    const isOfThisDocument = !known.isSubmittedAgain && sentAt > known.acceptedAt;
    if (isOfThisDocument) this.#checkContent(job, known.document);
  }

  /** A read that began when another one had ended must not see an earlier status, or another final one. */
  #checkOrder(generation: string, job: Job, sentAt: number, receivedAt: number): void {
    const { jobId, status } = job;
    const seen: Seen = this.#seen.get(generation) ?? new Map();
    this.#seen.set(generation, seen);
    for (const [earlier, { at, job: before }] of seen) {
      const isBack = ranks[earlier] > ranks[status] || (ranks[earlier] === 2 && earlier !== status);
      if (at <= sentAt && isBack && !(isOpen(job) && isAtDeadline(before, sentAt)))
        this.fail("status-went-back", `A reader saw ${earlier}, and the next one ${status}.`, jobId);
    }
    if (!seen.has(status)) seen.set(status, { at: receivedAt, job });
  }

  #checkContent(job: Job, { canary, pages }: SentDocument): void {
    const { ocr, mlInference, search } = job.result;
    const whole = pages.join("\n\n");
    if (job.text !== undefined && ocr?.pagesSkipped === undefined && job.text !== whole)
      this.fail("another-text", `The text is not that of the document of ${canary}.`, job.jobId);
    const characters = pages.length === 1 || ocr?.pagesSkipped === undefined ? whole.length : undefined;
    if (ocr !== undefined && characters !== undefined && ocr.charCount !== characters)
      this.fail("another-result", `OCR counted ${ocr.charCount} characters in place of ${characters}.`, job.jobId);
    const isWhole = ocr !== undefined && mlInference !== undefined && search !== undefined;
    if (job.status === "DONE" && !isWhole) this.fail("done-without-result", "A job is DONE without the results of all stages.", job.jobId);
    if (job.status === "DONE" && ocr?.pagesSkipped === undefined && search?.topKeywords.includes(canary) === false)
      this.fail("another-result", `The keywords ${search?.topKeywords} are not those of the document of ${canary}.`, job.jobId);
    if (job.status === "ERROR" && (job.errorCode === undefined || job.errorMessage === undefined || job.failedStage === undefined))
      this.fail("error-without-reason", "A job in ERROR does not say why.", job.jobId);
  }

  /** A record as it was, and as a write has left it. */
  changed(before: Job | undefined, after: Job | undefined, by?: Invocation): void {
    if (after === undefined || "claimedBy" in after) return;
    const { jobId } = after;
    if (before === undefined && by !== undefined) this.#creators.set(after.generation, by);
    if (before === undefined && this.#closed.get(jobId)?.has(after.generation) && by?.isDisturbed === true)
      this.#back.add(after.generation);
    this.#checkSize(after);
    if (isClosed(after)) this.#close(after);
    if (before === undefined || "claimedBy" in before) return;
    if (before.generation !== after.generation) {
      const now = this.#timeline.now() / 1_000;
      if (before.expiresAt > now + skewSeconds && !isClosed(before))
        this.fail("key-two-jobs", "A job was put in the place of one that had not expired.", jobId);
      return;
    }
    const [, execution] = /^x-(.{8})/.exec(this.#timeline.actor) ?? []; // named for the generation that it works on
    if (execution !== undefined && !after.generation.startsWith(execution))
      this.fail("another-generation", "An execution wrote the record of another generation.", jobId);
    if (after.version !== before.version + 1) this.fail("version-skipped", `Version ${before.version} became ${after.version}.`, jobId);
    if (ranks[after.status] < ranks[before.status]) this.fail("status-went-back", `${before.status} became ${after.status}.`, jobId);
    if (!isOpen(before) && before.status !== after.status) this.fail("final-state-left", `${before.status} became ${after.status}.`, jobId);
    for (const [stage, result] of Object.entries(before.result))
      if (JSON.stringify(result) !== JSON.stringify(after.result[stage as keyof Job["result"]]))
        this.fail("result-twice", `The result of ${stage} was saved twice.`, jobId);
    if (!isOpen(before) && !isClosed(after)) this.fail("final-state-left", `A record that was ${before.status} was written.`, jobId);
  }

  #close({ jobId, generation }: Job): void {
    const generations = this.#closed.get(jobId) ?? new Map<string, number>();
    if (!generations.has(generation)) generations.set(generation, this.#timeline.now());
    this.#closed.set(jobId, generations);
  }

  /** A record is largest once it has ended. */
  #checkSize(record: Job): void {
    if (isOpen(record)) return;
    if (Buffer.byteLength(JSON.stringify(record)) <= maxRecordBytes) return; // no fewer than DynamoDB counts
    const bytes = itemBytes(wiredItem(record) as Item);
    if (bytes > maxRecordBytes) this.fail("record-too-large", `A record has ${bytes} bytes.`, record.jobId);
  }

  /** An object or a posting was written. */
  written(key: string, by: Invocation): void {
    this.#writers.set(key, { by, at: this.#timeline.now() });
  }

  /** The jobs that an owner is told of when all is quiet: by the whole list, and by a search for one of them. */
  listed(owner: string, jobIds: readonly string[]): void {
    for (const [jobId, { document, deletionSentAt }] of this.jobs) {
      if (document.owner !== owner || deletionSentAt !== undefined) continue;
      const times = jobIds.filter((one) => one === jobId).length;
      if (times !== 1) this.fail("listed-otherwise", `A job is ${times} times in its owner's list.`, jobId);
    }
  }

  found(record: Job, jobIds: readonly string[]): void {
    if (!jobIds.includes(record.jobId)) this.fail("not-found", "A search does not find the document.", record.jobId);
  }

  /** When all is quiet and every deadline is over. */
  quiet({ records, objects, postings }: Kept): void {
    const byId = new Map(records.map((record) => [record.jobId, record]));
    for (const [jobId, known] of this.jobs) {
      const record = byId.get(jobId);
      if (known.deletionSentAt === undefined && record === undefined)
        this.fail("lost", "A job that was answered with 202 has no record.", jobId);
      if (record !== undefined && !isClosed(record) && !known.isSubmittedAgain) this.#checkContent(record, known.document);
    }
    const keys = new Set(objects);
    for (const record of records) {
      this.#checkEnded(record);
      this.#checkPlaces(record, keys);
    }
    for (const key of objects) this.#checkObject(key, byId);
    for (const posting of postings) this.#checkPosting(posting, byId);
  }

  #checkEnded(record: Job): void {
    if (isClosed(record)) {
      if (this.#deleted.has(record.generation)) this.fail("deletion-left-record", "The record of a deleted job is there.", record.jobId);
      return;
    }
    if (isOpen(record)) this.fail("stuck", `A job is ${record.status} after its deadline and the sweeps.`, record.jobId);
    else this.counts[record.status === "DONE" ? "done" : "error"]++;
  }

  #checkPlaces(record: Job, objects: ReadonlySet<string>): void {
    for (const place of [record.textObject, record.document])
      if (place !== undefined && !isClosed(record) && !this.#isLate(record) && !objects.has(objectKey(record, place.name)))
        this.fail("text-lost", `The record names the object ${place.name}, which is not there.`, record.jobId);
  }

  /** A failed job whose record was put when its document had been removed again: the put was carried out after it had been given up. */
  #isLate({ status, generation }: Job): boolean {
    return status === "ERROR" && this.#creators.get(generation)?.isDisturbed === true;
  }

  /** Written after its job's deletion had begun, by an invocation that could not take it back. What was there before is to be deleted. */
  #isLeftBehind(key: string, jobId: string, generation: string): boolean {
    const { by, at = 0 } = this.#writers.get(key) ?? {};
    return by?.isDisturbed === true && at >= (this.#closed.get(jobId)?.get(generation) ?? 0);
  }

  #checkObject(key: string, records: ReadonlyMap<string, Job>): void {
    const [folder, jobId = "", generation = ""] = key.split("/");
    if (folder !== "jobs" || records.get(jobId)?.generation === generation) return;
    if (this.#deleted.has(generation) && !this.#isLeftBehind(key, jobId, generation))
      this.fail("deletion-left-object", `The object ${key.split("/")[3]} of a deleted job is there.`, jobId);
  }

  #checkPosting({ ownerTerm, place }: Kept["postings"][number], records: ReadonlyMap<string, Job>): void {
    const [, jobId = "", generation = ""] = place.split("#");
    if (records.get(jobId)?.generation === generation) return;
    if (this.#deleted.has(generation) && !this.#isLeftBehind(`${ownerTerm} ${place}`, jobId, generation))
      this.fail("deletion-left-posting", "A posting of a deleted job is there.", jobId);
  }
}

/** Whether an open job has passed its deadline is a question of the reader's clock, for as long as two clocks differ. */
const isAtDeadline = ({ errorCode, updatedAt }: Job, now: number): boolean =>
  errorCode === "JobTimedOut" && now < 1_000 * (updatedAt + skewSeconds);

/** A job whose deletion has begun. */
const isClosed = ({ deadlineAt }: Job): boolean => deadlineAt === deletionBegun;
