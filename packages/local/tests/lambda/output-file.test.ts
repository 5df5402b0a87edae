import { writeSync } from "node:fs";
import { expect, test } from "vitest";
import { OutputFile } from "../../lambda/output-file.ts";
import { createFunction, until } from "./test-function.ts";

test("what is written is read as lines, each once, and at the end the rest", () => {
  const lines: string[] = [];
  const output = new OutputFile((line) => lines.push(line));

  writeSync(output.descriptor, "one\ntw");
  output.read();
  output.read();
  const first = [...lines];
  writeSync(output.descriptor, "o\nthree");
  output.close();
  output.close();

  expect([first, lines]).toEqual([["one"], ["one", "two", "three"]]);
});

test("a call's lines, of either stream, are there in their order when it is answered", async () => {
  const { lambda, lines } = createFunction(`
    export const handler = (count) => {
      for (let line = 0; line < count; line++) (line % 2 ? console.log : console.error)(String(line));
    };`);

  await lambda.invoke("1000");

  expect(lines).toEqual(Array.from({ length: 1_000 }, (_, line) => String(line)));
});

test("a process that writes without an end is slowed down to what is read, and its environment is not used again", async () => {
  const { lambda, lines } = createFunction(`
    const piece = ("x".repeat(99_999) + "\\n").repeat(10);
    export const handler = ({ pieces = 0 }) => {
      for (let piece_ = 0; piece_ < pieces; piece_++) process.stdout.write(piece);
      return process.pid;
    };`);

  const first = await lambda.invoke('{"pieces":70}');
  const second = await lambda.invoke("{}");

  await until(() => lines.length === 700);
  expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([99_999]));
  expect(second).toHaveProperty("payload");
  expect(second).not.toEqual(first);
});
