import { expect, test } from "vitest";
import { age, causeText, count, dollars, duration, pretty, shortLine } from "../../console/model/format.ts";

test.each([
  [-3, "0 ms"],
  [24.4, "24 ms"],
  [999.6, "1000 ms"],
  [1_240, "1.2 s"],
  [22_600, "22.6 s"],
  [99_940, "99.9 s"],
  [99_950, "1 min 40 s"],
  [250_000, "4 min 10 s"],
])("%d milliseconds are %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [4_999, "now"],
  [5_000, "5 s ago"],
  [119_999, "1 min ago"],
  [7_200_000, "2 h ago"],
  [172_800_000, "2 d ago"],
])("%d milliseconds ago is %s", (milliseconds, text) => {
  expect(age(milliseconds)).toBe(text);
});

test("sums have two digits that say something", () => {
  expect([0, 0.0000233, 0.25, 3.456, 380.4, 1_234_567].map(dollars)).toEqual(["$0", "$0.000023", "$0.25", "$3.46", "$380", "$1,234,567"]);
  expect(count(1_204)).toBe("1,204");
});

test("a log line is its level, its words and what belongs to them; the job and the stage are known anyway", () => {
  const fields = { level: "WARN", message: "Slow", timestamp: "…", service: "ocr", sampling_rate: 0, jobId: "j", stage: "ocr", pages: [1] };

  expect(shortLine(JSON.stringify(fields))).toBe("WARN  Slow  pages=[1]");
  expect(shortLine('{"no":"words"}')).toBe('{"no":"words"}');
  expect(shortLine("plain")).toBe("plain");
});

test("a cause that is a function's error is its message, without the request's id", () => {
  expect(causeText('{"errorType":"A","errorMessage":"It broke."}')).toBe("It broke.");
  expect(causeText('{"errorMessage":"RequestId: 5f0c-1 Error: Task timed out after 10.00 seconds"}')).toBe(
    "Task timed out after 10.00 seconds",
  );
  expect(causeText("Rate exceeded")).toBe("Rate exceeded");
});

test("JSON is laid out, and any other text left as it is", () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty("{")).toBe("{");
});
