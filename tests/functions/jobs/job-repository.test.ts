import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import type { Job, JobStatus } from "../../../functions/jobs/job.ts";
import { jobIdOfUpload } from "../../../functions/jobs/job-ids.ts";
import type { JobRepository } from "../../../functions/jobs/job-repository.ts";
import { type StageName, stageNames } from "../../../functions/stages/registry.ts";
import { heldJob, jobId, key, results, start } from "../../support/held-job.ts";
import { dueIn } from "../../support/kept.ts";
import { createPipeline, type Pipeline } from "../../support/pipeline.ts";
import { failed } from "../../support/process-job.ts";

type Write = (pipeline: Pipeline, as?: { jobId: string; generation: string }) => Promise<unknown>;

const open =
  (stage: StageName): Write =>
  async ({ jobs }, as = key) => {
    const turn = await jobs.open(as, stage);
    return "job" in turn ? `turn at ${turn.job.status}` : turn.nothingToDo;
  };
const save =
  (stage: StageName): Write =>
  ({ jobs }, as = key) =>
    jobs.saveResult(as, stage, results[stage]);
/** A definition whose first stage fails, for good: the next state is SetError. */
const setError: Write = async ({ execute }, as = key) => (await execute(as)).status;
const sweep: Write = async ({ jobs }) => {
  const swept = await jobs.sweep(jobId);
  return typeof swept === "string" ? swept : `start ${swept.start.restarts}`;
};
const close: Write = async ({ jobs }) => ((await jobs.close(jobId, "public")) === undefined ? "nothing there" : "closed");
const remove: Write = ({ jobs }, as = key) => jobs.remove(as);

const writes = {
  ...{ "open ocr": open("ocr"), "open ml_inference": open("ml_inference"), "open search": open("search") },
  ...{ "save ocr": save("ocr"), "save ml_inference": save("ml_inference"), "save search": save("search") },
  ...{ SetError: setError, sweep, close, remove },
};
type WriteName = keyof typeof writes;

async function holding(job: Job, seconds = 0): Promise<Pipeline> {
  const pipeline = await createPipeline({ invokeStage: async () => failed("StageOutputInvalid") });
  await pipeline.aws.documents.send(new PutCommand({ TableName: "jobs", Item: job }));
  await pipeline.aws.clock.advance(seconds * 1000);
  return pipeline;
}

// Status held | write | outcome | status after. Times: "open" is before the job is due, "due" is a minute after its creation,
// "late" is its deadline. An outcome of a write that was made stands with a status; every other one leaves the record as it was.
const table = `
  PENDING     | open | open ocr          | turn at IN_PROGRESS | IN_PROGRESS
  PENDING     | open | open ml_inference | turn at PENDING     | -
  PENDING     | open | open search       | turn at PENDING     | -
  PENDING     | open | save ocr          | settled             | -
  PENDING     | open | save ml_inference | settled             | -
  PENDING     | open | save search       | settled             | -
  PENDING     | open | SetError          | FAILED              | ERROR
  PENDING     | open | sweep             | nothing             | -
  PENDING     | due  | sweep             | start 1             | PENDING
  PENDING     | late | sweep             | expired             | ERROR
  PENDING     | open | close             | closed              | PENDING
  PENDING     | open | remove            | undefined           | gone
  IN_PROGRESS | open | open ocr          | turn at IN_PROGRESS | -
  IN_PROGRESS | open | open ml_inference | turn at IN_PROGRESS | -
  IN_PROGRESS | open | open search       | turn at IN_PROGRESS | -
  IN_PROGRESS | open | save ocr          | written             | IN_PROGRESS
  IN_PROGRESS | open | save ml_inference | written             | IN_PROGRESS
  IN_PROGRESS | open | save search       | written             | DONE
  IN_PROGRESS | open | SetError          | FAILED              | ERROR
  IN_PROGRESS | due  | sweep             | nothing             | -
  IN_PROGRESS | late | sweep             | expired             | ERROR
  IN_PROGRESS | open | close             | closed              | IN_PROGRESS
  IN_PROGRESS | open | remove            | undefined           | gone
  DONE        | open | open ocr          | done already        | -
  DONE        | open | open ml_inference | done already        | -
  DONE        | open | open search       | done already        | -
  DONE        | open | save ocr          | done already        | -
  DONE        | open | save ml_inference | done already        | -
  DONE        | open | save search       | done already        | -
  DONE        | open | SetError          | SUCCEEDED           | -
  DONE        | due  | sweep             | nothing             | -
  DONE        | late | sweep             | nothing             | -
  DONE        | open | close             | closed              | DONE
  DONE        | open | remove            | undefined           | gone
  ERROR       | open | open ocr          | settled             | -
  ERROR       | open | open ml_inference | settled             | -
  ERROR       | open | open search       | settled             | -
  ERROR       | open | save ocr          | settled             | -
  ERROR       | open | save ml_inference | settled             | -
  ERROR       | open | save search       | settled             | -
  ERROR       | open | SetError          | SUCCEEDED           | -
  ERROR       | due  | sweep             | nothing             | -
  ERROR       | late | sweep             | nothing             | -
  ERROR       | open | close             | closed              | ERROR
  ERROR       | open | remove            | undefined           | gone`;

