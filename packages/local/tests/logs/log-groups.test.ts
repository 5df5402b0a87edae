import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogGroups, type LogLine } from "../../logs/log-groups.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (file: string) => readFileSync(join(folder, file), "utf8");

test("each group has a file, to which a later process adds", () => {
  for (const word of ["one", "two"]) {
    const logs = new LogGroups(folder, new ManualClock());
    logs.declare("/aws/lambda/ocr");
    logs.append("/aws/lambda/ocr", word);
    logs.close();
  }

  expect(read("aws-lambda-ocr.log")).toBe("one\ntwo\n");
});

test("a group that is not declared is refused by name", () => {
  const logs = new LogGroups(undefined, new ManualClock());

  expect(() => logs.append("/aws/lambda/ocr", "one")).toThrow("There is no log group /aws/lambda/ocr.");
});

test("a line that cannot be written is reported, and neither stops its writer nor keeps others from seeing it", () => {
  symlinkSync(join(folder, "nowhere", "at-all"), join(folder, "aws-lambda-ocr.log"));
  const faults: unknown[] = [];
  const seen: LogLine[] = [];
  const logs = new LogGroups(folder, new ManualClock(5), (error) => faults.push(error));
  logs.declare("/aws/lambda/ocr");
  logs.onLine((line) => seen.push(line));

  logs.append("/aws/lambda/ocr", "one");
  logs.close();

  expect(faults).toMatchObject([{ code: "ENOENT" }]);
  expect(seen).toEqual([{ group: "/aws/lambda/ocr", timestamp: 5, message: "one" }]);
});

test("nothing is written or reported once they are closed", () => {
  const seen: LogLine[] = [];
  const logs = new LogGroups(folder, new ManualClock());
  logs.declare("/aws/lambda/ocr");
  logs.onLine((line) => seen.push(line));
  logs.append("/aws/lambda/ocr", "one");
  logs.close();
  logs.close();

  logs.append("/aws/lambda/ocr", "two");

  expect(read("aws-lambda-ocr.log")).toBe("one\n");
  expect(seen).toHaveLength(1);
});
