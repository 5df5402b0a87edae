import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ManualClock } from "@async-text-processing/local/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InterruptedError } from "../../../scripts/job/batch.ts";
import type { JobRecord } from "../../../scripts/job/client.ts";
import { jobCommand } from "../../../scripts/job/command.ts";
import type { Screen } from "../../../scripts/job/display.ts";

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "job-batch-"));
});
afterEach(() => rmSync(project, { recursive: true }));

/** Files with these contents in the folder `in`. */
function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): void {
  mkdirSync(join(project, "in"), { recursive: true });
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(project, "in", name), content);
}

const manyFiles = (count: number) => filesOf(Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}.txt`, `text ${at}`])));

/** The job API in memory: a job is read twice before it ends, and a text that begins with `bad` ends in `ERROR`. */
class FakeApi {
  readonly jobs = new Map<string, { text: string; reads: number; submissions: number }>();
  readonly #byKey = new Map<string, string>();
  running = 0;
  maxRunning = 0;
  isDown = false;
  /** Called before a call is answered. */
  onCall: () => void = () => undefined;

  readonly fetch: typeof fetch = async (url, init = {}) => {
    this.onCall();
    if (this.isDown) throw new TypeError("fetch failed");
    init.signal?.throwIfAborted();
    const { pathname } = new URL(String(url));
    const headers = new Headers(init.headers);
    if (pathname === "/bucket") return new Response();
    if (pathname === "/uploads") return Response.json({ uploadId: `u-${this.jobs.size}`, url: "http://api.test/bucket", headers: {} });
    if (pathname === "/jobs" && init.method === "GET") return Response.json({ jobs: [] });
    if (init.method === "POST") return this.#submit(Buffer.from(init.body as Uint8Array).toString(), headers.get("Idempotency-Key"));
    const [, , jobId = "", text] = pathname.split("/");
    return text === undefined ? this.#read(jobId, init.method === "DELETE") : new Response(`whole ${this.jobs.get(jobId)?.text}`);
  };

  #submit(text: string, key: string | null): Response {
    if (text.startsWith("refused")) return Response.json({ code: "InvalidUnicode", detail: "The text is not valid." }, { status: 400 });
    const known = this.#byKey.get(key ?? text);
    const jobId = known ?? `j-${this.jobs.size}`;
    if (known === undefined) this.maxRunning = Math.max(this.maxRunning, ++this.running);
    const job = this.jobs.get(jobId) ?? { text, reads: 0, submissions: 0 };
    this.jobs.set(jobId, { ...job, submissions: job.submissions + 1 });
    this.#byKey.set(key ?? text, jobId);
    return Response.json({ jobId, status: "PENDING" }, { status: 202 });
  }

  #read(jobId: string, isDeletion: boolean): Response {
    const job = this.jobs.get(jobId);
    if (job === undefined) return Response.json({ code: "JobNotFound", detail: "There is no such job." }, { status: 404 });
    if (isDeletion) this.jobs.delete(jobId);
    if (++job.reads < 2) return Response.json({ jobId, status: "IN_PROGRESS", stage: "ocr" });
    if (job.reads === 2) this.running--;
    const failure = { status: "ERROR", errorCode: "NoTextFound", errorMessage: "No text was found." };
    const success = { status: "DONE", textUrl: `/jobs/${jobId}/text`, result: { ocr: { pagesRead: 2 } } };
    return Response.json({ jobId, ...(job.text.startsWith("bad") ? failure : success) });
  }
}

interface Call {
  readonly interrupted?: AbortController;
  readonly screen?: Screen;
}

async function command(api: FakeApi, args: readonly string[], { interrupted = new AbortController(), screen }: Call = {}) {
  const clock = new ManualClock();
  const [printed, reported]: [string[], string[]] = [[], []];
  let [code, isOver]: [number | undefined, boolean] = [undefined, false];
  const ended = jobCommand([...args, "--url", "http://api.test"], {
    ...{ fetch: api.fetch, clock, env: {}, project, folder: project, screen, interrupted: interrupted.signal },
    input: (async function* () {})(),
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  })
    .then((exitCode) => {
      code = exitCode;
    })
    .finally(() => {
      isOver = true;
    });
  ended.catch(() => undefined); // handled below
  while (!isOver) {
    await clock.advance(100);
    await new Promise(setImmediate); // files are read meanwhile
  }
  await ended;
  return { code, printed, reported, sleeping: clock.sleeping };
}

const runs = () => readdirSync(join(project, ".build", "job-runs"));

test("runs the files of a folder, so many at a time, and sums up", async () => {
  manyFiles(20);
  const api = new FakeApi();

  const { code, printed, reported, sleeping } = await command(api, ["in", "--concurrency", "3"]);

  expect(code).toBe(0);
  expect(api.jobs.size).toBe(20);
  expect(api.maxRunning).toBe(3);
  expect(reported).toHaveLength(20);
  expect(reported[0]).toMatch(/^ +\d+\.\d s {2}in\/\d+\.txt {2}DONE j-\d+$/);
  expect(printed).toEqual([expect.stringMatching(/^20 of 20 done in \d+\.\d s, \d+ pages a minute$/)]);
  expect([runs(), sleeping]).toEqual([[], 0]);
});

test("a job that fails and a document that is refused do not keep others back, and are summed up by their reason", async () => {
  filesOf({ "a.txt": "good", "b.txt": "bad 1", "c.txt": "refused", "d.txt": "bad 2", "e.txt": "fine" });

  const { code, printed, reported } = await command(new FakeApi(), ["in"]);

  expect(code).toBe(1);
  expect(printed[0]?.split("\n").slice(1)).toEqual(["  NoTextFound: in/b.txt, in/d.txt", "  InvalidUnicode: in/c.txt"]);
  expect(printed[0]).toMatch(/^2 of 5 done/);
  expect(reported.join("\n")).toContain("REFUSED InvalidUnicode: http://api.test answered 400: InvalidUnicode: The text is not valid.");
  expect(runs()).toEqual([]);
});

test("--json prints a line for each document and nothing else, --text what was read", async () => {
  filesOf({ "a.txt": "good", "b.txt": "bad", "c.txt": "refused" });

  const json = await command(new FakeApi(), ["in", "--json"]);
  const text = await command(new FakeApi(), ["one", "two", "--text"]);

  const lines = json.printed.map((line) => JSON.parse(line)).sort((one, other) => one.document.localeCompare(other.document));
  expect(lines).toMatchObject([
    { document: "in/a.txt", status: "DONE", jobId: expect.any(String) },
    { document: "in/b.txt", status: "ERROR", errorCode: "NoTextFound" },
    { document: "in/c.txt", status: "REFUSED", errorCode: "InvalidUnicode" },
  ]);
  expect(text.printed.sort()).toEqual(['whole {"text":"one"}', 'whole {"text":"two"}']);
  expect(json.reported.at(-1)).toContain("InvalidUnicode: in/c.txt");
});

test("--out writes records and texts under the names of the files", async () => {
  filesOf({ "a.txt": "good", "b.txt": "bad" });

  const { code } = await command(new FakeApi(), ["in", "--out", "results"]);

  expect(code).toBe(1);
  expect(readdirSync(join(project, "results", "in")).sort()).toEqual(["a.txt.json", "a.txt.txt", "b.txt.json"]);
  expect(readFileSync(join(project, "results", "in", "a.txt.txt"), "utf8")).toBe("whole good");
  expect(JSON.parse(readFileSync(join(project, "results", "in", "b.txt.json"), "utf8"))).toMatchObject({ status: "ERROR" });
});

test("two files of one content become one job", async () => {
  filesOf({ "a.txt": "equal", "b.txt": "equal" });
  const api = new FakeApi();

  const { code, reported } = await command(api, ["in"]);

  expect([code, api.jobs.size, reported.length]).toEqual([0, 1, 2]);
});

test("an API that cannot be reached ends the run at once, which can be resumed", async () => {
  manyFiles(10);
  const api = new FakeApi();
  api.isDown = true;

  const { code, reported } = await command(api, ["in", "--concurrency", "2"]);
  api.isDown = false;
  const again = await command(api, ["in", "--resume"]);

  expect(code).toBe(3);
  expect(reported).toContain("Nothing answers at http://api.test. `npm start` starts the API on this machine; --url names another one.");
  expect(reported.at(-1)).toBe("The same command with --resume continues, and sends no document twice.");
  expect([again.code, api.jobs.size]).toEqual([0, 10]);
});

describe("interrupted", () => {
  test.each([1, 7, 19, 30])("after %i calls, and resumed: none twice, none missing", async (calls) => {
    manyFiles(12);
    const api = new FakeApi();
    const interrupted = new AbortController();
    let count = 0;
    api.onCall = () => ++count === calls && interrupted.abort(new InterruptedError("Interrupted."));

    const first = await command(api, ["in", "--concurrency", "4"], { interrupted });
    const goesOn =
      first.reported
        .find((line) => line.startsWith("These jobs go on: "))
        ?.slice(18)
        .split(" ") ?? [];
    const second = await command(api, ["in", "--resume"]);

    expect(first.code).toBe(130);
    for (const jobId of goesOn) expect(api.jobs.has(jobId)).toBe(true);
    expect(second.code).toBe(0);
    expect([...api.jobs.values()].map(({ text }) => text).sort()).toEqual(Array.from({ length: 12 }, (_, at) => `text ${at}`).sort());
    expect(runs()).toEqual([]);
  });

  test("by a kill between the answer and the note of it: the repeat leads to the same job", async () => {
    manyFiles(3);
    const api = new FakeApi();
    const interrupted = new AbortController();
    api.onCall = () => api.jobs.size === 3 && interrupted.abort(new InterruptedError("Interrupted."));
    await command(api, ["in"], { interrupted });
    const [run = ""] = runs();
    const file = join(project, ".build", "job-runs", run);
    const [head = ""] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${head}\n{"key": "cut o`);

    const { code } = await command(api, ["in", "--resume"]);

    expect([code, api.jobs.size]).toEqual([0, 3]);
    expect([...api.jobs.values()].map(({ submissions }) => submissions)).toEqual([2, 2, 2]);
  });

  test("an upload that is complete is not sent again", async () => {
    filesOf({ "a.png": Buffer.alloc(5 * 1024 * 1024), "b.txt": "text" });
    const api = new FakeApi();
    const interrupted = new AbortController();
    const calls: string[] = [];
    const { fetch } = api;
    const counted: typeof fetch = (url, init) => {
      calls.push(`${init?.method ?? "GET"} ${new URL(String(url)).pathname}`);
      if (calls.includes("PUT /bucket") && init?.method === "POST") interrupted.abort(new InterruptedError("Interrupted."));
      return fetch(url, init);
    };

    const first = await command(Object.assign(api, { fetch: counted }), ["in", "--concurrency", "1"], { interrupted });
    calls.length = 0;
    const second = await command(api, ["in", "--resume"]);

    expect([first.code, second.code, api.jobs.size]).toEqual([130, 0, 2]);
    expect(calls).not.toContain("PUT /bucket");
  });

  test("a run that is not resumed begins anew, and one that never was says so", async () => {
    manyFiles(2);
    const api = new FakeApi();
    const interrupted = new AbortController();
    api.onCall = () => api.jobs.size === 2 && interrupted.abort(new InterruptedError("Interrupted."));
    await command(api, ["in"], { interrupted });

    const anew = await command(api, ["in"]);
    const never = await command(api, ["in", "--resume"]);

    expect(anew.reported[0]).toBe("An earlier run of this command was interrupted; it is not continued without --resume.");
    expect(never.reported[0]).toBe("There is no interrupted run of this command to resume: all documents are sent.");
    expect(api.jobs.size).toBe(6);
  });

  test("a single job goes on, and its record is named", async () => {
    const interrupted = new AbortController();
    const api = new FakeApi();
    api.onCall = () => api.jobs.size === 1 && interrupted.abort(new InterruptedError("Interrupted."));

    const { code, reported } = await command(api, ["a text"], { interrupted });

    expect(code).toBe(130);
    expect(reported.at(-1)).toBe("These jobs go on: j-0");
  });
});

