import { expect, test } from "vitest";
import type { ScannedDocument } from "../../functions/stages/document.ts";
import { about, bodyOf, problem, textOf } from "../support/answers.ts";
import { keptIn, nothingKept } from "../support/kept.ts";
import { createPipeline, type Pipeline } from "../support/pipeline.ts";
import { formOf, jpegFile, pdfFile, pngFile, webpFile } from "../support/scanned-documents.ts";

const limit = 4_194_304;
const supported =
  'Send application/json with {"text": "…"}, text/plain or text/html in UTF-8, image/png, image/jpeg, image/tiff, image/webp, application/pdf, or one file as multipart/form-data.';

/** As the HTTP API hands over what is not text. */
const send = (pipeline: Pipeline, type: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  pipeline.request("create", {
    headers: { "content-type": type, ...headers },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  });

const file = ({ type, bytes }: ScannedDocument, claimed: string = type) => new File([Uint8Array.from(bytes)], "scan", { type: claimed });

async function sendForm(pipeline: Pipeline, ...files: (File | string)[]) {
  const { type, body } = await formOf(files.map((one, index) => [`file-${index}`, one]));
  return send(pipeline, type, body);
}

const documents = [pngFile(), jpegFile(), pdfFile()];

test.each(documents)("$type as the body is taken, and its text is there once OCR has read it", async (document) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, document.type, document.bytes);

  const jobId = String(bodyOf(answer)["jobId"]);
  expect(answer.statusCode).toBe(202);
  const name = `jobs/${jobId}/${pipeline.started[0]?.generation}/document`;
  const { object, body } = await pipeline.aws.bucketStore.get("documents", name);
  expect([object.headers["content-type"], body]).toEqual([document.type, document.bytes]);
  const { openShard, ...record } = (await pipeline.record(jobId)) ?? {};
  expect(record).toMatchObject({ document: { name: "document", bytes: document.bytes.byteLength, type: document.type } });
  expect(record).not.toHaveProperty("text");
  const early = bodyOf(await pipeline.request("get", about(jobId)));
  expect([Object.keys(early), "text" in early]).toEqual([["jobId", "status", "createdAt", "updatedAt", "result"], false]);
  const textBefore = bodyOf(await pipeline.request("text", about(jobId)));
  expect(textBefore).toEqual(problem(404, "Not Found", "TextNotReady", `Job '${jobId}' has no text yet: OCR has not finished.`));

  for (const key of pipeline.started) await pipeline.execute(key);

  const done = await pipeline.record(jobId);
  expect(done).toMatchObject({ status: "DONE", text: expect.stringContaining("A page.") });
  expect(done).not.toHaveProperty("document");
  expect(await textOf(pipeline, jobId)).toContain("A page.");
});

test("a long text that OCR has read stands in the bucket beside the document", async () => {
  const pipeline = await createPipeline();
  const { type, bytes } = pdfFile({ text: "One line of many on a page.\n".repeat(40) });

  const { jobId } = bodyOf(await send(pipeline, type, bytes));
  for (const key of pipeline.started) await pipeline.execute(key);

  const { jobs, objects } = await keptIn(pipeline.aws);
  expect(jobs).toMatchObject([{ jobId, status: "DONE", textObject: { name: "ocr-attempt-1" } }]);
  expect(jobs[0]).not.toHaveProperty("document");
  expect(objects.map((key) => key.split("/").at(-1)).sort()).toEqual(["document", "ocr-attempt-1"]);
});

test.each([
  { what: "a PNG", part: file(pngFile()), document: pngFile() },
  { what: "a JPEG", part: file(jpegFile()), document: jpegFile() },
  { what: "a PDF", part: file(pdfFile()), document: pdfFile() },
  { what: "a PNG of unknown type", part: file(pngFile(), "application/octet-stream"), document: pngFile() },
  { what: "a PDF of unknown type", part: file(pdfFile(), "application/octet-stream"), document: pdfFile() },
])("$what as the one file of a form is that document", async ({ part, document }) => {
  const pipeline = await createPipeline();

  const answer = await sendForm(pipeline, "a field that is no file", part);

  expect(answer.statusCode).toBe(202);
  const { jobs } = await keptIn(pipeline.aws);
  expect(jobs).toMatchObject([{ document: { name: "document", bytes: document.bytes.byteLength, type: document.type } }]);
});

