import { ManualClock } from "@async-text-processing/local/testing";
import { expect, test } from "vitest";
import { anonymous, bearer } from "../../../scripts/job/caller.ts";
import { JobApiError, type JobRecord, runJob, UnreachableApiError } from "../../../scripts/job/client.ts";
import { TimeIsUpError, within } from "../../../scripts/job/clock.ts";
import type { JobDocument } from "../../../scripts/job/documents.ts";

const accepted = { jobId: "j-1", status: "PENDING", message: "Job accepted. Poll GET /jobs/{jobId} for status updates." };
const running = { jobId: "j-1", status: "IN_PROGRESS", stage: "ocr" };
const done = { jobId: "j-1", status: "DONE", text: "hello" };
const document = { contentType: "text/plain; charset=utf-8", body: "hello" };

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
const refuse = () =>
  Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) }));
const hang = (signal: AbortSignal) => new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

type Step = (signal: AbortSignal) => Promise<Response>;

/** An API that answers by a script (the last step repeats) and records its calls, with milliseconds since its start. */
function scriptedApi(...steps: [Step, ...Step[]]) {
  return scriptedApiFor(document, ...steps);
}

function scriptedApiFor(document: JobDocument, ...steps: [Step, ...Step[]]) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const calls: { at: number; url: string; method: string; body: unknown; headers: Headers }[] = [];
  const fetch: typeof globalThis.fetch = (url, { method = "GET", body, headers, signal } = {}) => {
    calls.push({ at: clock.now() - startedAt, url: String(url), method, body, headers: new Headers(headers) });
    const step = steps[Math.min(calls.length, steps.length) - 1] ?? steps[0];
    return step(signal ?? new AbortController().signal);
  };
  const seen: JobRecord[] = [];
  const api = { url: "http://api.test/stage", fetch, clock, caller: anonymous, signal: new AbortController().signal };
  const run = (caller = anonymous) =>
    passing(
      clock,
      runJob({ ...api, caller }, document, (record) => seen.push(record)),
    );
  return { api, calls, seen, run, clock };
}

/** Turns the clock until `work` has ended. */
async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let running = true;
  const ended = work.finally(() => {
    running = false;
  });
  void ended.catch(() => undefined); // handled where it is awaited
  while (running) await clock.advance(250);
  return ended;
}

