import fc from "fast-check";
import { expect, test } from "vitest";
import { about, bodyOf, post, problem, textOf } from "../support/answers.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";

const mebibyte = 1_048_576;
const supported =
  'Send application/json with {"text": "…"}, text/plain or text/html in UTF-8, image/png, image/jpeg, image/tiff, image/webp, application/pdf, or one file as multipart/form-data.';
const noText = "Field 'text' is required and must not be empty";
const notJson = "Invalid JSON in request body";
const half = "The text contains a lone surrogate. Send well-formed Unicode.";
const notUtf8 = "The text is not valid UTF-8. Send it in UTF-8.";
const codes: Readonly<Record<string, string>> = { [noText]: "TextRequired", [notJson]: "InvalidJson" };

interface Request {
  readonly type?: string;
  readonly body?: string | Buffer;
}

/** As the HTTP API hands a body over: bytes in base64. */
function send(pipeline: Pipeline, { type, body }: Request) {
  const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
  if (Buffer.isBuffer(body)) return pipeline.request("create", { headers, body: body.toString("base64"), isBase64Encoded: true });
  return pipeline.request("create", { headers, ...(body !== undefined && { body }) });
}

const json = JSON.stringify({ text: "a text" });

test.each([
  { what: "JSON", type: "application/json", body: json, text: "a text" },
  { what: "JSON with parameters and capitals", type: "Application/JSON; charset=utf-8", body: json, text: "a text" },
  { what: "a type that ends in +json", type: "application/vnd.api+json", body: json, text: "a text" },
  { what: "JSON in base64", type: "application/json", body: Buffer.from(json), text: "a text" },
  { what: "JSON without a type", body: json, text: "a text" },
  { what: "what curl -d sends", type: "application/x-www-form-urlencoded", body: Buffer.from(json), text: "a text" },
  { what: "unknown members", type: "application/json", body: '{"text": "a text", "more": [1]}', text: "a text" },
  { what: "JSON after a byte order mark", type: "application/json", body: Buffer.from(`\ufeff${json}`), text: "a text" },
  { what: "an emoji", type: "application/json", body: '{"text": "👍🏽"}', text: "👍🏽" },
  { what: "a pair of escaped surrogates", type: "application/json", body: '{"text": "\\ud83d\\ude00"}', text: "😀" },
  { what: "space at both ends", type: "application/json", body: '{"text": " \\n\\u00a0a  text\\t\\r\\n"}', text: "a  text" },
  { what: "plain text", type: "text/plain", body: "a text\n", text: "a text" },
  { what: "plain text in base64", type: "text/plain; charset=UTF-8", body: Buffer.from("é 漢"), text: "é 漢" },
  { what: "plain text with its charset in quotes", type: 'text/plain; format=flowed; charset="utf-8"', body: "a text", text: "a text" },
  { what: "plain text after a byte order mark", type: "text/plain", body: Buffer.from("\ufeffa text"), text: "a text" },
  { what: "plain text that is JSON", type: "text/plain", body: json, text: json },
])("$what is taken", async ({ text, ...request }) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, request);

  const jobId = String(bodyOf(answer)["jobId"]);
  expect(answer).toEqual({
    statusCode: 202,
    headers: { "content-type": "application/json", location: `/jobs/${jobId}`, "retry-after": "1" },
    body: JSON.stringify({ jobId, status: "PENDING", message: "Job accepted. Poll GET /jobs/{jobId} for status updates." }),
  });
  expect(jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(pipeline.started.map((key) => key.jobId)).toEqual([jobId]);
  expect(bodyOf(await pipeline.request("get", about(jobId)))).toMatchObject({ status: "PENDING", text });
});

