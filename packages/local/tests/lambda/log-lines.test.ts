import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LogLines } from "../../lambda/log-lines.ts";

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const log = new LogLines((line) => lines.push(line));
  for (const chunk of chunks) log.take(chunk);
  log.flush();
  return lines;
}

test("lines come out whole, wherever the pipe has cut them", () => {
  const text = 'first\n\nthird é 😀\n{"level":"INFO"}\nno end';
  const bytes = Buffer.from(text);

  void fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));

      expect(linesOf(chunks)).toEqual(["first", "", "third é 😀", '{"level":"INFO"}', "no end"]);
    }),
  );
});

test.each([
  ["262,144 bytes are one line", "a".repeat(262_144), [262_144]],
  ["one byte more comes in a second piece", "a".repeat(262_145), [262_144, 1]],
  ["a character is not cut", `a${"é".repeat(131_072)}`, [262_143, 2]],
  ["a long line among others", `a\n${"b".repeat(600_000)}\nc`, [1, 262_144, 262_144, 75_712, 1]],
])("%s", (_, text, bytes) => {
  const lines = linesOf([Buffer.from(text)]);

  expect(lines.map((line) => Buffer.byteLength(line))).toEqual(bytes);
  expect(lines.join("")).toBe(text.replaceAll("\n", ""));
});

test("what has no end is given out as soon as it is too long to hold", () => {
  const lines: string[] = [];
  const log = new LogLines((line) => lines.push(line));

  for (let chunk = 0; chunk < 100; chunk++) log.take(Buffer.alloc(65_536, "a"));

  expect(lines.reduce((sum, line) => sum + line.length, 0)).toBeGreaterThanOrEqual(100 * 65_536 - 262_144);
});