test("posts the document, reads the record at the pace that the API asks for, and ends with the final one", async () => {
  const api = scriptedApi(
    answer(202, accepted, { "Retry-After": "1" }),
    answer(200, running, { "Retry-After": "3" }),
    answer(200, running),
    answer(200, done),
  );

  const record = await api.run();

  expect(record).toEqual(done);
  expect(api.seen).toEqual([accepted, running, running, done]);
  expect(api.calls.map(({ at, method, url }) => [at, method, url])).toEqual([
    [0, "POST", "http://api.test/stage/jobs"],
    [1000, "GET", "http://api.test/stage/jobs/j-1"],
    [4000, "GET", "http://api.test/stage/jobs/j-1"],
    [5000, "GET", "http://api.test/stage/jobs/j-1"],
  ]);
  expect(api.calls[0]?.body).toBe("hello");
  expect(api.calls[0]?.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
  expect(api.clock.sleeping).toBe(0);
});

test("a record that ended in ERROR is an answer too", async () => {
  const failed = { jobId: "j-1", status: "ERROR", errorCode: "DocumentUnreadable", failedStage: "ocr" };
  const api = scriptedApi(answer(202, accepted), answer(200, failed));

  const record = await api.run();

  expect(record).toEqual(failed);
});

test("Retry-After may be a date", async () => {
  const inFiveSeconds = new Date(Date.UTC(2026, 0, 1, 0, 0, 5)).toUTCString();
  const api = scriptedApi(answer(202, accepted, { "Retry-After": inFiveSeconds }), answer(200, done));

  await api.run();

  expect(api.calls[1]?.at).toBe(5000);
});

test.each([
  ["0", 100],
  ["999999999999", 86_400_000],
  ["soon", 1000],
])("Retry-After: %s neither loops hot nor overflows a timer: %i ms", async (retryAfter, at) => {
  const api = scriptedApi(answer(202, accepted, { "Retry-After": retryAfter }), answer(200, done));
  const ended = api.run();

  await api.clock.advance(at);
  await ended;

  expect(api.calls[1]?.at).toBe(at);
});

const failures: [string, Step][] = [
  ["no connection", refuse],
  ["429", answer(429, { message: "Too Many Requests" })],
  ["502", answer(502, { message: "Internal server error" })],
  ["503", answer(503, { error: "Not now" })],
  ["504", answer(504, { message: "Endpoint request timed out" })],
];

test.each(failures)("a POST that met %s is repeated with the same key and document", async (_, failure) => {
  const api = scriptedApi(failure, failure, answer(202, accepted), answer(200, done));

  const record = await api.run();

  const posts = api.calls.filter(({ method }) => method === "POST");
  const keys = new Set(posts.map(({ headers }) => headers.get("Idempotency-Key")));
  expect(record).toEqual(done);
  expect(posts.map(({ at, body }) => [at, body])).toEqual([
    [0, "hello"],
    [250, "hello"],
    [750, "hello"],
  ]);
  expect(keys.size).toBe(1);
});

test.each(failures)("a GET that met %s is repeated", async (_, failure) => {
  const api = scriptedApi(answer(202, accepted), failure, answer(200, done));

  const record = await api.run();

  expect(record).toEqual(done);
});

test("each job has a random UUID as its key", async () => {
  const [one, other] = [scriptedApi(answer(202, done)), scriptedApi(answer(202, done))];

  await one.run();
  await other.run();

  const [key, otherKey] = [one, other].map(({ calls }) => calls[0]?.headers.get("Idempotency-Key"));
  expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(otherKey).not.toBe(key);
});

test("a job that an earlier attempt has finished is still read, since the answer to a POST has no result", async () => {
  const replayed = { jobId: "j-1", status: "DONE", message: "Job is done. GET /jobs/{jobId} returns its result." };
  const api = scriptedApi(hang, answer(202, replayed), answer(200, done));

  expect(await api.run()).toEqual(done);
});

test("a failed try waits as long as the API says", async () => {
  const api = scriptedApi(answer(503, { error: "Starting" }, { "Retry-After": "7" }), answer(202, done));

  await api.run();

  expect(api.calls.map(({ at }) => at)).toEqual([0, 7000, 7000]);
});

test("gives up where nothing answers, and says what to do", async () => {
  const api = scriptedApi(refuse);

  const ended = api.run();

  await expect(ended).rejects.toThrow("Nothing answers at http://api.test/stage (ECONNREFUSED). `npm start` starts the API");
  expect(api.calls.map(({ at }) => at)).toEqual([0, 250, 750, 1750]);
});

test("gives up where the API stays unavailable, with its own sentence", async () => {
  const api = scriptedApi(answer(503, { error: "Nothing was kept" }));

  const ended = api.run();

  await expect(ended).rejects.toThrow("http://api.test/stage answered 503: Nothing was kept");
  expect(api.calls).toHaveLength(8);
});

test.each([
  [
    "a function's error",
    400,
    { error: "Invalid JSON in request body", title: "Bad Request" },
    "answered 400: Invalid JSON in request body",
  ],
  [
    "a problem with a code",
    409,
    { code: "IdempotencyKeyReused", detail: "The key belongs to another document.", error: "The key belongs to another document." },
    "answered 409: IdempotencyKeyReused: The key belongs to another document.",
  ],
  ["a gateway's message", 413, { message: "Request Entity Too Large" }, "answered 413: Request Entity Too Large"],
  ["a function's refusal of the caller", 403, { error: "The token has no sub claim." }, "answered 403: The token has no sub claim."],
  ["an error that is not JSON", 500, "<html>", "answered 500: no reason given"],
])("%s is not tried again", async (_, status, body, sentence) => {
  const api = scriptedApi(answer(status, body));

  const ended = api.run();

  await expect(ended).rejects.toThrow(sentence);
  await expect(ended).rejects.toBeInstanceOf(JobApiError);
  expect(api.calls).toHaveLength(1);
});

const token = "a.JWT-of_three+parts/~==";
test.each([
  [401, anonymous, "callers need a token, by --token <token> or the variable JOB_TOKEN."],
  [403, anonymous, "callers sign, by --sign and with AWS credentials in the environment."],
  [401, bearer(token), "the token was rejected; get a new one from the API's issuer, for one of its audiences."],
  [403, bearer(token), "callers sign, by --sign and with AWS credentials in the environment."],
])("where the gateway answers %i to a caller, the error says what to do", async (status, caller, sentence) => {
  const api = scriptedApi(answer(status, { message: "Go away" }));

  await expect(api.run(caller)).rejects.toThrow(new UnreachableApiError(`http://api.test/stage answered ${status}: ${sentence}`));
  expect(api.calls).toHaveLength(1);
});

test("the token goes to the API with each call, and not to the bucket", async () => {
  const large = { contentType: "image/png", body: new Uint8Array(limit + 1) };
  const api = scriptedApiFor(large, answer(201, announced), answer(200, ""), answer(202, accepted), answer(200, done));

  await api.run(bearer(token));

  expect(api.calls.map(({ method, headers }) => [method, headers.get("Authorization")])).toEqual([
    ["POST", `Bearer ${token}`],
    ["PUT", null],
    ["POST", `Bearer ${token}`],
    ["GET", `Bearer ${token}`],
  ]);
});

test("a job that is deleted meanwhile ends with the API's sentence", async () => {
  const api = scriptedApi(answer(202, accepted), answer(404, { error: "Job 'j-1' not found" }));

  const ended = api.run();

  await expect(ended).rejects.toThrow("answered 404: Job 'j-1' not found");
});

test.each([["<html>"], ["{}"], ['{"jobId":"j-1","status":"ODD"}']])("what answers %s is not the job API", async (body) => {
  const api = scriptedApi(answer(200, body));

  const ended = api.run();

  await expect(ended).rejects.toThrow("The server at http://api.test/stage is not the job API");
});

test("a call that hangs is given up after 90 s and repeated", async () => {
  const api = scriptedApi(hang, answer(202, done));

  const record = await api.run();

  expect(record).toEqual(done);
  expect(api.calls.map(({ at }) => at)).toEqual([0, 90_250, 90_250]);
});

test("a call that is cut short because all time is up is not reported as unanswered", async () => {
  const { api, clock } = scriptedApi(refuse, refuse, refuse, hang);

  const ended = passing(
    clock,
    within(clock, 5000, undefined, (signal) => runJob({ ...api, signal }, document, () => undefined)),
  );

  await expect(ended).rejects.toBeInstanceOf(TimeIsUpError);
});

test("within: what ends in time frees its timer; what does not is aborted", async () => {
  const clock = new ManualClock();

  const inTime = await within(clock, 1000, undefined, () => Promise.resolve("ended"));
  const sleeping = clock.sleeping;
  const late = passing(clock, within(clock, 1000, undefined, hang));

  expect([inTime, sleeping]).toEqual(["ended", 0]);
  await expect(late).rejects.toBeInstanceOf(TimeIsUpError);
});

const limit = 4_194_304;
const announced = {
  uploadId: "u-1",
  url: "http://bucket.test/uploads/u-1?X-Amz-Signature=secret",
  headers: { "content-type": "image/png", "content-length": String(limit + 1) },
  expiresAt: 1_767_226_500,
};

test("a document above 4 MiB goes to the bucket, and its name becomes the job", async () => {
  const body = new Uint8Array(limit + 1);
  const api = scriptedApiFor(
    { contentType: "image/png", body },
    answer(201, announced),
    answer(503, "SlowDown"),
    answer(200, ""),
    answer(202, accepted),
    answer(200, done),
  );

  const record = await api.run();

  expect(record).toEqual(done);
  expect(api.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST http://api.test/stage/uploads",
    `PUT ${announced.url}`,
    `PUT ${announced.url}`,
    "POST http://api.test/stage/jobs",
    "GET http://api.test/stage/jobs/j-1",
  ]);
  expect(api.calls[0]?.body).toBe(JSON.stringify({ contentType: "image/png", bytes: limit + 1 }));
  expect(api.calls[1]?.body).toBe(body);
  expect(Object.fromEntries(api.calls[1]?.headers ?? [])).toEqual(announced.headers);
  expect([api.calls[3]?.body, Object.fromEntries(api.calls[3]?.headers ?? [])]).toEqual([
    JSON.stringify({ uploadId: "u-1" }),
    { "content-type": "application/json" },
  ]);
});

test.each([
  { what: "of 4 MiB", contentType: "image/png", body: new Uint8Array(limit) },
  { what: "that is a text, of any size", contentType: "text/plain; charset=utf-8", body: "a".repeat(limit + 1) },
])("a document $what is posted as it is", async ({ contentType, body }) => {
  const api = scriptedApiFor({ contentType, body }, answer(202, accepted), answer(200, done));

  await api.run();

  expect(api.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST http://api.test/stage/jobs",
    "GET http://api.test/stage/jobs/j-1",
  ]);
  expect(api.calls[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
});

test("an error of the bucket is reported without the signature of its address", async () => {
  const large = { contentType: "image/png", body: new Uint8Array(limit + 1) };
  const api = scriptedApiFor(large, answer(201, announced), answer(403, "<Error/>"));

  await expect(api.run()).rejects.toThrow(/^http:\/\/bucket\.test answered 403: no reason given$/);
});

test("an answer to an upload that is none is not from the job API", async () => {
  const api = scriptedApiFor({ contentType: "image/png", body: new Uint8Array(limit + 1) }, answer(200, { hello: "you" }));

  await expect(api.run()).rejects.toThrow("The server at http://api.test/stage is not the job API");
});
