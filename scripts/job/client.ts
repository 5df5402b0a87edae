import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type ApiCall, anonymous, type Caller } from "./caller.ts";
import { type Clock, within } from "./clock.ts";
import type { JobDocument } from "./documents.ts";
import { jsonIn } from "./json.ts";
import type { Submitted } from "./run-journal.ts";

export interface JobApi {
  /** Base address without a slash at its end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly caller: Caller;
  /** Ends waiting and calls alike. */
  readonly signal: AbortSignal;
  /** Where the record is to be seen to change, instead of the pace that the API asks for. */
  readonly maxPauseMilliseconds?: number | undefined;
}

/** The API refused a call; the message is a sentence for the user. */
export class JobApiError extends Error {
  override readonly name: string = "JobApiError";
  /** The API's own code, such as `DocumentTooLarge`. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** The API did not answer, is not there, or does not let the caller in: no other call would do better. */
export class UnreachableApiError extends JobApiError {
  override readonly name = "UnreachableApiError";
}

export const jobStatuses = ["PENDING", "IN_PROGRESS", "DONE", "ERROR"] as const;
export type JobStatus = (typeof jobStatuses)[number];

const jobRecord = z.looseObject({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  stage: z.string().optional(),
  text: z.string().optional(),
  textUrl: z.string().optional(),
  createdAt: z.number().optional(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
  result: z.looseObject({ ocr: z.looseObject({ pagesRead: z.number().optional() }).optional() }).optional(),
});
export type JobRecord = z.infer<typeof jobRecord>;

const jobPage = z.object({ jobs: z.array(jobRecord), cursor: z.string().optional() });

const uploadAddress = z.object({ uploadId: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) });

/** An error of the API (RFC 9457, with `error` for old clients), or the `message` of the gateway. */
const problem = z.object({
  code: z.string().optional(),
  detail: z.string().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
});

interface Answer {
  readonly status: number;
  readonly retryAfterMilliseconds?: number;
  readonly body: string;
}

type Call = Partial<Omit<ApiCall, "address">>;

/** The maximum of a call itself; see docs/api.md. */
const maxBytesInCall = 4 * 1024 * 1024;

/** API Gateway itself answers within 30 s; the rest is for the document on its way. */
const callTimeoutMilliseconds = 90_000;
const uploadTimeoutMilliseconds = 300_000;

/** An API that does not answer is probably not there; one that is unavailable probably recovers. */
const maxAttempts = { unanswered: 4, unavailable: 8 };

/** How a document is submitted. */
export interface Submission {
  /** The `Idempotency-Key`: repeats with it become one job. */
  readonly key: string;
  /** What an earlier attempt has done already. */
  readonly submitted?: Submitted;
  /** Told as soon as more of it is done. */
  readonly record?: (submitted: Submitted) => void;
}

/**
 * Submits a document and polls its record, at the pace that the API asks for, until it is `DONE` or `ERROR`.
 *
 * Calls that fail are repeated. Repeated submissions have the same `Idempotency-Key`, so that they become one job.
 *
 * @param seen is called with the record as accepted, then as read each time.
 * @throws {@link JobApiError} when the API refuses, or attempts are exhausted; the signal's reason when it aborts.
 */
export async function runJob(
  api: JobApi,
  document: JobDocument,
  seen: (record: JobRecord) => void,
  submission: Submission = { key: randomUUID() },
): Promise<JobRecord> {
  const { submitted: { jobId } = {} } = submission;
  const known = jobId === undefined ? undefined : await readIfThere(api, jobId);
  const answer = known ?? (await submit(api, document, submission));
  const record = shapeIn(answer, jobRecord, api);
  submission.record?.({ jobId: record.jobId });
  seen(record);
  return known !== undefined && isFinal(record) ? record : pollUntilFinal(api, record, answer, seen);
}

async function pollUntilFinal(api: JobApi, accepted: JobRecord, first: Answer, seen: (record: JobRecord) => void): Promise<JobRecord> {
  let [record, answer] = [accepted, first];
  // Read once even where an earlier attempt has finished the job: the answer to a POST has no result.
  do {
    const pause = Math.min(answer.retryAfterMilliseconds ?? 1000, api.maxPauseMilliseconds ?? Number.POSITIVE_INFINITY);
    if (!isFinal(record)) await api.clock.sleep(pause, api.signal);
    answer = await call(api, jobAddress(api, record.jobId));
    record = shapeIn(answer, jobRecord, api);
    seen(record);
  } while (!isFinal(record));
  return record;
}

/** The text of a job, which its record has only where it is short. */
export async function textOf(api: JobApi, { text, textUrl }: JobRecord): Promise<string> {
  if (text !== undefined || textUrl === undefined) return text ?? "";
  return (await call(api, `${api.url}${textUrl}`)).body;
}

/** Deletes a job with its document. @throws {@link JobApiError} where there is no such job. */
export async function deleteJob(api: JobApi, jobId: string): Promise<void> {
  await call(api, jobAddress(api, jobId), { method: "DELETE" });
}

/** The maximum of one answer. */
const maxJobsInPage = 100;

/**
 * Lists the caller's jobs, or those at one status, newest first.
 *
 * @param seen is called with each job, page by page.
 * @returns `true` where there are more than the limit.
 * @throws {@link JobApiError} where the API has no callers that it tells apart.
 */
export async function listJobs(
  api: JobApi,
  { limit, status }: { readonly limit: number; readonly status?: JobStatus | undefined },
  seen: (record: JobRecord) => void,
): Promise<boolean> {
  let left = limit;
  let cursor: string | undefined;
  do {
    const parameters = { limit: String(Math.min(left, maxJobsInPage)), ...(status && { status }), ...(cursor !== undefined && { cursor }) };
    const query = new URLSearchParams(parameters);
    const page = shapeIn(await call(api, `${api.url}/jobs?${query}`), jobPage, api);
    for (const job of page.jobs) seen(job);
    left -= page.jobs.length;
    cursor = page.cursor;
  } while (cursor !== undefined && left > 0);
  return cursor !== undefined;
}

const jobAddress = ({ url }: JobApi, jobId: string): string => `${url}/jobs/${encodeURIComponent(jobId)}`;

const isFinal = ({ status }: JobRecord): boolean => status === "DONE" || status === "ERROR";

/** @returns nothing where the job was deleted or has expired. */
function readIfThere(api: JobApi, jobId: string): Promise<Answer | undefined> {
  return call(api, jobAddress(api, jobId)).catch(nothingFor("JobNotFound"));
}

const nothingFor = (code: string) => (error: unknown) => {
  if (error instanceof JobApiError && error.code === code) return undefined;
  throw error;
};

/** `POST /jobs`; a document that is too large for it is uploaded first. */
async function submit(api: JobApi, document: JobDocument, submission: Submission): Promise<Answer> {
  const { contentType, body } = document;
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxBytesInCall || contentType.startsWith("text/") || contentType.startsWith("application/json"))
    return call(api, `${api.url}/jobs`, {
      method: "POST",
      body,
      headers: { "Content-Type": contentType, "Idempotency-Key": submission.key },
    });
  const earlier = submission.submitted?.uploadId;
  const replayed = earlier === undefined ? undefined : await submitUpload(api, earlier).catch(nothingFor("UploadNotFound"));
  return replayed ?? (await submitUpload(api, await upload(api, document, bytes, submission)));
}

