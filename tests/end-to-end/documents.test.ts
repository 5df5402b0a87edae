import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Runtime, systemClock } from "@async-text-processing/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobCommand } from "../../scripts/job/command.ts";
import { isFinal, poll, request, startLocalRuntime } from "../support/local-runtime.ts";
import { pageJpeg, pagePng, pagesAs, writtenPage } from "../support/page-picture.ts";
import { pngFile } from "../support/scanned-documents.ts";

const lines = ["Glacier meltwater lubricates bedrock", "The expedition was a wonderful success"];
const folder = mkdtempSync(join(tmpdir(), "documents-"));
const logged: string[] = [];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startLocalRuntime();
  runtime.services.logs.onLine(({ message }) => logged.push(message));
});
afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true });
});

const post = (type: string, body: Uint8Array) =>
  request(runtime, "/jobs", { method: "POST", headers: { "content-type": type }, body: Uint8Array.from(body) });

async function ended(type: string, body: Uint8Array): Promise<Record<string, unknown>> {
  const { status, body: job } = await post(type, body);
  expect(status).toBe(202);
  return poll(runtime, String(job["jobId"]), isFinal);
}

/** Posts a file as a form, with curl where this machine has it. */
async function postForm(name: string, bytes: Uint8Array, type: string): Promise<Record<string, unknown>> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const form = new FormData();
  form.append("file", new File([Uint8Array.from(bytes)], name, { type }));
  return promisify(execFile)("curl", ["-s", "-F", `file=@${path}`, `${runtime.apiUrl}/jobs`]).then(
    ({ stdout }) => JSON.parse(stdout),
    async (error) => {
      if (error.code !== "ENOENT") throw error;
      return (await request(runtime, "/jobs", { method: "POST", body: form })).body;
    },
  );
}

const read = {
  status: "DONE",
  text: expect.stringContaining(lines[0] ?? ""),
  result: {
    ocr: { stage: "ocr", wordCount: 10, pageCount: 1, pagesRead: 1, confidence: expect.any(Number) },
    mlInference: { stage: "ml_inference" },
    search: { topKeywords: expect.arrayContaining(["glacier"]) },
  },
};

test("a PNG is read, its record tells how well, and its text can be had", async () => {
  const job = await ended("image/png", await pagePng(lines));

  expect(job).toMatchObject(read);
  const text = await fetch(`${runtime.apiUrl}/jobs/${job["jobId"]}/text`);
  expect([text.status, (await text.text()).split("\n").filter(Boolean)]).toEqual([200, lines]);
});

test("a JPEG is read that came as a form", async () => {
  const { jobId } = await postForm("scan.jpg", await pageJpeg(lines), "image/jpeg");

  expect(await poll(runtime, String(jobId), isFinal)).toMatchObject(read);
});

test("a PDF is read", async () => {
  expect(await ended("application/pdf", writtenPage(lines))).toMatchObject(read);
});

test("the client uploads a file of more than 6 MB to the bucket, and only the job's copy stays", async () => {
  const path = join(folder, "large.png");
  writeFileSync(path, await pagePng(lines, { scale: 3.6, deflateLevel: 0 }));
  const [printed, reported]: [string[], string[]] = [[], []];

  const code = await jobCommand([path, "--url", runtime.apiUrl], {
    ...{ fetch, clock: systemClock, env: {}, project: folder, folder, input: (async function* () {})() },
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  });

  const job = JSON.parse(printed.join(""));
  expect([code, job], reported.join("\n")).toEqual([0, expect.objectContaining({ status: "DONE" })]);
  expect(job).toMatchObject(read);
  const keys = runtime.services.s3.list("documents-local", "").filter(({ size }) => size > 6_000_000);
  expect(keys.map(({ key }) => key)).toEqual([expect.stringMatching(`^jobs/${job["jobId"]}/.*/document$`)]);
});

test("the pages of a fax as TIFF are read, and a WebP", async () => {
  const pages = lines.map((line) => [line]);

  const fax = await ended("image/tiff", await pagesAs(".tif", pages, { compression: "ccittfax4", bitdepth: 1 }));
  const webp = await ended("image/webp", await pagesAs(".webp", [lines]));

  expect(fax).toMatchObject({ ...read, result: { ...read.result, ocr: { ...read.result.ocr, pageCount: 2, pagesRead: 2 } } });
  expect(webp).toMatchObject(read);
});

test("a document of another type than its Content-Type is a 415, and an image of too many pixels a 413", async () => {
  const wrong = await post("image/png", await pageJpeg(lines, 1));
  const bomb = await post("image/png", pngFile({ width: 60_000, height: 60_000 }).bytes);

  expect([wrong.status, bomb.status]).toEqual([415, 413]);
});

test.each([
  { what: "an empty page", bytes: () => pagePng([]), errorCode: "NoTextFound" },
  { what: "half a file", bytes: async () => (await pagePng(lines)).subarray(0, 2000), errorCode: "DocumentUnreadable" },
])("$what ends in ERROR with a code and a sentence of its own", async ({ bytes, errorCode }) => {
  const job = await ended("image/png", await bytes());

  expect(job).toMatchObject({ status: "ERROR", errorCode, failedStage: "ocr", result: {} });
  expect(job["errorMessage"]).toMatch(/^[A-Z].*\.$/);
  expect(job).not.toHaveProperty("text");
});

test("of a deleted document nothing is left", async () => {
  const before = runtime.services.s3.list("documents-local", "");
  const { jobId, status: end } = await ended(
    "application/pdf",
    writtenPage([...lines, ...Array(10).fill("A long text is kept in the bucket.")]),
  );
  const kept = runtime.services.s3.list("documents-local", `jobs/${jobId}/`);

  const { status } = await request(runtime, `/jobs/${jobId}`, { method: "DELETE" });

  expect([end, status, kept.length]).toEqual(["DONE", 204, 2]);
  expect(runtime.services.s3.list("documents-local", "")).toEqual(before);
});

test("nothing of a document is logged", () => {
  expect(logged.join("\n")).toContain("Stage complete");
  expect(logged.join("\n")).not.toMatch(/meltwater|expedition/i);
});
