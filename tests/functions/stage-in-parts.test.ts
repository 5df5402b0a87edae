import { AwsError } from "@async-text-processing/local";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Job, JobKey } from "../../functions/jobs/job.ts";
import type { PageOutcome } from "../../functions/stages/ocr/page-source.ts";
import type { KnownPages } from "../../functions/stages/ocr/read-pages.ts";
import { run as realRun } from "../../functions/stages/ocr/run.ts";
import type { ocr } from "../../functions/stages/ocr/stage.ts";
import type { EndedPart, Part, StageInParts } from "../../functions/stages/stage-function.ts";
import { about } from "../support/answers.ts";
import { keptIn } from "../support/kept.ts";
import { createPipeline, type Pipeline, type PipelineOptions } from "../support/pipeline.ts";
import { failed } from "../support/process-job.ts";
import { pngFile } from "../support/scanned-documents.ts";
import { turnClockDuring } from "../support/turn-clock.ts";
import { Turnstile } from "../support/turnstile.ts";

const pageText = (page: number) =>
  `Page ${page + 1} speaks of the ${["glacier", "harbour", "orchestra"][page % 3]} at length and in depth.`;
/** A scan of so many pages. The first is known at once, the others take the engine. */
const scan = (pages: number) => pngFile({ text: Array.from({ length: pages }, (_, page) => pageText(page)).join("|") });
const pagesIn = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString("latin1").split("\0").at(-1)?.split("|") ?? [];

type OcrInParts = StageInParts<typeof ocr, KnownPages, PageOutcome>;
type ReadPiece = (piece: number, read: () => PageOutcome) => Promise<PageOutcome | undefined>;

/** OCR of such scans, in the steps of the real one. */
function ocrReading(readPiece: ReadPiece = async (_, read) => read()): OcrInParts {
  const outcome = (text = ""): PageOutcome => ({ text, confidence: 1 });
  return {
    ...realRun,
    plan: async ({ document }) => {
      if (typeof document === "string") throw new Error("It is no text.");
      const pages = pagesIn(document);
      const known = { pageCount: pages.length, pages: [[0, outcome(pages[0])]], rest: "PageLimit" } as const;
      return { known, pieces: Array.from(pages.keys()).slice(1) };
    },
    whole: async ({ document }) => {
      if (typeof document === "string") throw new Error("It is no text.");
      const pages = pagesIn(document).map((text, page) => [page, outcome(text)] as const);
      return realRun.join({ pageCount: pages.length, pages, rest: "PageLimit" }, new Map());
    },
    open: ({ document }) => {
      const pages = typeof document === "string" ? [] : pagesIn(document);
      return (piece) => readPiece(piece, () => outcome(pages[piece]));
    },
  };
}

const createOcr = (options: PipelineOptions = {}, readPiece?: ReadPiece) =>
  createPipeline({ relatedDocuments: "off", stages: { ocr: ocrReading(readPiece) }, ...options });

/** The fields of a record that are equal after every run. */
function comparable(job: Job | undefined): unknown {
  const { jobId, generation, openShard, textObject, text, updatedAt, deadlineAt, createdAt, expiresAt, ...rest } = job ?? ({} as Job);
  return { ...rest, text, textBytes: textObject?.bytes };
}

async function textOf(pipeline: Pipeline, { jobId }: JobKey): Promise<string> {
  return Buffer.from((await pipeline.request("text", about(jobId))).body ?? "", "base64").toString();
}

/** The last parts of the keys of a job's objects. */
const objectsOf = async (pipeline: Pipeline, { jobId }: JobKey) =>
  (await keptIn(pipeline.aws)).objects.filter((key) => key.includes(jobId)).map((key) => key.split("/").at(-1));

const whole = Array.from({ length: 10 }, (_, page) => pageText(page)).join("\n\n");
const documentAndText = ["document", expect.stringMatching(/^ocr-attempt-\d+$/)];

