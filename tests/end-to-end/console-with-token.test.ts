import type { Runtime } from "@async-text-processing/local";
import { startTokenIssuer, type TokenIssuer } from "@async-text-processing/local/testing";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ConsolePages, functionName, json } from "../support/console-pages.ts";
import { startLocalRuntime } from "../support/local-runtime.ts";
import { scannedPages } from "../support/scanned-pages.ts";

// The API of this runtime knows its callers by their tokens: what all of the console does with it is tested on the way.

let runtime: Runtime;
let issuer: TokenIssuer;
let pages: ConsolePages;
let token: string;
beforeAll(async () => {
  issuer = await startTokenIssuer();
  token = await issuer.token({ aud: "app", sub: "ann" });
  const set = ["auth=jwt", `jwtIssuer=${issuer.url}`, "jwtAudience=app"];
  ({ pages, runtime } = await ConsolePages.open(({ onStart }) => startLocalRuntime({ onStart, set })));
}, 300_000);
afterEach(() => pages.reset());
afterAll(async () => {
  await pages?.close();
  await runtime?.stop();
  issuer?.stop();
  expect(pages?.faults.filter((fault) => !/status of 40[14]/.test(String(fault)))).toEqual([]);
});

async function submitted(body: string | Uint8Array<ArrayBuffer>, type = "text/plain"): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, "content-type": type };
  const answer = await fetch(`${runtime.apiUrl}/jobs`, { method: "POST", headers, body });
  return ((await answer.json()) as { jobId: string }).jobId;
}

