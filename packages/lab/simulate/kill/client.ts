import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../evaluate/ocr/random.ts";
import type { ExpectedDocument, JobRecord } from "./documents.ts";
import { isFinal, type SeenJob, type SeenJobs, type Submission } from "./seen-jobs.ts";

export interface ClientOptions {
  readonly apiUrl: string;
  readonly seed: number;
  readonly jobs: SeenJobs;
  /** A document that nobody has submitted yet, with its key. */
  readonly nextSubmission: () => Promise<Submission>;
  /** `true` once the last kill is over. */
  readonly isOver: () => boolean;
}

/** Milliseconds. */
const pauses = { unanswered: 25, betweenReads: 60, maxBetweenJobs: 500 } as const;
const callTimeoutMilliseconds = 30_000;

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly body: Record<string, unknown>;
}

/** Submits one document after the other until the last kill is over, repeats some requests, follows some jobs and deletes a few. */
export async function runClient(options: ClientOptions): Promise<void> {
  const random = createRandom(options.seed);
  while (!options.isOver()) {
    const submission = await options.nextSubmission();
    let job = await submit(options, submission);
    if (random.chance(0.2)) job = job && (await submit(options, job));
    if (random.chance(0.4)) await followJob(options, job, options.isOver);
    if (random.chance(0.15)) await replace(options, job, random.chance(0.5));
    await sleep(random.between(0, pauses.maxBetweenJobs));
  }
}

/** Reads a job until it has ended, or there is no more time. */
export async function followJob({ apiUrl, jobs }: ClientOptions, job: SeenJob | undefined, isOver: () => boolean): Promise<void> {
  while (job !== undefined && !isFinal(job.status) && !isOver()) {
    await sleep(pauses.betweenReads);
    await readJob(apiUrl, jobs, job);
  }
}

/** Reads a job that is there. */
export async function readJob(apiUrl: string, jobs: SeenJobs, job: SeenJob): Promise<void> {
  const headers = { "if-none-match": job.etag ?? "" };
  const { status, etag, body } = await call(`${apiUrl}/jobs/${job.jobId}`, { headers });
  if (status === 200) jobs.read(job, body as unknown as JobRecord, etag);
  else if (status !== 304) jobs.fail("lost", `Job ${job.jobId} was ${job.status}, and a GET is answered ${status}.`);
}

/** Submits a document, again where it has been submitted before. @returns nothing where it was refused. */
async function submit(options: ClientOptions, submission: Submission): Promise<SeenJob | undefined> {
  const { apiUrl, jobs } = options;
  const { key, document } = submission;
  const uploadId = submission.uploadId ?? (document.isUploaded ? await upload(options, document) : undefined);
  const [contentType, content] =
    uploadId === undefined ? [document.contentType, Uint8Array.from(document.body)] : ["application/json", JSON.stringify({ uploadId })];
  const headers = { "idempotency-key": key, "content-type": contentType };
  const { status, body } = await call(`${apiUrl}/jobs`, { method: "POST", headers, body: content });
  if (status === 202) return jobs.accepted({ key, document, uploadId }, body as unknown as JobRecord);
  jobs.fail("refused", `A submission was answered ${status}: ${JSON.stringify(body)}`);
  return undefined;
}

/** @returns the id of an upload that was answered as stored. */
async function upload({ apiUrl }: ClientOptions, { contentType, body }: ExpectedDocument): Promise<string> {
  for (;;) {
    const announcement = JSON.stringify({ contentType, bytes: body.byteLength });
    const { body: announced } = await call(`${apiUrl}/uploads`, { method: "POST", headers: json, body: announcement });
    const headers = announced["headers"] as Record<string, string>;
    const stored = await callOnce(String(announced["url"]), { method: "PUT", headers, body: Uint8Array.from(body) });
    if (stored?.status === 200) return String(announced["uploadId"]);
  }
}

const json = { "content-type": "application/json" };

/** Deletes a job, and submits its document again under the same key where that is asked for. */
async function replace(options: ClientOptions, job: SeenJob | undefined, isAgain: boolean): Promise<void> {
  if (job === undefined) return;
  const { status } = await call(`${options.apiUrl}/jobs/${job.jobId}`, { method: "DELETE" });
  if (status !== 204) options.jobs.fail("refused", `A DELETE was answered ${status}.`);
  options.jobs.deleted(job);
  if (isAgain) await submit(options, { key: job.key, document: job.document });
}

/** Repeats a call until it is answered. */
async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  for (;;) {
    const answer = await callOnce(url, init);
    if (answer !== undefined) return answer;
    await sleep(pauses.unanswered);
  }
}

/** @returns nothing without an answer, or with one that says to try again. */
async function callOnce(url: string, init: RequestInit): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(callTimeoutMilliseconds) });
    const text = await response.text();
    if (response.status === 429 || response.status >= 500) return undefined;
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, etag: response.headers.get("etag") ?? "", body: isJson ? JSON.parse(text) : {} };
  } catch {
    return undefined;
  }
}
