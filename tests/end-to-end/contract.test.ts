import { gzipSync } from "node:zlib";
import type { Runtime } from "@async-text-processing/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { isFinal, poll, request, startLocalRuntime, submit } from "../support/local-runtime.ts";

const mebibyte = 1024 * 1024;
const unknownJob = "00000000-0000-4000-8000-000000000000";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startLocalRuntime();
});
afterAll(() => runtime.stop());

const post = (body: RequestInit["body"], headers: Record<string, string> = {}) =>
  request(runtime, "/jobs", { method: "POST", headers, ...(body !== undefined && { body }) });
const bytes = (text: string) => new TextEncoder().encode(text);

describe("POST /jobs accepts", () => {
  const text = "Ein Köter 🐕 läuft";
  test.each([
    ["application/json", JSON.stringify({ text }), { "content-type": "application/json" }],
    ["application/json with a charset", JSON.stringify({ text }), { "content-type": "application/json; charset=utf-8" }],
    ["another JSON type", JSON.stringify({ text }), { "content-type": "application/vnd.api+json" }],
    ["unknown members beside the text", JSON.stringify({ text, colour: "red" }), { "content-type": "application/json" }],
    ["what curl -d sends without a header", JSON.stringify({ text }), { "content-type": "application/x-www-form-urlencoded" }],
    ["JSON without a content type", bytes(JSON.stringify({ text })), {}],
    ["text/plain", text, { "content-type": "text/plain" }],
    ["text/plain in UTF-8, with space around it", `\n ${text}\t`, { "content-type": "text/plain; charset=UTF-8" }],
  ])("%s", async (_, body, headers: Record<string, string>) => {
    const { status, headers: answered, body: accepted } = await post(body, headers);

    expect(status).toBe(202);
    expect(accepted).toEqual({
      jobId: expect.any(String),
      status: "PENDING",
      message: "Job accepted. Poll GET /jobs/{jobId} for status updates.",
    });
    expect(answered.get("location")).toBe(`/jobs/${accepted["jobId"]}`);
    expect(answered.get("retry-after")).toBe("1");
    expect(await poll(runtime, String(accepted["jobId"]), isFinal)).toMatchObject({ status: "DONE", text });
  });
});

describe("POST /jobs refuses", () => {
  const isJson = { "content-type": "application/json" };
  const required = "Field 'text' is required and must not be empty";
  test.each([
    ["no body", undefined, isJson, 400, "Invalid JSON in request body"],
    ["broken JSON", '{"text": ', isJson, 400, "Invalid JSON in request body"],
    ["broken JSON without a type", bytes('{"text": '), {}, 400, "Invalid JSON in request body"],
    ["no text", "{}", isJson, 400, required],
    ["an empty text", '{"text": " \\n "}', isJson, 400, required],
    ["a text that is a number", '{"text": 5}', isJson, 400, required],
    ["JSON that is no object", "null", isJson, 400, required],
    ["an empty text/plain", "  ", { "content-type": "text/plain" }, 400, required],
    ["half of a surrogate pair", '{"text": "\\ud83d"}', isJson, 400, "The text contains a lone surrogate. Send well-formed Unicode."],
    [
      "what is no image",
      "png",
      { "content-type": "image/png" },
      415,
      "Content-Type is image/png, but the content is neither PNG, JPEG, TIFF, WebP nor PDF.",
    ],
    [
      "what is no PDF",
      "PDF",
      { "content-type": "application/pdf" },
      415,
      "Content-Type is application/pdf, but the content is neither PNG, JPEG, TIFF, WebP nor PDF.",
    ],
    ["what is no form", "--x", { "content-type": "multipart/form-data; boundary=x" }, 400, "The body is not valid multipart/form-data"],
    ["an upload that is not there", `{"uploadId": "${unknownJob}"}`, isJson, 404, `Upload '${unknownJob}' not found`],
    ["another type", "a,b", { "content-type": "text/csv" }, 415, "Content-Type text/csv is not supported. Send application/json"],
    ["a text that is not UTF-8", Buffer.from("caf\xe9", "latin1"), { "content-type": "text/plain" }, 400, "The text is not valid UTF-8."],
    ["JSON that is not UTF-8", Buffer.from('{"text": "caf\xe9"}', "latin1"), isJson, 400, "The text is not valid UTF-8."],
    [
      "a compressed body",
      gzipSync('{"text": "a"}'),
      { ...isJson, "content-encoding": "gzip" },
      415,
      "Content-Encoding gzip is not supported.",
    ],
    ["another charset", "a", { "content-type": "text/plain; charset=latin1" }, 415, "Charset latin1 is not supported. "],
    [
      "a text above 1 MiB",
      "x".repeat(mebibyte + 1),
      { "content-type": "text/plain" },
      413,
      "The text has 1048577 bytes; the limit is 1048576 bytes (1 MiB) of UTF-8.",
    ],
    [
      "a short Idempotency-Key",
      '{"text": "a"}',
      { ...isJson, "idempotency-key": "short" },
      400,
      "Idempotency-Key must be 16 to 255 printable ASCII characters",
    ],
  ])("%s", async (_, body, headers: Record<string, string>, status, error) => {
    const answer = await post(body, headers);

    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body["error"]).toContain(error);
    expect(answer.body).toMatchObject({ type: "about:blank", status, detail: answer.body["error"] });
    expect(answer.body).toMatchObject({ code: expect.any(String), title: expect.any(String) });
  });

  test("more than an HTTP API takes, with the gateway's own answer", async () => {
    const answer = await post("x".repeat(10 * mebibyte + 1), { "content-type": "text/plain" });

    expect([answer.status, answer.body]).toEqual([413, { message: "Request Entity Too Large" }]);
  });
});