describe("a document of many pages", () => {
  test("is read in parts at the same time, joined in order, and nothing else is kept of it", async () => {
    const atOnce = { now: 0, most: 0 };
    const pipeline = await createOcr({}, async (_, read) => {
      atOnce.most = Math.max(atOnce.most, ++atOnce.now);
      await new Promise(setImmediate);
      atOnce.now--;
      return read();
    });
    const job = await pipeline.submit(scan(10));

    const { status } = await pipeline.execute(job);

    expect([status, await textOf(pipeline, job)]).toEqual(["SUCCEEDED", whole]);
    expect(await pipeline.record(job.jobId)).toMatchObject({ status: "DONE", result: { ocr: { pageCount: 10, pagesRead: 10 } } });
    expect(await objectsOf(pipeline, job)).toEqual(documentAndText);
    expect(atOnce.most).toBe(3); // nine pages, four a part at least
  });

  test("has eight parts at most, as equal as can be, and each begins at the beginning", async () => {
    const pipeline = await createOcr();

    const { parts } = (await pipeline.runStage("ocr", await pipeline.submit(scan(101)))) as { parts: Part[] };

    expect(parts.map(({ pieces }) => pieces.length)).toEqual([13, 13, 13, 13, 12, 12, 12, 12]);
    expect(parts.map(({ pieces }) => pieces.slice(0, 3))).toEqual(Array.from({ length: 8 }, (_, at) => [at + 1, at + 9, at + 17]));
  });

  test("is seen in the execution by numbers alone", async () => {
    const pipeline = await createOcr();

    await pipeline.execute(await pipeline.submit(scan(10)));

    expect(JSON.stringify([pipeline.events, pipeline.logLines])).not.toContain("glacier");
  });
});

test("a few pages are read by one invocation, and nothing is put beside the document", async () => {
  const puts: string[] = [];
  const pipeline = await createOcr({ before: async ({ operation }) => void (operation === "PutObject" && puts.push(operation)) });
  const job = await pipeline.submit(scan(5));

  await pipeline.execute(job);

  expect(await pipeline.record(job.jobId)).toMatchObject({ status: "DONE", result: { ocr: { pagesRead: 5 } } });
  expect(puts).toHaveLength(1); // the document; its text is short enough for the record
});

describe("a part", () => {
  const invoked = (pipeline: Pipeline, name: string) => pipeline.events.filter(({ details }) => details.name === name).length;

  test.each([
    ["Lambda.Unknown", "StageCrashed"],
    ["Sandbox.Timedout", "TimeLimit"],
    ["Lambda.TooManyRequestsException", "StageThrottled"],
    ["DocumentTooLarge", "DocumentTooLarge"],
    ["SomethingElse", "StageFailed"],
  ])("that ends in %s leaves its pages out, %s, and no others", async (error, reason) => {
    const pipeline = await createOcr({
      invokeStage: async (stage, call, event) => (stage === "ocr" && event.part?.pieces.includes(5) ? failed(error) : call()),
    });
    const job = await pipeline.submit(scan(10));

    const { status } = await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));

    expect(status).toBe("SUCCEEDED");
    expect((await pipeline.record(job.jobId))?.result.ocr).toMatchObject({
      pagesRead: 7,
      pagesSkipped: [3, 6, 9].map((page) => ({ page, reason })),
    });
    expect(await objectsOf(pipeline, job)).toEqual(documentAndText);
  });

  test("whose process dies of a page loses that page only: the next attempt leaves it to the end", async () => {
    const pipeline = await createOcr({}, async (piece, read) => {
      if (piece === 5) throw new Error("The process is gone.");
      return read();
    });
    const job = await pipeline.submit(scan(13));

    await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));

    expect((await pipeline.record(job.jobId))?.result.ocr).toMatchObject({
      pagesRead: 12,
      pagesSkipped: [{ page: 6, reason: "StageFailed" }],
    });
  });

  test("that has no time for all its pages is continued by the next attempt", async () => {
    const read: number[] = [];
    const pipeline = await createOcr({}, async (piece, page) => {
      if (read.length === 2 && !read.includes(-1)) return void read.push(-1);
      read.push(piece);
      return page();
    });
    const job = await pipeline.submit(scan(6));

    await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));

    expect((await pipeline.record(job.jobId))?.result.ocr).toMatchObject({ pagesRead: 6 });
    expect(read.filter((piece) => piece > 0).sort()).toEqual([1, 2, 3, 4, 5]); // none of them twice
    expect(invoked(pipeline, "OCRPart")).toBeGreaterThan(0);
  });

  test("that no attempt has time for is left out", async () => {
    const pipeline = await createOcr({}, async (piece, read) => (piece > 7 ? undefined : read()));
    const job = await pipeline.submit(scan(11));

    await turnClockDuring(pipeline.aws.clock, pipeline.execute(job));

    expect((await pipeline.record(job.jobId))?.result.ocr).toMatchObject({
      pagesRead: 8,
      pagesSkipped: [{ page: 9, lastPage: 11, reason: "TimeLimit" }],
    });
  });
});