test.each(["text/plain", "text/plain; charset=utf-8", "application/octet-stream"])("a file of %s in a form is a text", async (type) => {
  const pipeline = await createPipeline();

  const answer = await sendForm(pipeline, new File([" a café\n"], "note.txt", { type }));

  expect(answer.statusCode).toBe(202);
  expect((await keptIn(pipeline.aws)).jobs).toMatchObject([{ text: "a café" }]);
});

const html = "<!doctype html><title>T</title><script>let terrible;</script><h1>The harbour</h1><p>Caf\u00e9 &amp; <b>light</b>house";
const readHtml = "The harbour\n\nCafé & lighthouse";

test("HTML as the body or as a file is kept as it is sent, and its text is there once OCR has read it", async () => {
  const pipeline = await createPipeline();

  const answers = [
    await pipeline.request("create", { headers: { "content-type": "text/html; charset=utf-8" }, body: html }),
    await sendForm(pipeline, new File([html], "page.html", { type: "text/html" })),
  ];
  const early = await keptIn(pipeline.aws);
  for (const key of pipeline.started) await pipeline.execute(key);

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  const document = { name: "document", bytes: Buffer.byteLength(html), type: "text/html" };
  expect(early.jobs).toMatchObject([{ document }, { document }]);
  for (const { jobId } of pipeline.started) {
    expect(await textOf(pipeline, jobId)).toBe(readHtml);
    const { result } = bodyOf(await pipeline.request("get", about(jobId)));
    expect(result).toMatchObject({
      ocr: { stage: "ocr", charCount: 30, wordCount: 4, preview: readHtml },
      search: { topKeywords: ["café", "harbour", "lighthouse"] },
    });
  }
});

test.each([
  { what: "no words", page: "<script>word</script><p hidden>word</p>…", errorCode: "NoTextFound" },
  { what: "elements without end", page: "<div>word".repeat(600), errorCode: "DocumentUnreadable" },
  { what: "more than 1 MiB of text", page: "word ".repeat(220_000), errorCode: "DocumentTooLarge" },
])("HTML of $what ends in $errorCode", async ({ page, errorCode }) => {
  const pipeline = await createPipeline();

  await pipeline.request("create", { headers: { "content-type": "text/html" }, body: page });
  for (const key of pipeline.started) await pipeline.execute(key);

  expect((await keptIn(pipeline.aws)).jobs).toMatchObject([{ status: "ERROR", errorCode, failedStage: "ocr" }]);
});

test.each([
  { what: "nothing in it", page: " \n", status: 400, error: "The document is empty." },
  {
    what: "one byte too many",
    page: "a".repeat(limit + 1),
    status: 413,
    error: "The document has 4194305 bytes; the limit is 4194304 bytes (4 MiB).",
  },
])("HTML with $what is a $status", async ({ page, status, error }) => {
  const pipeline = await createPipeline();

  const answer = await pipeline.request("create", { headers: { "content-type": "text/html" }, body: page });

  expect([answer.statusCode, bodyOf(answer)["error"]]).toEqual([status, error]);
});

const oneFile = "Send exactly one, as curl -F file=@scan.png does.";
const broken = "The body is not valid multipart/form-data, or the Content-Type has no boundary.";