describe("an Idempotency-Key", () => {
  const send = (text: string, key: string) =>
    post(JSON.stringify({ text }), { "content-type": "application/json", "idempotency-key": key });

  test("leads the same document to the same job, and another document to 422", async () => {
    const first = await send("one", "a-key-of-my-own-1");
    const again = await send("one", "a-key-of-my-own-1");
    const other = await send("two", "a-key-of-my-own-1");

    const { jobId } = first.body;
    expect([again.status, again.body["jobId"], again.headers.get("idempotency-replayed")]).toEqual([202, jobId, "true"]);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect([other.status, other.body["error"]]).toEqual([
      422,
      "This Idempotency-Key was used with another document. Use a new key for a new document.",
    ]);
  });

  test("is free again once its job is deleted", async () => {
    const first = await send("one", "a-key-of-my-own-2");
    await poll(runtime, String(first.body["jobId"]), isFinal);
    await request(runtime, `/jobs/${first.body["jobId"]}`, { method: "DELETE" });

    const other = await send("two", "a-key-of-my-own-2");

    expect([other.status, other.body]).toEqual([202, first.body]);
    expect(await poll(runtime, String(first.body["jobId"]), isFinal)).toMatchObject({ text: "two" });
  });
});

describe("GET /jobs/{jobId}", () => {
  test("answers 304 to a client that has the current record", async () => {
    const jobId = await submit(runtime, "read me");
    await poll(runtime, jobId, isFinal);
    const { headers } = await request(runtime, `/jobs/${jobId}`);

    const again = await request(runtime, `/jobs/${jobId}`, { headers: { "if-none-match": String(headers.get("etag")) } });

    expect(headers.get("retry-after")).toBeNull();
    expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, {}, headers.get("etag")]);
  });

  test.each([unknownJob, "no-id-at-all", "%F0%9F%90%95"])("answers 404 where there is no job %s", async (jobId) => {
    const { status, body } = await request(runtime, `/jobs/${jobId}`);

    expect([status, body["error"]]).toEqual([404, `Job '${decodeURIComponent(jobId)}' not found`]);
  });
});

test("GET /jobs/{jobId}/text answers 404 where there is no job", async () => {
  const { status, body } = await request(runtime, `/jobs/${unknownJob}/text`);

  expect([status, body["error"]]).toEqual([404, `Job '${unknownJob}' not found`]);
});

test("DELETE /jobs/{jobId} answers 204, again and where there was no job, and the job is gone", async () => {
  const jobId = await submit(runtime, "forget me");
  await poll(runtime, jobId, isFinal);
  const remove = (id: string) => request(runtime, `/jobs/${id}`, { method: "DELETE" });

  const statuses = [(await remove(jobId)).status, (await remove(jobId)).status, (await remove(unknownJob)).status];

  expect(statuses).toEqual([204, 204, 204]);
  expect((await request(runtime, `/jobs/${jobId}`)).status).toBe(404);
  expect((await request(runtime, `/jobs/${jobId}/text`)).status).toBe(404);
});

describe("requests without a route", () => {
  test.each([
    ["PUT", "/jobs", 405, "Method PUT is not allowed for /jobs. Use POST.", "POST"],
    ["PATCH", `/jobs/${unknownJob}`, 405, `Method PATCH is not allowed for /jobs/${unknownJob}. Use GET, DELETE.`, "GET, DELETE"],
    ["GET", "/", 404, "Route '/' not found", null],
    ["GET", "/jobs/a/b/c", 404, "Route '/jobs/a/b/c' not found", null],
  ])("%s %s is answered %d", async (method, path, status, error, allow) => {
    const answer = await request(runtime, path, { method });

    expect([answer.status, answer.body["error"], answer.headers.get("allow")]).toEqual([status, error, allow]);
  });
});

test("no permission that these calls needed was missing", () => {
  // A denied call would have answered 500 above; this names the roles whose every grant was used.
  expect(runtime.services.iam.credentials.size).toBe(10 + stages.length);
});
