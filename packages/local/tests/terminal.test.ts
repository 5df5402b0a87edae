import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { functionLine } from "../terminal.ts";

const timestamp = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const shown = (group: string, fields: object) => {
  const line = functionLine({ group, timestamp, message: JSON.stringify(fields) }, "dev");
  return line && stripVTControlCharacters(line);
};

test("a function's line is shown by its words and what belongs to them", () => {
  const fields = { level: "INFO", message: "Stage start", timestamp: "…", service: "ocr", sampling_rate: 0, jobId: "j1", stage: "ocr" };

  expect(shown("/aws/lambda/async-text-processing-dev-ocr", fields)).toBe("03:04:05.006  ocr           Stage start  jobId=j1  stage=ocr");
});

test("what is no function's is not shown", () => {
  expect(shown("/aws/vendedlogs/states/async-text-processing-dev-process-job", { type: "TaskStateEntered" })).toBeUndefined();
});

test("a metric is not shown: CloudWatch takes it out of the log", () => {
  const metric = { _aws: { Timestamp: timestamp, CloudWatchMetrics: [] }, service: "search", JobsDone: 1 };

  expect(shown("/aws/lambda/async-text-processing-dev-search", metric)).toBeUndefined();
});