const rows = table
  .trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()) as [JobStatus, "open" | "due" | "late", WriteName, string, string])
  .map(([held, time, write, outcome, after]) => ({ held, time, write, outcome, after }));
const secondsAt = { open: 0, due: 60, late: 600 };

test.each(rows)("$held, $time: $write → $outcome, $after", async ({ held, time, write, outcome, after }) => {
  const before = heldJob(held);
  const pipeline = await holding(before, secondsAt[time]);

  const answer = await writes[write](pipeline);

  const record = await pipeline.record(jobId);
  expect(String(answer)).toBe(outcome);
  if (after === "gone") expect(record).toBeUndefined();
  else if (after === "-") expect(record).toEqual(before);
  else expect(record).toMatchObject({ status: after, version: before.version + 1 });
});

const held = ["PENDING", "IN_PROGRESS"] as const;
const guarded = Object.keys(writes).filter((name) => !["close", "sweep"].includes(name)) as WriteName[];

test.each(guarded.flatMap((write) => held.map((status) => ({ write, status }))))(
  "$write of another generation leaves a job that is $status as it is",
  async ({ write, status }) => {
    const pipeline = await holding(heldJob(status));

    const answer = await writes[write](pipeline, { jobId, generation: "another" });

    const outcome = write === "SetError" ? "SUCCEEDED" : write === "remove" ? undefined : "gone";
    expect(answer).toBe(outcome);
    expect(await pipeline.record(jobId)).toEqual(heldJob(status));
  },
);

test.each(["ocr", "ml_inference"] as const)("a second result of %s is not saved, whatever it says", async (stage) => {
  const before = heldJob("IN_PROGRESS", { result: { ocr: results.ocr, mlInference: results.ml_inference } });
  const { jobs, record } = await holding(before);

  const outcome = await jobs.saveResult(key, stage, results[stage], { text: "another text" });

  expect(outcome).toBe("done already");
  expect(await record(jobId)).toEqual(before);
});

test("close ends no other owner's job", async () => {
  const before = heldJob("DONE", { owner: "somebody-else" });
  const { jobs, record } = await holding(before);

  const closed = await jobs.close(jobId, "public");

  expect(closed).toBeUndefined();
  expect(await record(jobId)).toEqual(before);
});