/** Needs no `Idempotency-Key`: an upload becomes one job. */
const submitUpload = (api: JobApi, uploadId: string): Promise<Answer> =>
  call(api, `${api.url}/jobs`, { method: "POST", headers: json, body: JSON.stringify({ uploadId }) });

const json = { "Content-Type": "application/json" };

async function upload(api: JobApi, { contentType, body }: JobDocument, bytes: number, { record }: Submission): Promise<string> {
  const announced = await call(api, `${api.url}/uploads`, { method: "POST", headers: json, body: JSON.stringify({ contentType, bytes }) });
  const { uploadId, url, headers } = shapeIn(announced, uploadAddress, api);
  await call({ ...api, caller: anonymous }, url, { method: "PUT", headers, body }); // the address is signed
  record?.({ uploadId });
  return uploadId;
}

async function call(api: JobApi, address: string, init: Call = {}): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await callOnce(api, address, init);
    if (!(answer instanceof Error) && answer.status < 400) return answer;
    if (attempt >= attemptsFor(answer)) throw answer instanceof Error ? answer : refusalBy(answer, address, api);
    const backOff = 250 * 2 ** (attempt - 1);
    await api.clock.sleep(answer instanceof Error ? backOff : (answer.retryAfterMilliseconds ?? backOff), api.signal);
  }
}