test("--delete deletes jobs, and goes on where one is not there", async () => {
  const api = new FakeApi();
  await command(api, ["one"]);

  const { code, printed, reported } = await command(api, ["--delete", "j-7", "j-0"]);

  expect([code, api.jobs.size]).toEqual([1, 0]);
  expect(printed).toEqual(["Deleted j-0"]);
  expect(reported).toEqual(["j-7: http://api.test answered 404: JobNotFound: There is no such job."]);
});

describe("on a terminal", () => {
  /** A terminal that remembers what was written. */
  function screenOf(columns: number) {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk, _, done) => {
        written.push(String(chunk));
        done();
      },
    });
    const screen: Screen = Object.assign(stream, { columns, rows: 10, isTTY: true });
    return { screen, text: () => stripVTControlCharacters(written.join("\n")), raw: () => written.join("") };
  }

  test("a line for each running job and a bar for all are redrawn, and what has ended stays", async () => {
    manyFiles(5);
    const { screen, text, raw } = screenOf(80);

    const { printed } = await command(new FakeApi(), ["in"], { screen });

    expect(text()).toMatch(/[⠋⠙] in\/0\.txt {2}(sending|PENDING)/);
    expect(text()).toMatch(/in\/3\.txt {2}ocr {12}\d\.\d s/);
    expect(text()).toMatch(/█+░+ {2}3 of 5 {2}\d+ pages a minute {2}\d\.\d s/);
    expect(text()).toMatch(/✔ in\/4\.txt {2}DONE/);
    expect(raw()).toContain("\u001b[1A"); // up, to be drawn again
    expect(printed).toEqual([expect.stringMatching(/^5 of 5 done/)]);
  });

  test("--watch shows the stages of a job with their times, those to come too", async () => {
    const { screen, text } = screenOf(100);

    await command(new FakeApi(), ["hello", "--watch"], { screen });

    expect(text()).toMatch(/hello {2}PENDING \d\.\d s → ocr → ml_inference → search/);
    expect(text()).toMatch(/hello {2}PENDING 0\.2 s → ocr \d\.\d s → ml_inference → search/);
    expect(text()).toMatch(/✔ hello {2}PENDING 0\.2 s → ocr 0\.2 s → DONE/);
  });

  test("no line is longer than the terminal, and no name controls it", async () => {
    filesOf({ [`${"long".repeat(30)}.txt`]: "text", "b\u001b[31m\u202e.txt": "text 2" });
    const { screen, text, raw } = screenOf(50);

    await command(new FakeApi(), ["in"], { screen });

    const lines = text().split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(50);
    expect(raw()).not.toContain("\u202e");
    expect(raw()).toContain(String.raw`\u001b[31m\u202e`);
  });
});