test.each(["PENDING", "IN_PROGRESS"] as const)(
  "a closed job that was %s reads as none, is due for nothing, and takes no write of a stage",
  async (status) => {
    const { jobs } = await holding(heldJob(status));
    await jobs.close(jobId, "public");

    const outcomes = [
      await jobs.get(jobId),
      await jobs.open(key, "ocr"),
      await jobs.saveResult(key, "ocr", results.ocr),
      await jobs.sweep(jobId),
    ];

    expect(outcomes).toEqual([undefined, { nothingToDo: "settled" }, "settled", "nothing"]);
    expect((await contents(jobs)).flat()).toEqual([]);
  },
);

// The deadline is 330 s after OCR began, and 600 s after the creation of a job that has not begun. A write may be under way
// for some seconds, so the last ones are made 15 s before.
test.each([
  { write: "open ocr", status: "PENDING", from: 585, before: "turn at IN_PROGRESS", after: "settled" },
  { write: "open ocr", status: "IN_PROGRESS", from: 315, before: "turn at IN_PROGRESS", after: "settled" },
  { write: "open search", status: "IN_PROGRESS", from: 315, before: "turn at IN_PROGRESS", after: "settled" },
  { write: "save ocr", status: "IN_PROGRESS", from: 315, before: "written", after: "settled" },
  { write: "save ml_inference", status: "IN_PROGRESS", from: 315, before: "written", after: "settled" },
  { write: "save search", status: "IN_PROGRESS", from: 315, before: "written", after: "settled" },
  { write: "SetError", status: "PENDING", from: 585, before: "FAILED", after: "SUCCEEDED" },
  { write: "SetError", status: "IN_PROGRESS", from: 315, before: "FAILED", after: "SUCCEEDED" },
  { write: "sweep", status: "PENDING", from: 585, before: "start 1", after: "nothing" },
  { write: "sweep", status: "IN_PROGRESS", from: 330, before: "nothing", after: "expired" },
] as const)(
  "$write of a job that is $status: $before until $from s, $after from then on",
  async ({ write, status, from, before, after }) => {
    const answerAt = async (seconds: number) => writes[write](await holding(heldJob(status), seconds));

    const answers = await Promise.all([answerAt(from - 1), answerAt(from), answerAt(from + 1)]);

    expect(answers).toEqual([before, after, after]);
  },
);

test("the sweeper's error is due at the deadline itself, and a second before it is not", async () => {
  const answerAt = async (seconds: number) => sweep(await holding(heldJob("PENDING"), seconds));

  const answers = await Promise.all([answerAt(599), answerAt(600), answerAt(601)]);

  expect(answers).toEqual(["nothing", "expired", "expired"]);
});

async function contents(jobs: JobRepository): Promise<(readonly string[])[]> {
  return Promise.all([0, 1, 2, 3].map((shard) => dueIn(jobs, shard)));
}

test("a job names its stage, its deadline and when it is due as it moves on, and leaves the index when it is done", async () => {
  const { jobs, record, aws } = await holding(heldJob("PENDING"), 10);

  await jobs.open(key, "ocr");
  const atOcr = await record(jobId);
  await aws.clock.advance(1000);
  const later: (Job | undefined)[] = [];
  for (const stage of stageNames) {
    await jobs.saveResult(key, stage, results[stage], stage === "search" ? { postedTerms: ["work"] } : {});
    later.push(await record(jobId));
  }

  const times = { deadlineAt: start + 340, dueAt: start + 60 };
  expect(atOcr).toEqual(heldJob("PENDING", { ...times, status: "IN_PROGRESS", stage: "ocr", updatedAt: start + 10, version: 2 }));
  const done = later.pop();
  expect(later[0]).toMatchObject({ stage: "ml_inference", updatedAt: start + 11, version: 3, result: { ocr: results.ocr } });
  expect(later.map((job) => job?.stage)).toEqual(stageNames.slice(1));
  expect(later.at(-1)).toMatchObject({ stage: "search", version: stageNames.length + 1 });
  expect(done).toEqual(heldJob("DONE", { deadlineAt: start + 340, updatedAt: start + 11 }));
  await aws.clock.advance(600_000);
  expect(await contents(jobs)).toEqual([[], [], [], []]);
});

