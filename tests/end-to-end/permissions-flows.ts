import { accountId, region } from "@async-text-processing/local";
import { expect } from "vitest";
import { request } from "../support/local-runtime.ts";
import { pngFile } from "../support/scanned-documents.ts";
import type { Stack } from "./permissions-stack.ts";

/** Goes one way through a stack that may do all it has to. @throws Error where it does not come to its end. */
export type Flow = (stack: Stack) => Promise<void>;

const someJob = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
const shortText = "Glacier meltwater lubricates bedrock";
const longText = "Long texts live in the bucket. ".repeat(20).trim();
const accepted = async (stack: Stack, text: string, headers?: Readonly<Record<string, string>>) => {
  const { status, body } = await stack.post(text, headers);
  expect([status, body]).toEqual([202, expect.objectContaining({ jobId: expect.any(String) })]);
  return body["jobId"];
};

const json = { "content-type": "application/json" };

/** Announces a document, and sends it to the address that is answered. @returns the upload's id. */
async function uploaded({ runtime }: Stack): Promise<string> {
  const { type, bytes } = pngFile();
  const body = JSON.stringify({ contentType: type, bytes: bytes.byteLength });
  const { body: upload } = await request(runtime, "/uploads", { method: "POST", headers: json, body });
  const { status } = await fetch(String(upload["url"]), {
    method: "PUT",
    headers: upload["headers"] as Record<string, string>,
    body: Uint8Array.from(bytes),
  });
  expect(status).toBe(200);
  return String(upload["uploadId"]);
}

const kept = ({ runtime }: Stack, uploadId: string) =>
  runtime.services.s3.list("documents-local", "uploads/").filter(({ key }) => key.endsWith(uploadId));

