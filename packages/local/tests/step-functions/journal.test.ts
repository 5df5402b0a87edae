import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "../../start-error.ts";
import { ExecutionJournal } from "../../step-functions/journal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  path = join(folder, "executions.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const execution = (name: string, input = "{}") => ({
  stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:process-job",
  executionArn: `arn:aws:states:us-east-1:000000000000:express:process-job:${name}:run`,
  name,
  input,
});
/** An input of 100 kB: a few of them, and the file is rewritten. */
const large = JSON.stringify("x".repeat(100_000));
/** The journal as the next process reads it. */
const openIn = (file: string) => new ExecutionJournal(file).open.map(({ name }) => name);
const ended = (journal: ExecutionJournal, name: string) => journal.ended(execution(name).executionArn);

test("the next process finds what was started and not ended, in the order of the starts, with its input", () => {
  const journal = new ExecutionJournal(path);
  for (const name of ["a", "b", "c", "d"]) journal.started(execution(name, `{"jobId":"${name}"}`));
  ended(journal, "b");
  ended(journal, "a");
  ended(journal, "a");

  expect(new ExecutionJournal(path).open).toEqual([execution("c", '{"jobId":"c"}'), execution("d", '{"jobId":"d"}')]);
});

test("each start and each end is one line, and a second end is none", () => {
  const journal = new ExecutionJournal(path);
  journal.started(execution("a"));
  ended(journal, "a");
  ended(journal, "a");

  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines.map((line) => line.slice(0, 11))).toEqual(['{"started":', '{"ended":"a', ""]);
});

test("a last line that was cut off is dropped, and what is written next is whole", () => {
  new ExecutionJournal(path).started(execution("a"));
  appendFileSync(path, '{"started":{"stateMachineArn":"arn:aws:sta');

  const journal = new ExecutionJournal(path);
  journal.started(execution("b"));

  expect(openIn(path)).toEqual(["a", "b"]);
});

test.each(['{"started":{"stateMachineArn":"arn', '{"started":{"name":"a"}}', '{"began":1}', "{}", "null", "7", "", "\0\0"])(
  "the damaged line %j in the middle is one sentence, and the file stays as it is",
  (line) => {
    const whole = `${JSON.stringify({ started: execution("a") })}\n`;
    writeFileSync(path, `${whole}${line}\n${whole}`);

    const open = () => new ExecutionJournal(path);

    expect(open).toThrow(
      new StartError(
        `Line 2 of the journal of executions ${path} is damaged; delete that line, or the file, and start again: the sweeper sees to the jobs that were in it.`,
      ),
    );
    expect(readFileSync(path, "utf8")).toBe(`${whole}${line}\n${whole}`);
  },
);

test("the file stays small while executions come and go, and holds what is open at every moment", () => {
  const journal = new ExecutionJournal(path);
  for (const name of ["x", "y", "z"]) journal.started(execution(name));
  let largest = 0;
  for (let count = 0; count < 60; count++) {
    journal.started(execution(`job-${count}`, large));
    copyFileSync(path, `${path}.copy`);
    expect(openIn(`${path}.copy`)).toEqual(["x", "y", "z", `job-${count}`]);
    ended(journal, `job-${count}`);
    largest = Math.max(largest, statSync(path).size);
  }

  expect(openIn(path)).toEqual(["x", "y", "z"]);
  expect(largest).toBeGreaterThan(900 * 1024);
  expect(largest).toBeLessThan(1_150 * 1024);
});

test("a journal that is mostly open grows with what is open, without being rewritten each time", () => {
  const journal = new ExecutionJournal(path);
  let [rewritings, inode] = [0, statSync(path).ino];
  for (let count = 0; count < 100; count++) {
    journal.started(execution(`job-${count}`, large));
    if (statSync(path).ino !== inode) rewritings++;
    inode = statSync(path).ino;
  }

  expect(openIn(path)).toHaveLength(100);
  expect(rewritings).toBe(4); // above 1 MiB, and at each doubling up to 8 MiB
});

test("a kill in the middle of a rewriting loses nothing", () => {
  new ExecutionJournal(path).started(execution("a"));
  writeFileSync(`${path}.new`, '{"started":{"stateMachi');

  expect(openIn(path)).toEqual(["a"]);
});

test("where it cannot be rewritten, it keeps growing", () => {
  const journal = new ExecutionJournal(path);
  mkdirSync(`${path}.new`);
  for (let count = 0; count < 50; count++) journal.started(execution(`job-${count}`, large));
  rmSync(`${path}.new`, { recursive: true });

  expect(openIn(path)).toHaveLength(50);
});

test("a journal that cannot be written stops the start with one sentence", () => {
  writeFileSync(path, "");
  const below = join(path, "executions.jsonl");

  const open = () => new ExecutionJournal(below);

  expect(open).toThrow(
    new StartError(`The journal of executions ${below} cannot be written (ENOTDIR); make room, or choose another folder with --data.`),
  );
});

test("an entry that is written in part is refused and removed, and the next one is whole", () => {
  const journal = new URL("../../step-functions/journal.ts", import.meta.url);
  const program = `
    const { readFileSync } = await import("node:fs");
    const { ExecutionJournal } = await import(${JSON.stringify(journal.href)});
    const journal = new ExecutionJournal(${JSON.stringify(path)});
    const names = [];
    for (const [name, input] of [["a", "{}"], ["b", '"' + "b".repeat(2000) + '"'], ["c", "{}"]]) {
      try {
        journal.started({ stateMachineArn: "m", executionArn: name, name, input });
        names.push(name);
      } catch (error) {
        names.push(error.code, readFileSync(${JSON.stringify(path)}, "utf8").endsWith("\\n"));
      }
    }
    process.stdout.write(JSON.stringify([names, journal.open.map(({ name }) => name)]));
    process.kill(process.pid, "SIGKILL");`;

  // A limit on the size of files, one or two blocks of 512 bytes, stands for a full disk: the write is cut short there.
  const { stdout } = spawnSync("sh", ["-c", 'ulimit -f 1; exec "$0" --input-type=module --eval "$1"', process.execPath, program]);

  expect(JSON.parse(stdout.toString())).toEqual([
    ["a", "EFBIG", true, "c"],
    ["a", "c"],
  ]);
  expect(openIn(path)).toEqual(["a", "c"]);
});

test("a closed journal refuses entries", () => {
  const journal = new ExecutionJournal(path);
  journal.close();
  journal.close();

  expect(() => journal.started(execution("a"))).toThrow("The journal of executions is closed.");
  expect(readFileSync(path, "utf8")).toBe("");
});

test("without a file it remembers for as long as the process lives", () => {
  const journal = new ExecutionJournal();
  journal.started(execution("a"));
  journal.started(execution("b"));
  ended(journal, "a");

  expect(journal.open).toEqual([execution("b")]);
});