test("a job that ended in ERROR is in the index of open jobs no more, whoever wrote the error", async () => {
  const bySetError = await holding(heldJob("IN_PROGRESS"));
  const bySweeper = await holding(heldJob("IN_PROGRESS"), 330);
  const due = await contents(bySweeper.jobs);

  await setError(bySetError);
  await sweep(bySweeper);

  await bySetError.aws.clock.advance(330_000);
  expect(due).toEqual([[], [], [jobId], []]);
  expect(await contents(bySetError.jobs)).toEqual([[], [], [], []]);
  expect(await contents(bySweeper.jobs)).toEqual([[], [], [], []]);
});

test.each([
  {
    what: "in the record",
    fields: { text: "new" },
    text: "new",
    textObject: undefined,
    held: { textObject: { name: "document", bytes: 900 } },
  },
  {
    what: "in the bucket",
    fields: { textObject: { name: "ocr-1", bytes: 900 } },
    text: undefined,
    textObject: { name: "ocr-1", bytes: 900 },
    held: {},
  },
])("a text that gets its place $what has no other one", async ({ fields, text, textObject, held: place }) => {
  const { jobs, record } = await holding(heldJob("IN_PROGRESS", place));

  await jobs.saveResult(key, "ocr", results.ocr, fields);

  const job = await record(jobId);
  expect(job?.text).toBe(text);
  expect(job?.textObject).toEqual(textObject);
});

test.each([
  { at: -1, holder: "old" },
  { at: 0, holder: "new" },
  { at: 1, holder: "new" },
])("a record that expired $at s ago: the place belongs to the $holder one", async ({ at, holder }) => {
  const { jobs, record } = await holding(heldJob("DONE", { generation: "old" }), 604_800 + at);

  const held = await jobs.create(heldJob("PENDING", { generation: "new", expiresAt: start + 2_000_000 }));

  expect(held.generation).toBe(holder);
  expect((await record(jobId))?.generation).toBe(holder);
});

test("a put that arrives once the deletion of its job has begun does not bring it back, and one of another generation is written", async () => {
  const { jobs, record } = await holding(heldJob("IN_PROGRESS"));
  await jobs.close(jobId, "public");

  await jobs.create(heldJob("PENDING"));
  const closed = await record(jobId);
  await jobs.create(heldJob("PENDING", { generation: "new" }));

  expect(closed).toMatchObject({ status: "IN_PROGRESS", deadlineAt: 0 });
  expect(await record(jobId)).toMatchObject({ status: "PENDING", generation: "new" });
});

test.each([
  { at: -1, isThere: true },
  { at: 0, isThere: false },
  { at: 1, isThere: false },
])("a record that expired $at s ago is there: $isThere", async ({ at, isThere }) => {
  const { jobs } = await holding(heldJob("DONE"), 604_800 + at);

  const job = await jobs.get(jobId);

  expect(job !== undefined).toBe(isThere);
});

test.each([
  { what: "open", job: heldJob("IN_PROGRESS"), isOver: false },
  { what: "not begun", job: heldJob("PENDING"), isOver: false },
  { what: "done", job: heldJob("DONE"), isOver: true },
  { what: "of another generation", job: heldJob("IN_PROGRESS", { generation: "another" }), isOver: true },
  { what: "past its deadline", job: heldJob("IN_PROGRESS", { deadlineAt: start }), isOver: true },
  { what: "another one's", job: heldJob("IN_PROGRESS", { jobId: "another" }), isOver: true },
])("a job that is $what is over: $isOver", async ({ job, isOver }) => {
  const { jobs } = await holding(job);

  expect(await jobs.isOver(key)).toBe(isOver);
});

test("two sweepers at once end a job past its deadline once", async () => {
  const { jobs, record } = await holding(heldJob("IN_PROGRESS"), 330);

  const outcomes = await Promise.all([jobs.sweep(jobId), jobs.sweep(jobId)]);

  expect(outcomes.sort()).toEqual(["expired", "nothing"]);
  expect(await record(jobId)).toMatchObject({ status: "ERROR", version: 3 });
});