test("a text is submitted with the token that was typed, and nothing without", async () => {
  const page = await pages.open("/");
  const submit = async () => {
    await page.getByLabel("Text of a new job").fill("Whose text is this");
    await page.keyboard.press("Enter");
  };

  await submit();
  await page.getByText("Enter a valid token of the caller above").waitFor();
  await page.getByLabel("Token of the caller").fill(token);
  await submit();
  await page.locator(".pill", { hasText: "DONE" }).waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByLabel("2 jobs, newest first").waitFor();
  await page.getByRole("tab", { name: "Document" }).click();
  await page.locator("pre", { hasText: "Whose text is this" }).waitFor();

  expect(await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")).toBe('[{},{},""]');
});

test.each([
  [
    "whose record cannot be written says so",
    { target: "service dynamodb", kind: "fail", operation: "UpdateItem" },
    ["The execution has failed (JobFailed), and the record could not say so.", "attempt 3 · DynamoDB.InternalServerError"],
  ],
  [
    "whose function lacks a permission shows the refusal in the log",
    { target: "service dynamodb", kind: "deny", operation: "UpdateItem", calls: 2 },
    ["StageFailed · The stage failed.", "cause=AccessDeniedException"],
  ],
  [
    "whose service is throttled is tried until it is not",
    { target: "service dynamodb", kind: "throttle", operation: "UpdateItem", calls: 1 },
    ["DONE"],
  ],
  ["that is slow waits", { target: functionName("ocr"), kind: "slow", milliseconds: 400, calls: 1 }, ["DONE"]],
  ["that is lost has no execution", { target: "executions", kind: "lose", calls: 1 }, ["No execution has started yet."]],
] as const)("a job %s", async (_, fault, sentences) => {
  await pages.setFaults([fault]);
  const page = await pages.open(`/jobs/${await submitted("It meets a fault")}`);

  for (const sentence of sentences) await page.getByText(sentence).first().waitFor();
});

test("a job whose function hangs runs until the fault is switched off", async () => {
  await pages.setFaults([{ target: functionName("search"), kind: "hang" }]);
  const page = await pages.open(`/jobs/${await submitted("It hangs")}`);

  await page.getByRole("button", { name: /^Search .*\(Task, running\)/ }).waitFor();
  await pages.setFaults([]);

  await page.locator(".pill", { hasText: "DONE" }).waitFor();
});

test("the pages of a PDF stand beside the text, and the parts that were read at once are counted", async () => {
  const scan = await scannedPages(Array.from({ length: 6 }, (_, at) => (at === 2 ? { word: "Lighthouse" } : "empty")));
  const page = await pages.open(`/jobs/${await submitted(new Uint8Array(scan), "application/pdf")}?tab=document`);
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  await page.getByRole("button", { name: /^OCRParts (\d+) of \1 items \(Map, succeeded\)/ }).waitFor();
  await page.getByText("The API gives the text to the job's caller only.").waitFor();

  const answer = await fetch(new URL((await page.getByTitle("The document as it was sent").getAttribute("src")) ?? "", runtime.apiUrl));
  expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(scan);
});

test("a line of a mebibyte is shown whole, in blocks, without making the page wider", async () => {
  const line = "x".repeat(1_048_576);
  const page = await pages.open("/");
  await page.getByLabel("Token of the caller").fill(token);
  const jobId = await submitted(line);
  await page.locator(`.row[href*="${jobId}"]`).click();
  await page.locator(".pill", { hasText: "DONE" }).waitFor();

  await page.getByRole("tab", { name: "Document" }).click();
  await page.locator("pre > span").first().waitFor({ state: "attached" });

  expect(await page.locator("pre").evaluate((pre) => pre.textContent?.length)).toBe(line.length);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});

test("an alarm stands as what was counted says", async () => {
  await pages.setFaults([{ target: functionName("get-openapi"), kind: "fail", calls: 1 }]);
  expect((await fetch(`${runtime.apiUrl}/openapi.json`)).status).toBe(500);
  const page = await pages.open("/stack");

  await page.getByRole("row", { name: /^get-openapi ALARM 1 ≥ 1 in 5 min, 1 of 3 AWS\/Lambda Errors get-openapi/ }).waitFor();
  await page.getByRole("row", { name: /^api-5xx ALARM 1 ≥ 1 in 5 min/ }).waitFor();
  await page.getByRole("row", { name: /^get-text OK 0/ }).waitFor();
});

interface Operation {
  readonly parameters?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>;
}

describe("the API", () => {
  async function description(): Promise<{ readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }> {
    return (await (await fetch(pages.url("/api/openapi.json"))).json()) as Awaited<ReturnType<typeof description>>;
  }

  test("is described in valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(await description());

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test("answers as it is described, to the last member", async () => {
    const jobId = await submitted("Described");
    await expect.poll(() => statusOf(jobId), { timeout: 60_000 }).toBe("DONE");
    await pages.setFaults([{ target: "executions", kind: "lose", calls: 1 }]);
    const ajv = new Ajv2020({ strict: false });

    const answers = Object.entries((await description()).paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(async ([method, { responses }]) => {
        const answer = await answerOf(method, path.replace("{jobId}", jobId));
        const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
        const { content } = responses[answer.status] ?? {};
        const schema = content?.[type]?.schema ?? content?.["*/*"]?.schema;
        const text = type === "text/event-stream" ? await firstEventOf(answer) : await answer.text();
        const isAsDescribed = schema === undefined ? text === "" : ajv.validate(schema, JSON.parse(text));
        return [`${method} ${path} ${answer.status}`, isAsDescribed ? "as described" : `${text} ${ajv.errorsText()}`];
      }),
    );

    expect(Object.fromEntries(await Promise.all(answers))).toEqual({
      "get /console/api/openapi.json 200": "as described",
      "get /console/api/jobs 200": "as described",
      "get /console/api/stream 200": "as described",
      "get /console/api/jobs/{jobId} 200": "as described",
      "get /console/api/jobs/{jobId}/stream 200": "as described",
      "get /console/api/jobs/{jobId}/document 404": "as described", // its text is in the record
      "put /console/api/jobs/{jobId}/name 204": "as described",
      "post /console/api/jobs/{jobId}/runs 202": "as described",
      "get /console/api/stack 200": "as described",
      "get /console/api/faults 200": "as described",
      "put /console/api/faults 200": "as described",
    });
  });

  async function statusOf(jobId: string): Promise<string> {
    return ((await (await fetch(pages.url(`/api/jobs/${jobId}`))).json()) as { summary: { status: string } }).summary.status;
  }

  function answerOf(method: string, path: string): Promise<Response> {
    const body = { put: path.endsWith("name") ? '{"name":"A name"}' : "[]" }[method];
    const headers = { ...json, authorization: `Bearer ${token}` };
    return fetch(`${runtime.apiUrl}${path}`, { method: method.toUpperCase(), headers, ...(body !== undefined && { body }) });
  }

  async function firstEventOf({ body }: Response): Promise<string> {
    let text = "";
    for await (const part of body ?? []) {
      text += Buffer.from(part).toString();
      if (text.endsWith("\n\n")) break;
    }
    return text.replace(/^data: /, "");
  }
});