function attemptsFor(answer: Answer | JobApiError): number {
  if (answer instanceof Error) return maxAttempts.unanswered;
  return [429, 502, 503, 504].includes(answer.status) ? maxAttempts.unavailable : 1;
}

/** @returns an error, rather than throwing it, for a call that got no whole answer and may be repeated. */
async function callOnce(
  api: JobApi,
  address: string,
  { method = "GET", headers = {}, ...rest }: Call,
): Promise<Answer | UnreachableApiError> {
  const { fetch, clock, caller, signal } = api;
  const init = { method, headers: await caller.headersOf({ method, address, headers, ...rest }), ...rest };
  try {
    const limit = method === "PUT" ? uploadTimeoutMilliseconds : callTimeoutMilliseconds;
    return await within(clock, limit, signal, async (callSignal) => {
      const response = await fetch(address, { ...init, signal: callSignal });
      return { status: response.status, ...retryAfter(response.headers, clock), body: await response.text() };
    });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error && "code" in error.cause ? ` (${error.cause.code})` : "";
    return new UnreachableApiError(
      `Nothing answers at ${baseOf(address, api)}${cause}. \`npm start\` starts the API on this machine; --url names another one.`,
    );
  }
}

/** The address of the API, or of the bucket without its query, which contains a signature. */
const baseOf = (address: string, { url }: JobApi): string => (address.startsWith(url) ? url : new URL(address).origin);

/** Seconds or a date, as RFC 9110 has it; neither a hot loop nor longer than a timer can hold. */
function retryAfter(headers: Headers, clock: Clock): Pick<Answer, "retryAfterMilliseconds"> {
  const value = headers.get("Retry-After");
  if (value === null) return {};
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
  return Number.isNaN(milliseconds) ? {} : { retryAfterMilliseconds: Math.min(Math.max(milliseconds, 100), 86_400_000) };
}

/** The answer as it came: a schema would put its own members before all others. */
function shapeIn<Shape>({ body }: Answer, schema: z.ZodType<Shape>, { url }: JobApi): Shape {
  const answer = jsonIn(body);
  if (!schema.safeParse(answer).success) throw new UnreachableApiError(`The server at ${url} is not the job API. Check --url.`);
  return answer as Shape;
}

function refusalBy(answer: Answer, address: string, api: JobApi): JobApiError {
  const found = problem.safeParse(jsonIn(answer.body)).data ?? {};
  const sentence = `${baseOf(address, api)} answered ${answer.status}: ${sentenceIn(found, answer.status, api.caller)}`;
  const isUnreachable = address.startsWith(api.url) && (answer.status === 401 || answer.status === 403 || answer.status >= 500);
  return isUnreachable ? new UnreachableApiError(sentence, found.code) : new JobApiError(sentence, found.code);
}

/** The gateway's own message does not say how to authenticate. */
function sentenceIn({ code, detail, error, message }: z.infer<typeof problem>, status: number, { advice }: Caller): string {
  const ours = detail ?? error;
  if (ours !== undefined) return code === undefined ? ours : `${code}: ${ours}`;
  if (message !== undefined && (status === 401 || status === 403)) return `${advice[status]}.`;
  return message ?? "no reason given";
}