test("a record that is created twice is the first one", async () => {
  const { jobs } = await holding(heldJob("DONE"));
  const again = heldJob("PENDING", { generation: "another" });

  expect(await jobs.create(again)).toEqual(heldJob("DONE"));
  expect(await jobs.create({ ...again, jobId: "another" })).toEqual({ ...again, jobId: "another" });
});

test("a restart that is taken back does not count, and the job is due", async () => {
  const { jobs, record } = await holding(heldJob("PENDING"), 60);
  const swept = await jobs.sweep(jobId);
  if (typeof swept === "string") expect.unreachable(swept);

  await jobs.returnRestart(swept.start);

  expect(swept.start).toEqual(heldJob("PENDING", { restarts: 1, dueAt: start + 120, updatedAt: start + 60, version: 2 }));
  expect(await record(jobId)).toEqual(heldJob("PENDING", { dueAt: start + 60, updatedAt: start + 60, version: 3 }));
});

test.each([
  { what: "was created again", now: { generation: "another" } },
  { what: "has begun", now: { status: "IN_PROGRESS" } },
  { what: "was started again since", now: { restarts: 2 } },
  { what: "is due at another time", now: { dueAt: start + 180 } },
] as const)("a restart is not taken back where its job $what", async ({ now }) => {
  const restarted = heldJob("PENDING", { restarts: 1, dueAt: start + 120 });
  const { jobs, record } = await holding({ ...restarted, ...now });

  await jobs.returnRestart(restarted);

  expect(await record(jobId)).toEqual({ ...restarted, ...now });
});

test("a job that is gone, or whose record has expired, is not swept", async () => {
  const { jobs } = await holding(heldJob("PENDING"), 604_800);

  expect([await jobs.sweep(jobId), await jobs.sweep("gone")]).toEqual(["nothing", "nothing"]);
});

describe("the claim of an upload", () => {
  const upload = { jobId, generation: key.generation, owner: "public", uploadId: "9e107d9d-372b-4e1a-a1d5-7f0c2e7b3a10" };
  const claimId = jobIdOfUpload(upload.owner, upload.uploadId);
  const another = { ...upload, jobId: "another" };

  test("is made once, and again by the same job", async () => {
    const { jobs, record } = await holding(heldJob("PENDING"));

    const claims = [await jobs.claimUpload(upload), await jobs.claimUpload(another), await jobs.claimUpload(upload)];

    expect(claims).toEqual([true, false, true]);
    expect(await record(claimId)).toEqual({ ...key, jobId: claimId, claimedBy: jobId, expiresAt: start + 172_800 });
  });

  test("is not needed for the job that an upload becomes without a key", async () => {
    const { jobs, record } = await holding(heldJob("PENDING"));

    expect(await jobs.claimUpload({ ...upload, jobId: claimId })).toBe(true);
    expect(await record(claimId)).toBeUndefined();
  });

  test.each([
    [172_799, false],
    [172_800, true],
  ])("is free after %i s: %s", async (seconds, isFree) => {
    const { jobs, aws } = await holding(heldJob("PENDING"));
    await jobs.claimUpload(upload);
    await aws.clock.advance(seconds * 1000);

    expect(await jobs.claimUpload(another)).toBe(isFree);
  });

  test("is no job, and goes with its own", async () => {
    const { jobs, record } = await holding(heldJob("PENDING"));
    await jobs.claimUpload(upload);

    const read = await jobs.get(claimId);
    await jobs.remove(key);
    const after = await record(claimId);
    await jobs.remove(upload);

    expect(read).toBeUndefined();
    expect(after).toMatchObject({ claimedBy: jobId });
    expect([await record(claimId), await record(jobId)]).toEqual([undefined, undefined]);
  });
});
