import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { functionLine, notSwappedLine, swappedLine } from "../terminal.ts";

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

test("a swap is shown with its time and its first resources", () => {
  const resources = ["a", "b", "c", "d", "e", "f", "g"].map((name) => {
    return { type: "aws:lambda/function:Function", name, id: name, inputs: {}, outputs: {} };
  });

  expect(swappedLine(resources.slice(0, 1), 640.4)).toBe("Swapped in 640 ms: Function a.");
  expect(swappedLine(resources, 1)).toBe("Swapped in 1 ms: Function a, Function b, Function c, Function d, Function e, and 2 more.");
  expect(swappedLine([], 640)).toBe("Nothing to swap.");
});

test("the reason of a change that does not work is one line", () => {
  const line = notSwappedLine(new Error("Build failed with 1 error:\n  a.ts:1:2: ERROR: Expected identifier\n"));

  expect(stripVTControlCharacters(line)).toBe("Not swapped: Build failed with 1 error: a.ts:1:2: ERROR: Expected identifier");
});
