import { expect, test } from "vitest";
import { measureJob } from "../../../scripts/cost/measure.ts";
import { shortText } from "../../../scripts/cost/run-cost.ts";
import { projectFolder } from "../../support/evaluated-program.ts";

const measured = (set: readonly string[], body = shortText) =>
  measureJob(projectFolder, { set, document: { name: "text", contentType: "text/plain", body }, jobsBefore: 1, jobs: 2 });

const once = { "create-job": 1, ocr: 1, "ml-inference": 1, search: 1 };

test("a lean job of a short text uses one put, four updates, two reads and four invocations", { timeout: 60_000 }, async () => {
  const { job, poll } = await measured(["relatedDocuments=off", "logLevel=ERROR", "executionLogLevel=ERROR"]);

  expect(job.calls).toEqual({ "jobs PutItem": 1, "jobs UpdateItem": 4, "jobs GetItem": 2 });
  // Five of the record; of the index one as it comes, one as it goes.
  expect(job.writeUnits).toEqual({ jobs: 7 });
  expect(job.readUnits).toEqual({ jobs: 2 });
  expect(job.invocations).toEqual(once);
  const waits = { "create-job dynamodb": 1, "create-job states": 1, "ocr dynamodb": 2, "ml-inference dynamodb": 2, "search dynamodb": 2 };
  expect(job.waits).toEqual(waits);
  expect(job.states).toEqual({ entered: 3, traces: 1 });
  expect(job.lines).toEqual({ functions: 2, requests: 1 }); // what was accepted and done, as metrics
  expect(poll).toMatchObject({
    invocations: { "get-job": 1 },
    calls: { "jobs GetItem": 1 },
    readUnits: { jobs: 1 },
    lines: { requests: 1 },
  });
});

test("a job as by default also queries twelve terms, and writes eight postings", { timeout: 60_000 }, async () => {
  const { job } = await measured([]);

  expect(job.calls).toMatchObject({ "postings Query": 12, "postings BatchWriteItem": 1 });
  expect(job.writeUnits).toEqual({ jobs: 7, postings: 8 });
  expect(job.readUnits).toEqual({ jobs: 2, postings: 6 });
  // The queries go out together, and are waited for once.
  expect(job.waits).toMatchObject({ "search dynamodb": 4 });
  // Two lines of each stage and one of create-job, two of metrics; three events of the execution and its end, five of each state.
  expect(job.states).toEqual({ entered: 3, traces: 1 });
  expect(job.lines).toEqual({ functions: 9, executions: 17, requests: 1 });
});

test("a long text goes through the bucket", { timeout: 60_000 }, async () => {
  const { job } = await measured(["relatedDocuments=off", "logLevel=ERROR"], `${shortText} `.repeat(26));

  expect(job.calls).toMatchObject({ "s3 PutObject": 1, "s3 GetObject": 3 });
  expect(job.waits).toMatchObject({ "create-job s3": 1, "ocr s3": 1, "ml-inference s3": 1, "search s3": 1 });
});