test("without a terminal --watch prints a line for each change", async () => {
  const { reported } = await command(new FakeApi(), ["one", "two", "--watch"]);

  const ofOne = reported.filter((line) => line.includes("  one  ")).map((line) => line.trim().replace(/^[\d.]+ s/, ""));
  expect(ofOne).toEqual(["  one  PENDING j-0", "  one  IN_PROGRESS ocr", "  one  DONE"]);
});

test("every example of --help runs", async () => {
  const samples = fileURLToPath(new URL("../../../docs/samples", import.meta.url));
  cpSync(samples, join(project, "docs", "samples"), { recursive: true });
  const { printed } = await command(new FakeApi(), ["--help"]);
  const examples = Array.from(printed[0]?.matchAll(/npm run job -- ([^\n]*?)(?: {2,}|\n)/g) ?? [], ([, args = ""]) => args);

  const codes = await Promise.all(
    examples.map((example) =>
      command(
        new FakeApi(),
        Array.from(example.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? ""),
      ),
    ),
  );

  expect(examples).toHaveLength(7);
  expect(codes.map(({ code, reported }, at) => [examples[at], code, code === 1 ? reported : []])).toEqual(
    examples.map((example) => (example.startsWith("--delete") ? [example, 1, [expect.stringContaining("JobNotFound")]] : [example, 0, []])),
  );
});

test("a record of another shape than the API's is told as such", async () => {
  const api = new FakeApi();
  const record: Partial<JobRecord> = { jobId: "j-0" };

  const { code, reported } = await command(Object.assign(api, { fetch: async () => Response.json(record) }), ["one"]);

  expect(code).toBe(3);
  expect(reported).toEqual(["The server at http://api.test is not the job API. Check --url."]);
});
