import { expect, test } from "vitest";
import { stages } from "../../../functions/stages/registry.ts";
import { fileName } from "../../../functions/stages/stage.ts";
import { measureJob } from "../../../scripts/cost/measure.ts";
import { shortText } from "../../../scripts/cost/run-cost.ts";
import { projectFolder } from "../../support/evaluated-program.ts";

const measured = (set: readonly string[], body = shortText, isSigned = false) =>
  measureJob(projectFolder, { set, document: { contentType: "text/plain", body }, jobsBefore: 1, jobs: 2, isSigned });

const stageFunctions = stages.map(fileName);
/** The same count for each stage. */
const ofStages = (count: number, suffix = "") => Object.fromEntries(stageFunctions.map((name) => [`${name}${suffix}`, count]));

test("a lean job of a short text uses one put, an update and an invocation for each stage and one more, and a read for each after OCR", {
  timeout: 60_000,
}, async () => {
  const { job, poll } = await measured(["relatedDocuments=off", "logLevel=ERROR", "executionLogLevel=ERROR"]);

  expect(job.calls).toEqual({ "jobs PutItem": 1, "jobs UpdateItem": 1 + stages.length, "jobs GetItem": stages.length - 1 });
  // One for each write of the record; of the index one as it comes, one as it goes.
  expect(job.writeUnits).toEqual({ jobs: 4 + stages.length });
  expect(job.readUnits).toEqual({ jobs: stages.length - 1 });
  expect(job.invocations).toEqual({ "create-job": 1, ...ofStages(1) });
  expect(job.waits).toEqual({ "create-job dynamodb": 1, "create-job states": 1, ...ofStages(2, " dynamodb") });
  expect(job.states).toEqual({ entered: stages.length + 1, traces: 1 });
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
  expect(job.writeUnits).toEqual({ jobs: 4 + stages.length, postings: 8 });
  expect(job.readUnits).toEqual({ jobs: stages.length - 1, postings: 6 });
  // The queries go out together, and are waited for once.
  expect(job.waits).toMatchObject({ "search dynamodb": 4 });
  // Two lines of each stage and one of create-job, two of metrics; three events of the execution and its end, five of each stage, two of OCR's choice.
  expect(job.states).toEqual({ entered: stages.length + 1, traces: 1 });
  expect(job.lines).toEqual({ functions: 3 + 2 * stages.length, executions: 2 + 5 * stages.length + 2, requests: 1 });
});

test("a long text goes through the bucket; a caller with an identity pays one write unit more, for the list of jobs", {
  timeout: 60_000,
}, async () => {
  const { job } = await measured(["relatedDocuments=off", "logLevel=ERROR", "auth=iam"], `${shortText} `.repeat(26), true);

  expect(job.calls).toMatchObject({ "s3 PutObject": 1, "s3 GetObject": stages.length });
  expect(job.waits).toMatchObject({ "create-job s3": 1, ...ofStages(1, " s3") });
  expect(job.writeUnits).toEqual({ jobs: 5 + stages.length });
});
