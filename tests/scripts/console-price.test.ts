import { expect, test } from "vitest";
import priceList from "../../infrastructure/prices.json" with { type: "json" };
import { priceOf } from "../../packages/local/console/price.ts";

const { prices } = priceList;
const none = { readUnits: 0, writeUnits: 0, gigabyteSeconds: 0, executionGigabyteSeconds: 0, invocations: 0, transitions: 0, logBytes: 0 };
const nothing = { ...none, requests: {} };
const calls = (2 * prices.httpApiRequests.dollars) / 1e6;

test.each([
  ["its POST and one GET", {}, 0],
  ["invocations", { invocations: 1e6 }, prices.lambdaRequests.dollars],
  ["time of functions", { gigabyteSeconds: 1e6 }, prices.lambdaGigabyteSeconds.dollars],
  ["time of executions", { executionGigabyteSeconds: 1e6 }, prices.expressGigabyteSeconds.dollars],
  ["reads", { readUnits: 1e6 }, prices.dynamoReadUnits.dollars],
  ["writes", { writeUnits: 1e6 }, prices.dynamoWriteUnits.dollars],
  ["logs", { logBytes: 1e9 }, prices.logGigabytes.dollars],
  ["puts", { requests: { "s3 PutObject": 1e6 } }, prices.s3Puts.dollars],
  ["gets", { requests: { "s3 GetObject": 1e6 } }, prices.s3Gets.dollars],
])("the console prices %s of a job as npm run cost does", (_, used, dollars) => {
  expect(priceOf({ ...nothing, ...used }, 0)).toBeCloseTo(calls + dollars, 9);
});

test("the console prices executions as npm run cost does", () => {
  expect(priceOf(nothing, 1e6)).toBeCloseTo(calls + prices.expressRequests.dollars, 9);
});
