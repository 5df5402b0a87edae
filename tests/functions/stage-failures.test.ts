import { AwsError } from "@async-text-processing/local";
import { expect, test } from "vitest";
import { extractText } from "../../functions/stages/ocr/extract-text.ts";
import {
  DocumentProtectedError,
  DocumentTooLargeError,
  DocumentUnreadableError,
  NoTextFoundError,
  UnsupportedDocumentError,
} from "../../functions/stages/ocr/stage.ts";
import { type StageName, stages } from "../../functions/stages/registry.ts";
import { memberName } from "../../functions/stages/stage.ts";
import { about, bodyOf } from "../support/answers.ts";
import { createPipeline, type Pipeline, type Stages } from "../support/pipeline.ts";
import { failed, type InvokeStage } from "../support/process-job.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { turnClockDuring } from "../support/turn-clock.ts";

const canary = "xanthippe-canary-4711";
const text = `${canary} sings in a coal mine. `.repeat(30);
const unanswered = () => new Promise<never>(() => undefined);

const endings = {
  StageFailed: "The stage failed.",
  StageTimedOut: "The stage did not finish in time.",
  StageCrashed: "The stage stopped before it had finished.",
  StageThrottled: "Too many documents were being processed. Submit the document again later.",
  StageOutputInvalid: "The stage returned a result that could not be used.",
  DocumentUnreadable: "The document could not be read; it may be damaged. Check that it opens, and send it again.",
  DocumentTooLarge: "The document is too large to be read. Send fewer pages or a smaller image.",
  UnsupportedDocument:
    "The document is of a kind that is not read, an image in an uncommon encoding, or below 16 pixels a side. Send an ordinary PNG, JPEG, TIFF, WebP or PDF.",
  DocumentProtected: "The document is protected by a password. Send it without one.",
  NoTextFound: "No text was found in the document in the configured languages (eng, deu). Send a sharper or larger image of it.",
};
type ErrorCode = keyof typeof endings;

/** A failure of a stage: its function misbehaves, or its invocation ends with an error of Lambda. */
interface Failure {
  readonly what: string;
  readonly run?: () => unknown;
  readonly invoke?: InvokeStage;
  readonly attempts: number;
  readonly errorCode: ErrorCode;
  /** The error's name, as the execution's own end tells it. */
  readonly error: string;
}

function throwIt(error: unknown): never {
  throw error;
}

const permanent = [
  new DocumentUnreadableError(),
  new DocumentTooLargeError("The image has 1 × 2 pixels."),
  new UnsupportedDocumentError("The image has 3 × 4 pixels."),
  new DocumentProtectedError(),
  new NoTextFoundError(),
];

const ofFunction: readonly Failure[] = [
  ...permanent.map(
    (error): Failure => ({
      what: `throws ${error.name}`,
      run: () => throwIt(error),
      attempts: 1,
      errorCode: error.name as ErrorCode,
      error: error.name,
    }),
  ),
  {
    what: "throws an error that quotes the text",
    run: () => throwIt(new TypeError(text)),
    attempts: 2,
    errorCode: "StageFailed",
    error: "StageFailed",
  },
  { what: "rejects", run: () => Promise.reject(new Error(canary)), attempts: 2, errorCode: "StageFailed", error: "StageFailed" },
  { what: "throws a string", run: () => throwIt(text), attempts: 2, errorCode: "StageFailed", error: "StageFailed" },
  { what: "throws nothing", run: () => throwIt(undefined), attempts: 2, errorCode: "StageFailed", error: "StageFailed" },
  { what: "returns undefined", run: () => undefined, attempts: 1, errorCode: "StageOutputInvalid", error: "StageOutputInvalid" },
  { what: "returns nonsense", run: () => canary, attempts: 1, errorCode: "StageOutputInvalid", error: "StageOutputInvalid" },
  { what: "returns no result", run: () => ({ text }), attempts: 1, errorCode: "StageOutputInvalid", error: "StageOutputInvalid" },
  {
    what: "returns a wrong shape",
    run: () => ({ result: { stage: "ocr", charCount: canary } }),
    attempts: 1,
    errorCode: "StageOutputInvalid",
    error: "StageOutputInvalid",
  },
  { what: "never ends", run: unanswered, attempts: 2, errorCode: "StageTimedOut", error: "States.Timeout" },
];