test("a document of which no page can be read ends in ERROR, with the reason of most", async () => {
  const pipeline = await createOcr({}, async () => ({ skipped: "DocumentUnreadable" }));
  const plan: OcrInParts["plan"] = async () => ({ known: { pageCount: 6, pages: [], rest: "PageLimit" }, pieces: [0, 1, 2, 3, 4, 5] });
  const other = await createPipeline({ stages: { ocr: { ...ocrReading(async () => ({ skipped: "DocumentUnreadable" })), plan } } });
  const [partly, not] = [await pipeline.submit(scan(6)), await other.submit(scan(6))];

  await pipeline.execute(partly);
  await other.execute(not);

  expect(await pipeline.record(partly.jobId)).toMatchObject({ status: "DONE", result: { ocr: { pagesRead: 1 } } });
  expect(await other.record(not.jobId)).toMatchObject({ status: "ERROR", errorCode: "DocumentUnreadable", failedStage: "ocr" });
});

/** A pipeline in which something happens before each call of the actor `one`, with the number of the call. */
async function interrupted(happens: (call: number, pipeline: Pipeline, job: JobKey) => Promise<void>) {
  const state = { calls: 0, job: undefined as JobKey | undefined };
  const pipeline = await createOcr({
    actors: ["one"],
    before: async ({ principal, operation }) => {
      if (principal.roleName === "one" && state.job !== undefined && operation !== "Invoke")
        await happens(state.calls++, pipeline, state.job);
    },
  });
  const clean = await pipeline.submit(scan(6));
  await runOcr(pipeline, clean);
  const submit = async () => {
    state.job = await pipeline.submit(scan(6));
    state.calls = 0;
    return state.job;
  };
  return { pipeline, state, submit, clean: comparable(await pipeline.record(clean.jobId)) };
}

const broken = () => new AwsError("ValidationException", "out of order", 400);

describe("at every call", () => {
  test("an execution that ends there for good, and starts again from the beginning, leaves the record of a clean run", async () => {
    let diesAt = 0;
    const { pipeline, submit, clean, state } = await interrupted(async (call) => {
      if (call >= diesAt) throw broken();
    });

    do {
      const job = await submit();
      await runOcr(pipeline, job, "one").catch(() => undefined);
      await runOcr(pipeline, job);
      expect(comparable(await pipeline.record(job.jobId)), `call ${diesAt}`).toEqual(clean);
      // What died between the result and the removal of the parts has left them: they go with the job.
      if (state.calls <= diesAt) expect(await objectsOf(pipeline, job)).toEqual(documentAndText);
      await pipeline.request("delete", about(job.jobId));
      expect(await objectsOf(pipeline, job)).toEqual([]);
    } while (state.calls > diesAt++);
    expect(diesAt).toBeGreaterThan(25);
  });

  test("one that fails once is made up for by the next attempt", async () => {
    let failsAt = 0;
    const { pipeline, submit, clean, state } = await interrupted(async (call) => {
      if (call === failsAt) throw broken();
    });

    do {
      const job = await submit();
      await runOcr(pipeline, job, "one");
      expect(comparable(await pipeline.record(job.jobId)), `call ${failsAt}`).toEqual(clean);
    } while (state.calls > failsAt++);
    expect(failsAt).toBeGreaterThan(25);
  });

  test("a job that is deleted there leaves nothing behind", async () => {
    let deletedAt = 0;
    const { pipeline, submit, state } = await interrupted(async (call, { request }, { jobId }) => {
      if (call === deletedAt) await request("delete", about(jobId));
    });

    do {
      const job = await submit();
      await runOcr(pipeline, job, "one");
      await pipeline.request("delete", about(job.jobId)); // of the call that did not come
      expect([await pipeline.record(job.jobId), await objectsOf(pipeline, job)], `call ${deletedAt}`).toEqual([undefined, []]);
    } while (state.calls > deletedAt++);
    expect(deletedAt).toBeGreaterThan(25);
  });
});