test.each([
  { what: "no file", parts: ["a field"], code: "InvalidForm", error: `The form has no file. ${oneFile}` },
  { what: "two files", parts: [file(pngFile()), file(pngFile())], code: "InvalidForm", error: `The form has 2 files. ${oneFile}` },
  {
    what: "an empty document",
    parts: [new File([], "scan.png", { type: "image/png" })],
    code: "DocumentRequired",
    error: "The document is empty.",
  },
  {
    what: "an empty text",
    parts: [new File([" "], "note.txt", { type: "text/plain" })],
    code: "TextRequired",
    error: "Field 'text' is required and must not be empty",
  },
  {
    what: "bytes that are nothing",
    parts: [new File([Uint8Array.of(0xff, 0xfe)], "x")],
    code: "InvalidUnicode",
    error: "The text is not valid UTF-8. Send it in UTF-8.",
  },
])("a form of $what is a 400", async ({ parts, code, error }) => {
  const pipeline = await createPipeline();

  const answer = await sendForm(pipeline, ...parts);

  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", code, error));
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test.each([
  { what: "no boundary", type: "multipart/form-data", body: "--x\r\n" },
  { what: "another boundary", type: "multipart/form-data; boundary=y", body: "--x\r\n" },
  { what: "nothing in it", type: "multipart/form-data; boundary=x", body: "" },
  {
    what: "no end",
    type: "multipart/form-data; boundary=x",
    body: '--x\r\nContent-Disposition: form-data; name="file"; filename="secret"\r\n\r\nabc',
  },
  { what: "five million dashes", type: "multipart/form-data; boundary=x", body: "-".repeat(5_000_000) },
])("a form with $what is a 400 that quotes nothing of it", async ({ type, body }) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, type, Buffer.from(body));

  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", "InvalidForm", broken));
});

test("a form of forty thousand files is refused like one of two", { timeout: 30_000 }, async () => {
  const pipeline = await createPipeline();
  const part = '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\na\r\n';

  const answer = await send(pipeline, "multipart/form-data; boundary=x", Buffer.from(`${part.repeat(40_000)}--x--\r\n`));

  expect(bodyOf(answer)["error"]).toBe(`The form has 40000 files. ${oneFile}`);
});

test.each([
  { what: "a JPEG said to be a PNG", type: "image/png", bytes: jpegFile().bytes, found: "image/jpeg" },
  { what: "a PNG said to be a JPEG", type: "image/jpeg", bytes: pngFile().bytes, found: "image/png" },
  { what: "a PNG said to be a PDF", type: "application/pdf", bytes: pngFile().bytes, found: "image/png" },
  { what: "a text said to be a PDF", type: "application/pdf", bytes: Buffer.from("plain"), found: "neither PNG, JPEG, TIFF, WebP nor PDF" },
])("$what is a 415 that names both, as a body and in a form", async ({ type, bytes, found }) => {
  const pipeline = await createPipeline();

  const answers = [await send(pipeline, type, bytes), await sendForm(pipeline, new File([Uint8Array.from(bytes)], "scan", { type }))];

  const sentence = `Content-Type is ${type}, but the content is ${found}.`;
  expect(answers.map(bodyOf)).toEqual(Array(2).fill(problem(415, "Unsupported Media Type", "ContentTypeMismatch", sentence)));
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test.each([
  { what: "TIFF", type: "image/tiff", bytes: Buffer.from("II*\0\x08\0\0\0", "latin1") },
  { what: "BigTIFF", type: "image/tiff", bytes: Buffer.from("MM\0+\0\x08\0\0", "latin1") },
  { what: "WebP", type: "image/webp", bytes: webpFile(640, 480) },
  { what: "PNG", type: "image/png", bytes: pngFile().bytes },
  { what: "PDF", type: "application/pdf", bytes: pdfFile().bytes },
])("$what without a type is what its first bytes say, as a body and in a form", async ({ type, bytes }) => {
  const pipeline = await createPipeline();
  const unnamed = "application/octet-stream";

  const answers = [
    await send(pipeline, unnamed, bytes),
    await sendForm(pipeline, new File([Uint8Array.from(bytes)], "scan", { type: unnamed })),
  ];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  const jobs = await Promise.all(answers.map((answer) => pipeline.jobs.get(String(bodyOf(answer)["jobId"]))));
  expect(jobs.map((job) => job?.document?.type)).toEqual([type, type]);
});

test("a text without a type is a text", async () => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, "application/octet-stream", Buffer.from("A plain text."));

  expect(bodyOf(await pipeline.request("get", about(String(bodyOf(answer)["jobId"]))))).toMatchObject({ text: "A plain text." });
});