const names: readonly (readonly [string, number, ErrorCode])[] = [
  ["Sandbox.Timedout", 2, "StageTimedOut"],
  ["Lambda.Unknown", 2, "StageCrashed"],
  ["Runtime.ExitError", 2, "StageCrashed"],
  ["Runtime.OutOfMemory", 2, "StageCrashed"],
  ["Runtime.ImportModuleError", 1, "StageFailed"],
  ["SomethingNew", 1, "StageFailed"],
];
const services: readonly (readonly [string, string, number, ErrorCode])[] = [
  ["TooManyRequestsException", "Lambda.TooManyRequestsException", 5, "StageThrottled"],
  ["ClientExecutionTimeoutException", "Lambda.ClientExecutionTimeoutException", 2, "StageFailed"],
  ["ServiceException", "Lambda.ServiceException", 2, "StageFailed"],
  ["SdkClientException", "Lambda.SdkClientException", 2, "StageFailed"],
  ["AccessDeniedException", "Lambda.AWSLambdaException", 2, "StageFailed"],
  ["ResourceNotFoundException", "Lambda.ResourceNotFoundException", 1, "StageFailed"],
];
const answers: readonly (readonly [string, unknown, string])[] = [
  ["an empty answer", null, "States.QueryEvaluationError"],
  ["another job", { jobId: "another" }, "States.QueryEvaluationError"],
  ["more than a state takes", { jobId: "a".repeat(262_145) }, "States.DataLimitExceeded"],
];

const ofLambda: readonly Failure[] = [
  ...names.map(([error, attempts, errorCode]) => ({
    what: `ends as ${error}`,
    error,
    attempts,
    errorCode,
    invoke: async () => failed(error, canary),
  })),
  ...services.map(([name, error, attempts, errorCode]) => ({
    what: `is met by a ${name}`,
    error,
    attempts,
    errorCode,
    invoke: async () => throwIt(new AwsError(name, canary)),
  })),
  ...answers.map(([what, payload, error]) => {
    const invoke = async () => ({ outcome: { payload: JSON.stringify(payload) }, version: "1" });
    return { what: `returns ${what}`, error, attempts: 1, errorCode: "StageOutputInvalid" as const, invoke };
  }),
];

test("a document in which OCR finds no text has no result", async () => {
  const { result } = extractText("a text");
  const pipeline = await createPipeline({ stages: { ocr: () => ({ result }) } });

  const outcome = await pipeline.execute(await pipeline.submit(pngFile()));

  expect(outcome.status).toBe("FAILED");
  const [{ jobId } = { jobId: "" }] = pipeline.started;
  expect(await pipeline.record(jobId)).toMatchObject({ status: "ERROR", errorCode: "StageOutputInvalid", failedStage: "ocr" });
});

test("OCR gets the document, its job and the remaining time", async () => {
  const seen: unknown[] = [];
  const pipeline = await createPipeline({
    stages: {
      ocr: ({ document, job, remainingMillis }) => {
        seen.push(document, job.jobId, remainingMillis());
        return extractText("a text");
      },
    },
  });

  const key = await pipeline.submit(pngFile());
  await pipeline.runStage("ocr", key);

  const [document, ...rest] = seen as [ReturnType<typeof pngFile>, ...unknown[]];
  expect([document.type, Buffer.from(document.bytes)]).toEqual(["image/png", pngFile().bytes]);
  expect(rest).toEqual([key.jobId, 12_000]);
});

/** Runs a job whose one stage fails, to the end of its execution. */
async function runFailing(stage: StageName, failure: Pick<Failure, "run" | "invoke">) {
  let attempts = 0;
  const pipeline = await createPipeline({
    stages: failure.run === undefined ? {} : ({ [stage]: failure.run } as Partial<Stages>),
    invokeStage: (name, call, event) => {
      if (name !== stage) return call();
      attempts++;
      return failure.invoke?.(name, call, event) ?? call();
    },
  });
  const key = await pipeline.submit(text);
  const outcome = await turnClockDuring(pipeline.aws.clock, pipeline.execute(key));
  return { pipeline, key, outcome, attempts };
}

