import { expect, test } from "vitest";
import { filterLog } from "../../lambda/log-filter.ts";

const timestamp = "2026-11-27T04:00:00.000Z";

function passing(level: string, lines: readonly string[]): string[] {
  const passed: string[] = [];
  const write = filterLog(level, (line) => passed.push(line));
  for (const line of lines) write(line);
  return passed;
}

test("lines below the level are dropped, whatever the case of theirs", () => {
  const lines = ["TRACE", "debug", "Info", "WARN", "ERROR", "FATAL"].map((level) => JSON.stringify({ level, timestamp }));

  expect(passing("TRACE", lines)).toEqual(lines);
  expect(passing("INFO", lines)).toEqual(lines.slice(2));
  expect(passing("ERROR", lines)).toEqual(lines.slice(4));
});

test.each([
  ["no level", { timestamp }],
  ["a level that Lambda does not know", { level: "LOUD", timestamp }],
  ["no time", { level: "ERROR" }],
  ["a time that is none", { level: "ERROR", timestamp: "now" }],
])("a line with %s is INFO", (_, line) => {
  expect(passing("INFO", [JSON.stringify(line)])).toHaveLength(1);
  expect(passing("WARN", [JSON.stringify(line)])).toEqual([]);
});

test("text that is no JSON passes", () => {
  const lines = ["a line", "{ not JSON", "", "[1]"];

  expect(passing("FATAL", lines)).toEqual(lines);
});