test.each([
  { what: "no body", type: "application/json", error: notJson },
  { what: "no body and no type", error: notJson },
  { what: "an empty body", type: "application/json", body: "", error: notJson },
  { what: "broken JSON", type: "application/json", body: '{"text": ', error: notJson },
  { what: "a form", type: "application/x-www-form-urlencoded", body: Buffer.from("text=hello"), error: notJson },
  { what: "JSON that is not UTF-8", type: "application/json", body: Buffer.from([0x22, 0xff, 0x22]), error: notUtf8 },
  { what: "JSON that is no object", type: "application/json", body: '"a text"', error: noText },
  { what: "JSON null", type: "application/json", body: "null", error: noText },
  { what: "an array", type: "application/json", body: `[${json}]`, error: noText },
  { what: "no text", type: "application/json", body: "{}", error: noText },
  { what: "a text that is a number", type: "application/json", body: '{"text": 5}', error: noText },
  { what: "a text that is null", type: "application/json", body: '{"text": null}', error: noText },
  { what: "an empty text", type: "application/json", body: '{"text": ""}', error: noText },
  { what: "a text of spaces", type: "application/json", body: '{"text": " \\u3000\\n"}', error: noText },
  { what: "plain text without a body", type: "text/plain", error: noText },
  { what: "half of a surrogate pair", type: "application/json", body: '{"text": "a \\ud83d b"}', error: half },
  { what: "plain text that is not UTF-8", type: "text/plain", body: Buffer.from([0x61, 0xe9]), error: notUtf8 },
  { what: "plain text of zero-width characters", type: "text/plain", body: "\u200b\ufeff \u2060\u00ad", error: noText },
  { what: "a text of zero-width characters", type: "application/json", body: '{"text": "\\u200b\\n\\u3164"}', error: noText },
])("$what is a 400", async ({ error, ...request }) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, request);

  expect(answer.statusCode).toBe(400);
  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", codes[error] ?? "InvalidUnicode", error));
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test.each([
  { type: "image/gif", error: `Content-Type image/gif is not supported. ${supported}` },
  { type: "application/jsonp", error: `Content-Type application/jsonp is not supported. ${supported}` },
  { type: "text/plain; charset=iso-8859-1", error: "Charset iso-8859-1 is not supported. Send the text in UTF-8." },
  { type: "application/json; charset=utf-16", error: "Charset utf-16 is not supported. Send the text in UTF-8." },
  { type: 'text/html; x=y; Charset = "Windows-1252"', error: "Charset windows-1252 is not supported. Send the text in UTF-8." },
])("$type is a 415", async ({ type, error }) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, { type, body: Buffer.from(json) });

  expect(bodyOf(answer)).toEqual(problem(415, "Unsupported Media Type", "UnsupportedMediaType", error));
  expect(answer.statusCode).toBe(415);
});

test.each(["application/json", "text/plain", "image/png"])("a compressed body of %s is a 415 that names what is not", async (type) => {
  const pipeline = await createPipeline();

  const headers = { "content-type": type, "content-encoding": "GZIP" };
  const [refused, taken] = [
    await pipeline.request("create", { headers, body: json }),
    await pipeline.request("create", { headers: { ...headers, "content-type": "text/plain", "content-encoding": "identity" }, body: json }),
  ];

  const sentence = "Content-Encoding gzip is not supported. Send the body as it is.";
  expect(bodyOf(refused)).toEqual(problem(415, "Unsupported Media Type", "UnsupportedMediaType", sentence));
  expect(refused.headers).toMatchObject({ "accept-encoding": "identity" });
  expect(taken.statusCode).toBe(202);
});

test.each([
  { what: "one byte that is no UTF-8", sent: Buffer.from("caf\xe9", "latin1"), status: 400 },
  { what: "half a character", sent: Buffer.from("café ☕").subarray(0, -1), status: 400 },
  { what: "a U+FFFD of the client's own", sent: Buffer.from("caf\ufffd"), status: 202 },
  { what: "UTF-8", sent: Buffer.from("café"), status: 202 },
])("a text that the HTTP API has decoded from $what is a $status", async ({ sent, status }) => {
  const pipeline = await createPipeline();
  const headers = { "content-type": "text/plain", "content-length": String(sent.length) };

  const answer = await pipeline.request("create", { headers, body: sent.toString("utf8") });

  expect(answer.statusCode).toBe(status);
  if (status === 400) expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", "InvalidUnicode", notUtf8));
});

