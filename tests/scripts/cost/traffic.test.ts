import { expect, test } from "vitest";
import { parseTraffics } from "../../../scripts/cost/traffic.ts";

test("a traffic for each length of jobs", () => {
  const traffics = parseTraffics("1,6.5", "0.5", "ocr=20,get-job=7.5");

  const others = { pollsPerSecond: 0.5, functionMilliseconds: { ocr: 20, "get-job": 7.5 } };
  expect(traffics).toEqual([
    { jobSeconds: 1, ...others },
    { jobSeconds: 6.5, ...others },
  ]);
});

test.each([
  ["", "1", ""],
  ["0", "1", ""],
  ["1,x", "1", ""],
  ["1", "-1", ""],
  ["1", "Infinity", ""],
  ["1", "1", "ocr"],
  ["1", "1", "ocr=fast"],
])("%j, %j and %j are refused", (seconds, polls, milliseconds) => {
  const traffics = parseTraffics(seconds, polls, milliseconds);

  expect(traffics).toBeUndefined();
});