/** All that is seen of a run by others than the document's owner. */
const seenOf = ({ logLines, started }: Pipeline, events: Pipeline["events"]): string => JSON.stringify([logLines, started, events]);

test.each(stages.flatMap(({ name: stage }) => [...ofFunction, ...ofLambda].map((failure) => ({ stage, ...failure }))))(
  "$stage $what: $attempts attempts, then $errorCode",
  async ({ stage, attempts, errorCode, error, ...failure }) => {
    const { pipeline, key, outcome, attempts: made } = await runFailing(stage, failure);

    const cause = `Stage ${stage} of job ${key.jobId} failed with ${error}.`;
    expect(outcome).toEqual({ status: "FAILED", error: "JobFailed", cause });
    expect(made).toBe(attempts);
    const answer = bodyOf(await pipeline.request("get", about(key.jobId)));
    expect(answer).toMatchObject({ status: "ERROR", errorCode, errorMessage: endings[errorCode], failedStage: stage });
    const before = stages.slice(
      0,
      stages.findIndex(({ name }) => name === stage),
    );
    expect(Object.keys(answer["result"] as object)).toEqual(before.map((earlier) => memberName(earlier)));
    // What Lambda itself has said stands in the event of the call, and goes no further.
    const events = pipeline.events.filter(({ type }) => failure.run !== undefined || !/^Task(Failed|Succeeded)$/.test(type));
    expect(seenOf(pipeline, events)).not.toContain(canary);
  },
);

test("a failed attempt is logged with the error's name, where it came from, and not its message", async () => {
  const { pipeline, key } = await runFailing("ocr", { run: () => throwIt(new TypeError(text)) });

  const lines = pipeline.logLines.filter(({ message }) => message === "Stage failed");
  const line = { message: "Stage failed", jobId: key.jobId, stage: "ocr", error: "StageFailed", cause: "TypeError" };
  expect(lines).toEqual([1, 2].map(() => ({ ...line, at: expect.stringMatching(/^at .*stage-failures\.test\.ts:\d+:\d+\)?$/) })));
});

test.each(["", "Error", "E", "Error: Error"])("of an error with the message %j the log names the place, or none", async (message) => {
  const { pipeline } = await runFailing("ocr", { run: () => throwIt(new Error(message)) });

  const places = pipeline.logLines.filter((line) => line.message === "Stage failed").map(({ at }) => at ?? "at");
  expect(places).toHaveLength(2);
  for (const place of places) expect(place).toMatch(/^at\b/);
});

test("an error whose message has changed is logged without its place", async () => {
  const error = new Error(`at ${canary}`);
  expect(error.stack).toContain(canary); // written out when it is first read
  error.message = "12345678";
  const { pipeline } = await runFailing("ocr", { run: () => throwIt(error) });

  const lines = pipeline.logLines.filter(({ message }) => message === "Stage failed");
  expect(lines.map(({ at }) => at)).toEqual([undefined, undefined]);
});

test("a stage that fails once is tried again, and the job is done", async () => {
  let attempts = 0;
  const fail: InvokeStage = (_, call) => (++attempts === 1 ? Promise.resolve(failed("Sandbox.Timedout")) : call());
  const { pipeline, key, outcome } = await runFailing("ml_inference", { invoke: fail });

  expect(outcome.status).toBe("SUCCEEDED");
  expect(await pipeline.record(key.jobId)).toMatchObject({ status: "DONE", version: 2 + stages.length });
});

test("no text is seen of a run that succeeds", async () => {
  const { pipeline, outcome } = await runFailing("ocr", {});

  expect(outcome.status).toBe("SUCCEEDED");
  expect(seenOf(pipeline, pipeline.events)).not.toContain(canary);
  expect(pipeline.logLines.map(({ message, stage, outcome: end }) => [message, stage, end])).toEqual([
    ["Job accepted", undefined, undefined],
    ...stages.flatMap(({ name: stage }) => [
      ["Stage start", stage, undefined],
      ["Stage complete", stage, "written"],
    ]),
  ]);
});
