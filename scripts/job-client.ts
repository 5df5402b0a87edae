import { randomUUID } from "node:crypto";
import type { Clock } from "@async-text-processing/local";
import { z } from "zod";
import { type ApiCall, anybody, type Caller } from "./job-caller.ts";
import type { JobDocument } from "./job-document.ts";

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

/** So much time was given, and it is over. */
export class TimeIsUpError extends Error {
  override readonly name = "TimeIsUpError";
}

const jobRecord = z.looseObject({
  jobId: z.string(),
  status: z.enum(["PENDING", "IN_PROGRESS", "DONE", "ERROR"]),
  stage: z.string().optional(),
});
export type JobRecord = z.infer<typeof jobRecord>;

/** What a function answers; RFC 9457's members stand beside it. */
const refusal = z.object({ error: z.string() });
const gatewayRefusal = z.object({ message: z.string() });

interface Answer {
  readonly status: number;
  readonly retryAfterMilliseconds?: number;
  readonly body: string;
}

type Call = Partial<Omit<ApiCall, "address">>;

const upload = z.object({ uploadId: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) });

/** What a call takes itself; see docs/api.md. */
const mostBytesInCall = 4 * 1024 * 1024;

/** No more than 30 s pass before API Gateway itself answers; the rest is for the document on its way. */
const callTimeoutMilliseconds = 90_000;
const uploadTimeoutMilliseconds = 300_000;

/** How many tries a call gets: an API that does not answer is most likely not there, one that asks for patience most likely recovers. */
const maxAttempts = { unanswered: 4, unavailable: 8 };

/**
 * Submits a document and reads its record again and again, at the pace that the API asks for, until it is `DONE` or `ERROR`.
 *
 * A call that failed is made again. One `Idempotency-Key` stands for the document, so that the API makes one job of it, whichever tries arrived.
 *
 * @param seen is called with the record as accepted, then as read each time.
 * @throws {JobApiError} when the API refuses, or tries did not help; the signal's reason when it aborts.
 */
export async function runJob(api: JobApi, document: JobDocument, seen: (record: JobRecord) => void): Promise<JobRecord> {
  let answer = await call(api, `${api.url}/jobs`, { method: "POST", ...(await submissionOf(api, document)) });
  let record = shapeIn(answer, jobRecord, api);
  const address = `${api.url}/jobs/${encodeURIComponent(record.jobId)}`;
  seen(record);
  while (record.status !== "DONE" && record.status !== "ERROR") {
    await api.clock.sleep(answer.retryAfterMilliseconds ?? 1000, api.signal);
    answer = await call(api, address);
    record = shapeIn(answer, jobRecord, api);
    seen(record);
  }
  return record;
}

/** What is posted to make a job of the document, which goes to the bucket first where it is too large for that. */
async function submissionOf(api: JobApi, { contentType, body }: JobDocument): Promise<Call> {
  const bytes = Buffer.byteLength(body);
  if (bytes <= mostBytesInCall || contentType.startsWith("text/") || contentType.startsWith("application/json")) {
    return { body, headers: { "Content-Type": contentType, "Idempotency-Key": randomUUID() } };
  }
  const headers = { "Content-Type": "application/json" };
  const announced = await call(api, `${api.url}/uploads`, { method: "POST", headers, body: JSON.stringify({ contentType, bytes }) });
  const { uploadId, ...place } = shapeIn(announced, upload, api);
  await call({ ...api, caller: anybody }, place.url, { method: "PUT", headers: place.headers, body }); // the address says who may
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

/** @returns an error, rather than throwing it, for a call that got no whole answer and may be made again. */
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

/** The address of the API, or of the bucket: its query is nobody's business. */
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
  if (!found.success) throw new JobApiError(`What answers at ${url} is not the job API. Is --url right?`);
  return found.data;
}

const refusalBy = (answer: Answer, address: string, api: JobApi): JobApiError =>
  new JobApiError(`${baseOf(address, api)} answered ${answer.status}: ${sentenceIn(answer, api.caller)}`);

/** The gateway's own word on who calls says nothing of what to do. */
function sentenceIn({ status, body }: Answer, { advice }: Caller): string {
  const ours = refusal.safeParse(jsonIn(body)).data?.error;
  const gateways = gatewayRefusal.safeParse(jsonIn(body)).data?.message;
  if (gateways !== undefined && (status === 401 || status === 403)) return `${advice[status]}.`;
  return ours ?? gateways ?? "no reason given";
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Does `work` with a signal that aborts with a {@link TimeIsUpError} after so long, or with `outer`. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [limit, finished] = [new AbortController(), new AbortController()];
  void clock.sleep(milliseconds, finished.signal).then(
    () => limit.abort(new TimeIsUpError()),
    () => undefined, // finished in time
  );
  try {
    return await work(outer === undefined ? limit.signal : AbortSignal.any([limit.signal, outer]));
  } finally {
    finished.abort();
  }
}
