import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type ApiCall, anonymous, type Caller } from "./caller.ts";
import { type Clock, within } from "./clock.ts";
import type { JobDocument } from "./document.ts";

export interface JobApi {
  /** Base address without a slash at its end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly caller: Caller;
  /** Ends waiting and calls alike. */
  readonly signal: AbortSignal;
}

/** The API refused, or did not answer; the message is a sentence for the user. */
export class JobApiError extends Error {
  override readonly name = "JobApiError";
}

const jobRecord = z.looseObject({
  jobId: z.string(),
  status: z.enum(["PENDING", "IN_PROGRESS", "DONE", "ERROR"]),
  stage: z.string().optional(),
});
export type JobRecord = z.infer<typeof jobRecord>;

const upload = z.object({ uploadId: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) });

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

/**
 * Submits a document and polls its record, at the pace that the API asks for, until it is `DONE` or `ERROR`.
 *
 * Calls that fail are repeated. Repeated submissions have the same `Idempotency-Key`, so that they become one job.
 *
 * @param seen is called with the record as accepted, then as read each time.
 * @throws {JobApiError} when the API refuses, or attempts are exhausted; the signal's reason when it aborts.
 */
export async function runJob(api: JobApi, document: JobDocument, seen: (record: JobRecord) => void): Promise<JobRecord> {
  let answer = await call(api, `${api.url}/jobs`, { method: "POST", ...(await submissionOf(api, document)) });
  let record = shapeIn(answer, jobRecord, api);
  const address = `${api.url}/jobs/${encodeURIComponent(record.jobId)}`;
  seen(record);
  // Read once even where an earlier attempt has finished the job: the answer to a POST has no result.
  do {
    if (!isFinal(record)) await api.clock.sleep(answer.retryAfterMilliseconds ?? 1000, api.signal);
    answer = await call(api, address);
    record = shapeIn(answer, jobRecord, api);
    seen(record);
  } while (!isFinal(record));
  return record;
}

const isFinal = ({ status }: JobRecord): boolean => status === "DONE" || status === "ERROR";

/** The headers and body of `POST /jobs`; a document that is too large for it is uploaded first. */
async function submissionOf(api: JobApi, { contentType, body }: JobDocument): Promise<Call> {
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxBytesInCall || contentType.startsWith("text/") || contentType.startsWith("application/json")) {
    return { body, headers: { "Content-Type": contentType, "Idempotency-Key": randomUUID() } };
  }
  const headers = { "Content-Type": "application/json" };
  const announced = await call(api, `${api.url}/uploads`, { method: "POST", headers, body: JSON.stringify({ contentType, bytes }) });
  const { uploadId, ...place } = shapeIn(announced, upload, api);
  await call({ ...api, caller: anonymous }, place.url, { method: "PUT", headers: place.headers, body }); // the address is signed
  return { headers, body: JSON.stringify({ uploadId }) };
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
async function callOnce(api: JobApi, address: string, { method = "GET", headers = {}, ...rest }: Call): Promise<Answer | JobApiError> {
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
    return new JobApiError(
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

function shapeIn<Shape>({ body }: Answer, schema: z.ZodType<Shape>, { url }: JobApi): Shape {
  const found = schema.safeParse(jsonIn(body));
  if (!found.success) throw new JobApiError(`The server at ${url} is not the job API. Check --url.`);
  return found.data;
}

const refusalBy = (answer: Answer, address: string, api: JobApi): JobApiError =>
  new JobApiError(`${baseOf(address, api)} answered ${answer.status}: ${sentenceIn(answer, api.caller)}`);

/** The gateway's own message does not say how to authenticate. */
function sentenceIn({ status, body }: Answer, { advice }: Caller): string {
  const { code, detail, error, message } = problem.safeParse(jsonIn(body)).data ?? {};
  const ours = detail ?? error;
  if (ours !== undefined) return code === undefined ? ours : `${code}: ${ours}`;
  if (message !== undefined && (status === 401 || status === 403)) return `${advice[status]}.`;
  return message ?? "no reason given";
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
