import { expect, test } from "vitest";
import { projectFolder } from "../../../../tests/support/evaluated-program.ts";
import { type JobRecord, outcomeOf } from "../../simulate/kill/documents.ts";
import { killTable, runKills } from "../../simulate/kill/run-kills.ts";
import { SeenJobs } from "../../simulate/kill/seen-jobs.ts";

test("kills under load lose, double and change nothing", async () => {
  const kills: number[] = [];

  const options = { project: projectFolder, kills: 2, seed: 5, clients: 6, settleMilliseconds: 10_000 };
  const report = await runKills({ ...options, progress: (kill) => kills.push(kill) });

  // A job whose start was lost waits a minute for the sweeper: this does not.
  const failures = report.failures.filter(({ sentence }) => !sentence.endsWith("is still PENDING."));
  expect(failures).toEqual([]);
  expect(kills).toEqual([1, 2]);
  expect(report.accepted).toBeGreaterThan(10);
  expect(report.done).toBeGreaterThan(5);
  expect(report.done + report.error + report.deleted + report.failures.length).toBe(report.accepted);
}, 180_000);

const document = { contentType: "text/plain", body: Buffer.from("A text."), isUploaded: false, outcome: "DONE 0 A text." };
const done: JobRecord = {
  jobId: "a",
  status: "DONE",
  text: "A text.",
  result: { ocr: {}, mlInference: {}, search: { relatedDocumentsFound: 0 } },
};

test("the end of a job is its text where all its results are there, or its error", () => {
  expect(outcomeOf(done)).toBe("DONE 0 A text.");
  expect(outcomeOf({ ...done, result: { ocr: {}, search: {} } })).toBe("DONE without all of its results");
  expect(outcomeOf({ jobId: "a", status: "ERROR", errorCode: "DocumentUnreadable" })).toBe("ERROR DocumentUnreadable");
});

const submission = { key: "a key", document };
const contradictions: Record<string, [promise: string, tell: (jobs: SeenJobs) => void]> = {
  "one key becomes two jobs": [
    "twice",
    (jobs) => {
      jobs.accepted(submission, { jobId: "a", status: "PENDING" });
      jobs.accepted(submission, { jobId: "b", status: "PENDING" });
    },
  ],
  "a status goes back": [
    "went back",
    (jobs) => {
      const job = jobs.accepted(submission, { jobId: "a", status: "IN_PROGRESS" });
      jobs.read(job, { jobId: "a", status: "PENDING" }, '"1"');
    },
  ],
  "an end changes into another": [
    "went back",
    (jobs) => {
      const job = jobs.accepted({ ...submission, document: { ...document, outcome: "ERROR 1" } }, { jobId: "a", status: "PENDING" });
      jobs.read(job, { jobId: "a", status: "ERROR", errorCode: "1" }, '"1"');
      jobs.read(job, { jobId: "a", status: "DONE" }, '"2"');
    },
  ],
  "a job has the text of another": [
    "wrong",
    (jobs) => {
      const job = jobs.accepted(submission, { jobId: "a", status: "PENDING" });
      jobs.read(job, { ...done, text: "Another text." }, '"1"');
    },
  ],
};

test.each(Object.entries(contradictions))("it is noticed when %s", (_, [promise, tell]) => {
  const jobs = new SeenJobs();

  tell(jobs);

  expect(jobs.failures.map((failure) => failure.promise)).toContain(promise);
});

test("a job that is deleted and submitted again begins anew", () => {
  const jobs = new SeenJobs();
  const job = jobs.accepted(submission, { jobId: "a", status: "PENDING" });
  jobs.read(job, done, '"1"');

  jobs.deleted(job);
  jobs.accepted(submission, { jobId: "a", status: "PENDING" });

  expect(jobs.failures).toEqual([]);
  expect([jobs.acceptedCount, jobs.all.length]).toEqual([2, 1]);
});

test("the table counts each kind of broken promise and quotes it", () => {
  const counts = { kills: 3, accepted: 9, done: 6, error: 1, deleted: 1, lastEndMilliseconds: 1_250 };

  const printed = killTable({ ...counts, failures: [{ promise: "lost", sentence: "Job a is still PENDING." }] });

  expect(printed.split("\n")).toEqual([
    "kills  accepted  DONE  ERROR  deleted  lost  twice  wrong  went back  left behind  refused  last end after the restart",
    "3             9     6      1        1     1      0      0          0            0        0                       1.3 s",
    "lost: Job a is still PENDING.",
  ]);
});