/** OCR as the definition runs it, each step up to twice, without waiting in between. */
async function runOcr(pipeline: Pipeline, job: JobKey, actor?: string): Promise<void> {
  const twice = <T>(step: (attempt: number) => Promise<T>) => step(0).catch(() => step(1));
  const { parts } = (await twice(() => pipeline.runStage("ocr", job, actor))) as { parts?: readonly Part[] };
  if (parts === undefined) return;
  const ended = parts.map(async (part): Promise<EndedPart> => {
    const error = await twice((attempt) => pipeline.runStage("ocr", { ...job, part, attempt }, actor)).then(
      () => undefined,
      ({ name }: Error) => name,
    );
    return error === undefined ? part : { ...part, error };
  });
  const outcomes = await Promise.all(ended);
  await twice(() => pipeline.runStage("ocr", { ...job, parts: outcomes }, actor));
}

test("two executions at once, their calls in random orders, leave the record of one, and nothing else", async () => {
  const turnstile = new Turnstile();
  const pipeline = await createOcr({ actors: ["one", "two"], before: ({ principal }) => turnstile.enter(principal.roleName) });
  const clean = await pipeline.submit(scan(6));
  await runOcr(pipeline, clean);
  const expected = comparable(await pipeline.record(clean.jobId));

  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), async (choices) => {
      const job = await pipeline.submit(scan(6));
      await turnstile.race(choices, { one: () => runOcr(pipeline, job, "one"), two: () => runOcr(pipeline, job, "two") });
      expect(comparable(await pipeline.record(job.jobId))).toEqual(expected);
      expect(await objectsOf(pipeline, job)).toEqual(documentAndText);
    }),
    { numRuns: 20 },
  );
});

test("a repeat of any step changes nothing", async () => {
  const pipeline = await createOcr();
  const job = await pipeline.submit(scan(10));
  await pipeline.execute(job);
  const before = await keptIn(pipeline.aws);
  const parts = [{ pieces: [1, 2, 3] }, { pieces: [4, 5, 6] }, { pieces: [7, 8, 9] }];

  const steps = [job, { ...job, whole: true as const }, ...parts.map((part) => ({ ...job, part })), { ...job, parts }];
  for (const event of steps) expect(await pipeline.runStage("ocr", event)).toEqual(job);

  expect(await keptIn(pipeline.aws)).toEqual(before);
});

test("parts that cannot be removed stay with the job, which is done nevertheless", async () => {
  const pipeline = await createOcr({
    before: async ({ operation }) => {
      if (operation === "DeleteObjects") throw broken();
    },
  });
  const job = await pipeline.submit(scan(10));

  await pipeline.execute(job);

  expect(await pipeline.record(job.jobId)).toMatchObject({ status: "DONE" });
  expect(await objectsOf(pipeline, job)).toHaveLength(2 + 1 + 9);
  expect(pipeline.logLines).toContainEqual({ message: "Parts not removed", jobId: job.jobId, stage: "ocr", cause: "ValidationException" });
});