test.each([
  { what: "1 MiB", text: "a".repeat(mebibyte), status: 202 },
  { what: "1 MiB in two-byte letters", text: "é".repeat(mebibyte / 2), status: 202 },
  { what: "1 MiB and space around it", text: `  ${"a".repeat(mebibyte)}\n`, status: 202 },
  { what: "one byte less", text: "a".repeat(mebibyte - 1), status: 202 },
  { what: "one byte more", text: "a".repeat(mebibyte + 1), status: 413 },
  { what: "one byte more by a two-byte letter", text: `${"a".repeat(mebibyte - 1)}é`, status: 413 },
])("a text of $what is a $status", async ({ text, status }) => {
  const pipeline = await createPipeline();

  const asJson = await send(pipeline, { type: "application/json", body: JSON.stringify({ text }) });
  const asText = await send(pipeline, { type: "text/plain", body: Buffer.from(text) });

  expect([asJson.statusCode, asText.statusCode]).toEqual([status, status]);
});

test("a 413 names the limit and the size received", async () => {
  const pipeline = await createPipeline();

  const answer = await post(pipeline, "a".repeat(mebibyte + 1));

  const sentence = "The text has 1048577 bytes; the limit is 1048576 bytes (1 MiB) of UTF-8.";
  expect(bodyOf(answer)).toMatchObject({ error: sentence, code: "DocumentTooLarge", status: 413 });
});

test("the new record has its owner, when it is due, and when it expires; nothing of the text is logged", async () => {
  const pipeline = await createPipeline();

  const { jobId, generation } = await pipeline.submit("a text of ours");

  const { openShard, ...record } = (await pipeline.record(jobId)) ?? {};
  expect(record).toEqual({
    ...{ jobId, generation, owner: "public", status: "PENDING", text: "a text of ours", version: 1, result: {}, restarts: 0 },
    ...{ createdAt: 1_767_225_600, updatedAt: 1_767_225_600, dueAt: 1_767_225_660, deadlineAt: 1_767_226_200, expiresAt: 1_767_830_400 },
  });
  expect([0, 1, 2, 3]).toContain(openShard);
  expect(pipeline.logLines).toEqual([{ message: "Job accepted", jobId, bytes: 14 }]);
  expect(pipeline.started).toEqual([{ jobId, generation }]);
});

const types = [
  undefined,
  "application/json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "; charset=",
];
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
const anyBody = fc.oneof(
  fc.string({ unit: anyUnit }),
  fc.json(),
  fc.string({ unit: anyUnit }).map((text) => JSON.stringify({ text })),
);

test("no body is ever answered with a 5xx", async () => {
  const pipeline = await createPipeline();

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...types), anyBody, fc.boolean(), async (type, body, isBase64Encoded) => {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      const { statusCode } = await pipeline.request("create", { headers, body, isBase64Encoded });
      expect([202, 400, 415]).toContain(statusCode);
    }),
    { numRuns: 300 },
  );
});

test("any well-formed text is taken, and reads back trimmed, and in form C with its lines ended alike after OCR", async () => {
  const pipeline = await createPipeline();
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom("\r", "\n", "e\u0301", "\u212b"), fc.string({ unit: "binary", minLength: 1, maxLength: 9 })),
    maxLength: 120,
  });

  await fc.assert(
    fc.asyncProperty(
      text.filter((one) => /[^\s\p{Default_Ignorable_Code_Point}]/u.test(one)),
      async (given) => {
        const key = await pipeline.submit(given);
        const posted = bodyOf(await pipeline.request("get", about(key.jobId)))["text"];
        await pipeline.runStage("ocr", key);
        const read = await textOf(pipeline, key.jobId);
        expect(posted).toBe(given.trim());
        expect(read).toBe(given.trim().normalize("NFC").replaceAll("\r\n", "\n").replaceAll("\r", "\n"));
      },
    ),
    { numRuns: 150 },
  );
});