export const flows = {
  "a short text is done": async (stack) => {
    const jobId = await accepted(stack, shortText);

    expect(await stack.ended(jobId)).toMatchObject({ status: "DONE", text: shortText });
  },

  "a long text is done and read": async (stack) => {
    const jobId = await accepted(stack, longText);

    expect(await stack.ended(jobId)).toMatchObject({ status: "DONE", text: longText });
    const read = await fetch(`${stack.runtime.apiUrl}/jobs/${jobId}/text`);
    expect([read.status, await read.text()]).toEqual([200, longText]);
  },

  "a repeated key leaves no second object": async (stack) => {
    const headers = { "idempotency-key": "a-key-of-sixteen" };
    const jobId = await accepted(stack, longText, headers);

    expect((await stack.post(longText, headers)).body["jobId"]).toBe(jobId);
    await stack.until("the removal of the second object", () => stack.callsOf("create-job", "DeleteObject") > 0);
  },

  "a job that cannot be stored is withdrawn": async (stack) => {
    stack.breakCalls(({ operation }) => operation === "PutItem");

    expect((await stack.post(longText)).status).toBe(503);
    await stack.until("the withdrawal", () => ["DeleteItem", "DeleteObject"].every((name) => stack.callsOf("create-job", name) > 0));
  },

  "OCR puts a changed text into the bucket": async (stack) => {
    const jobId = await accepted(stack, longText.replaceAll(". ", ".\r\n"));

    expect(await stack.ended(jobId)).toMatchObject({ status: "DONE", text: longText.replaceAll(". ", ".\n") });
  },

  "OCR takes its text back where saving fails": async (stack) => {
    // The first update opens the job, the second one saves.
    stack.breakCalls(({ operation }) => operation === "UpdateItem" && stack.callsOf("ocr", "UpdateItem") > 1);
    await accepted(stack, longText.replaceAll(". ", ".\r\n"));

    await stack.until("the removal of the text", () => stack.callsOf("ocr", "DeleteObject") > 0);
  },

  "a stage that fails asks whether its job is over": async (stack) => {
    stack.breakCalls(({ operation }) => operation === "UpdateItem");
    await accepted(stack, shortText);

    await stack.until("the question", () => stack.callsOf("ocr", "GetItem") > 0);
  },

  "a stage that cannot be called ends its job in ERROR": async (stack) => {
    stack.breakCalls(({ service }) => service === "lambda");
    const jobId = await accepted(stack, shortText);

    expect(await stack.ended(jobId)).toMatchObject({ status: "ERROR", failedStage: "ocr" });
    expect(stack.callsOf("process-job", "UpdateItem")).toBe(1);
  },

  "a finished job is deleted with all that it left": async (stack) => {
    const jobId = await accepted(stack, longText);
    await stack.ended(jobId);

    const { status } = await request(stack.runtime, `/jobs/${jobId}`, { method: "DELETE" });

    expect(status).toBe(204);
    expect(stack.callsOf("delete-job", "BatchWriteItem")).toBe(1);
    expect(stack.runtime.services.s3.list("documents-local", `jobs/${jobId}/`)).toEqual([]);
  },

  "a caller's jobs are listed": async ({ runtime }) => {
    const requestContext = { http: { method: "GET" }, requestId: "list", authorizer: { iam: { userId: "AIDAEXAMPLE" } } };
    const call = async (name: string, event: object) => {
      const fullName = `async-text-processing-dev-${name}`;
      const { outcome } = await runtime.services.lambda.invoke(fullName, JSON.stringify({ requestContext, headers: json, ...event }));
      if (!("payload" in outcome)) throw new Error(`${name} failed: ${JSON.stringify(outcome)}`);
      return JSON.parse(JSON.parse(outcome.payload).body);
    };
    const { jobId } = await call("create-job", { body: JSON.stringify({ text: shortText }) });

    expect(await call("list-jobs", { queryStringParameters: { limit: "1" } })).toMatchObject({ jobs: [{ jobId }] });
  },

  "documents are found": async (stack) => {
    const { status, body } = await request(stack.runtime, "/search?q=trombone");

    expect([status, body]).toEqual([200, { documents: [] }]);
  },

  "an upload becomes one job": async (stack) => {
    const uploadId = await uploaded(stack);
    const body = JSON.stringify({ uploadId });
    const post = () => request(stack.runtime, "/jobs", { method: "POST", headers: json, body });

    const answers = [await post(), await post()];

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(kept(stack, uploadId)).toEqual([]);
  },

  "a deleted job takes its upload along": async (stack) => {
    stack.breakCalls(({ principal, operation }) => principal.roleName === "create-job-local" && operation === "DeleteObject");
    const uploadId = await uploaded(stack);
    const body = JSON.stringify({ uploadId });
    const { body: job } = await request(stack.runtime, "/jobs", { method: "POST", headers: json, body });
    expect(kept(stack, uploadId)).toHaveLength(1);

    const { status } = await request(stack.runtime, `/jobs/${job["jobId"]}`, { method: "DELETE" });

    expect(status).toBe(204);
    expect(kept(stack, uploadId)).toEqual([]);
  },

  "a job that search left half done is deleted": async (stack) => {
    // Search has posted the document's terms, and no record says which.
    stack.breakCalls(({ principal, operation }) => principal.roleName === "search-local" && operation === "UpdateItem");
    const jobId = await accepted(stack, longText);
    await stack.until("the attempt of search", () => stack.callsOf("search", "UpdateItem") > 0);

    const { status } = await request(stack.runtime, `/jobs/${jobId}`, { method: "DELETE" });

    expect(status).toBe(204);
    await stack.until("the reading of the text", () => stack.callsOf("delete-job", "GetObject") > 0);
  },

  "the sweeper starts a job again": async (stack) => {
    stack.breakCalls(({ principal, operation }) => principal.roleName === "create-job-local" && operation === "StartExecution");
    const jobId = await accepted(stack, shortText);

    await stack.pass("the restart", () => stack.callsOf("sweep-jobs", "StartExecution") > 0);
    expect(await stack.ended(jobId)).toMatchObject({ status: "DONE" });
  },

  "the sweeper ends a job past its deadline": async (stack) => {
    // Executions start, and neither a stage nor SetError ever gets to the record.
    stack.breakCalls(({ principal, service }) => principal.roleName === "process-job-local" && ["lambda", "dynamodb"].includes(service));
    const jobId = await accepted(stack, shortText);

    await stack.pass("the end", () => stack.logLines.some(({ message }) => message.includes('"expired":1')));
    expect(await stack.ended(jobId)).toMatchObject({ status: "ERROR", errorCode: "JobTimedOut" });
  },

  "the schedule calls the sweeper": (stack) => stack.pass("a sweep", () => stack.callsOf("sweep-jobs", "Query") > 0),

  "an unknown route is answered": async (stack) => {
    expect((await request(stack.runtime, "/jobs", { method: "PUT" })).status).toBe(405);
  },

  "an execution is logged": async (stack) => {
    await execute(stack);

    await stack.until("a line of the execution", () => stack.logLines.some(({ group }) => group.startsWith("/aws/vendedlogs/states/")));
  },

  "an execution is traced": async (stack) => {
    await execute(stack);

    await stack.until("a segment of the execution", () => stack.logLines.some(({ group }) => group === "aws/xray"));
  },
} as const satisfies Record<string, Flow>;

/** Every function writes into its log, at least what it did not foresee. */
export const logFlow =
  (functionName: string): Flow =>
  async (stack) => {
    stack.breakCalls(({ principal }) => principal.roleName !== "sweep-jobs-local");
    const event = {
      jobId: someJob,
      generation: someJob,
      body: 1,
      requestContext: { requestId: "unforeseen" },
      pathParameters: { jobId: someJob },
      queryStringParameters: { q: "unforeseen" },
    };
    const fullName = `async-text-processing-dev-${functionName}`;
    await stack.runtime.services.lambda.invoke(fullName, JSON.stringify(event));

    await stack.until("a line in its log", () => stack.logLines.some(({ group }) => group === `/aws/lambda/${fullName}`));
  };

/** An execution whose functions all fail, so that no process is started. */
async function execute({ runtime, breakCalls }: Stack): Promise<void> {
  breakCalls(({ service }) => service === "lambda");
  const caller = [...runtime.services.iam.credentials.values()].find(({ roleName }) => roleName === "create-job-local");
  if (caller === undefined) throw new Error("There is no role create-job-local.");
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:async-text-processing-dev-process-job`;
  const input = JSON.stringify({ jobId: someJob, generation: someJob });
  await runtime.account.call("states", { operation: "StartExecution", input: { stateMachineArn, input } }, caller);
}