test.each(["image/jpg", "image/pjpeg", "Image/JPG; name=x"])("%s is image/jpeg", async (type) => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, type, jpegFile().bytes);

  expect((await pipeline.jobs.get(String(bodyOf(answer)["jobId"])))?.document?.type).toBe("image/jpeg");
});

const ftyp = (brand: string) => `\0\0\0\x18ftyp${brand}\0\0\0\0`;
test.each([
  { kind: "GIF", start: "GIF89a" },
  { kind: "BMP", start: "BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" },
  { kind: "HEIC", start: ftyp("heic") },
  { kind: "HEIC", start: ftyp("mif1") },
  { kind: "AVIF", start: ftyp("avif") },
  { kind: "JPEG 2000", start: "\0\0\0\x0cjP  \r\n\x87\n" },
  { kind: "JPEG XL", start: "\xff\x0a" },
  { kind: "PSD", start: "8BPS\0\x01" },
  { kind: "DjVu", start: "AT&TFORM" },
  { kind: "PostScript", start: "%!PS-Adobe" },
  { kind: "RTF", start: "{\\rtf1" },
  { kind: "a ZIP archive, as .docx and .xlsx are", start: "PK\x03\x04" },
  { kind: "an older Office document", start: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" },
])("$kind is a 415 that names it and what is read, whatever its type", async ({ kind, start }) => {
  const pipeline = await createPipeline();
  const bytes = Buffer.from(start, "latin1");
  const answers = [];

  for (const type of ["application/octet-stream", "image/x-unknown"]) {
    answers.push(await send(pipeline, type, bytes), await sendForm(pipeline, new File([Uint8Array.from(bytes)], "file", { type })));
  }
  const mismatched = await send(pipeline, "image/png", bytes);

  const refusal = `${kind}, which is not read. Send PNG, JPEG, TIFF, WebP or PDF.`;
  const problems = answers.map((answer) => bodyOf(answer));
  expect(problems).toEqual(Array(4).fill(problem(415, "Unsupported Media Type", "UnsupportedMediaType", `The document is ${refusal}`)));
  expect(bodyOf(mismatched)).toMatchObject({
    code: "ContentTypeMismatch",
    error: `Content-Type is image/png, but the content is ${refusal}`,
  });
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test.each([
  { kind: "RTF", start: "{\\rtf1\\ansi A letter.}" },
  { kind: "PostScript", start: "%!PS-Adobe-3.0\n(A letter.) show" },
])("$kind as a text is a 415 as well", async ({ kind, start }) => {
  const pipeline = await createPipeline();

  const answers = [
    await send(pipeline, "text/plain", Buffer.from(start)),
    await send(pipeline, "application/json", Buffer.from(JSON.stringify({ text: start }))),
  ];

  const sentence = `The document is ${kind}, which is not read. Send PNG, JPEG, TIFF, WebP or PDF.`;
  expect(answers.map(bodyOf)).toEqual(Array(2).fill(problem(415, "Unsupported Media Type", "UnsupportedMediaType", sentence)));
});

test.each(["text/plain", "application/x-www-form-urlencoded", "application/json", ""])(
  "a file that is sent as %j is named",
  async (type) => {
    const pipeline = await createPipeline();

    const png = await send(pipeline, type, pngFile().bytes);
    const word = await send(pipeline, type, Buffer.from("PK\x03\x04\xff\xfe", "latin1"));

    expect(bodyOf(png)).toMatchObject({
      status: 415,
      code: "ContentTypeMismatch",
      error: "The body is sent as text, but the content is image/png. Send it with Content-Type: image/png.",
    });
    expect(bodyOf(word)).toMatchObject({
      status: 415,
      code: "UnsupportedMediaType",
      error: expect.stringContaining("a ZIP archive, as .docx and .xlsx are, which is not read."),
    });
  },
);

test("a file of another type in a form is a 415", async () => {
  const pipeline = await createPipeline();

  const answer = await sendForm(pipeline, new File(["a,b"], "a.csv", { type: "text/csv" }));

  const sentence = `Content-Type text/csv is not supported. ${supported}`;
  expect(bodyOf(answer)).toEqual(problem(415, "Unsupported Media Type", "UnsupportedMediaType", sentence));
});

test.each([
  {
    what: "too many pixels",
    size: { width: 10_000, height: 6001 },
    status: 413,
    code: "DocumentTooLarge",
    sentence: /10000 × 6001 pixels; the limit is 60000000 altogether/,
  },
  {
    what: "too long a side",
    size: { width: 16_001, height: 20 },
    status: 413,
    code: "DocumentTooLarge",
    sentence: /16001 × 20 pixels; the limit is 16000 a side/,
  },
  {
    what: "too short a side",
    size: { width: 640, height: 15 },
    status: 415,
    code: "UnsupportedDocument",
    sentence: /640 × 15 pixels; each side must have at least 16/,
  },
])("an image of $what is a $status before anything is kept", async ({ size, status, code, sentence }) => {
  const pipeline = await createPipeline();

  const answers = [];
  for (const { type, bytes } of [pngFile(size), jpegFile(size), { type: "image/webp", bytes: webpFile(size.width, size.height) }])
    answers.push(await send(pipeline, type, bytes));

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([status, status, status]);
  for (const answer of answers) expect(bodyOf(answer)).toMatchObject({ code, error: expect.stringMatching(sentence) });
  expect(await keptIn(pipeline.aws)).toEqual(nothingKept);
});

test("an image without a size is a 400", async () => {
  const pipeline = await createPipeline();

  const answer = await send(pipeline, "image/png", pngFile().bytes.subarray(0, 12));

  const sentence = "The document could not be read; it may be damaged. Check that it opens, and send it again.";
  expect(bodyOf(answer)).toEqual(problem(400, "Bad Request", "DocumentUnreadable", sentence));
});

test.each([
  { bytes: limit, status: 202 },
  { bytes: limit + 1, status: 413 },
])("a document of $bytes bytes is a $status, as a body and in a form", async ({ bytes, status }) => {
  const pipeline = await createPipeline();
  const document = pngFile({ bytes });

  const answers = [await send(pipeline, document.type, document.bytes), await sendForm(pipeline, file(document))];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([status, status]);
  const sentence = "The document has 4194305 bytes; the limit is 4194304 bytes (4 MiB). Send a larger one by POST /uploads.";
  if (status === 413) for (const answer of answers) expect(bodyOf(answer)["error"]).toBe(sentence);
});

test("a text in a form has the limit of a text", async () => {
  const pipeline = await createPipeline();

  const answer = await sendForm(pipeline, new File(["a".repeat(1_048_577)], "note.txt", { type: "text/plain" }));

  expect(bodyOf(answer)).toMatchObject({ status: 413, error: expect.stringContaining("1048577 bytes") });
});

test("a key belongs to a document's bytes and type, however they were sent", async () => {
  const pipeline = await createPipeline();
  const headers = { "idempotency-key": "8f14e45f-ceea-467f-a9d5-6f2c1b7a3e10" };
  const { type, body } = await formOf([["file", file(pngFile())]]);
  // Bytes that are a PDF by all that is asked at the door, and a text.
  const ambiguous = Buffer.from("%PDF-1.7\nA page.");

  const first = await send(pipeline, "image/png", pngFile().bytes, headers);
  const again = await send(pipeline, type, body, headers);
  const other = await send(pipeline, "image/png", pngFile({ text: "Another page." }).bytes, headers);
  const asPdf = await send(pipeline, "application/pdf", ambiguous, { "idempotency-key": "another key of the caller" });
  const asText = await send(pipeline, "text/plain", ambiguous, { "idempotency-key": "another key of the caller" });

  expect([first, again, other, asPdf, asText].map(({ statusCode }) => statusCode)).toEqual([202, 202, 422, 202, 422]);
  expect(again.headers).toMatchObject({ "idempotency-replayed": "true" });
  expect(bodyOf(again)).toEqual(bodyOf(first));
  expect((await keptIn(pipeline.aws)).objects).toHaveLength(2);
});
