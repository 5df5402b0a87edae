import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ManualClock } from "@async-text-processing/local/testing";
import { afterEach, expect, test } from "vitest";
import { jobCommand } from "../../../scripts/job/command.ts";

const jobScript = fileURLToPath(new URL("../../../scripts/job.ts", import.meta.url));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A small real API: each request is answered by `respond`, and written down. */
async function serve(respond: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: { call: string; contentType: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      requests.push({ call: `${request.method} ${request.url}`, contentType: request.headers["content-type"], body });
      respond(request, response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Runs the script in a process of its own, as `npm run job` does. */
function run(args: string[], input = "", env: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [jobScript, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** The answers of a job that is done when it is first read. */
const quickJob = (text = "hello") => [
  { jobId: "j-1", status: "PENDING" },
  { jobId: "j-1", status: "DONE", text },
];

interface CommandOptions {
  readonly finalAnswerRepeats?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** Answered with 400 to every call. */
  readonly refusal?: Record<string, unknown>;
  readonly type?: string;
}

/** Runs the command in this process, against answers that are all ready, on a clock that is turned until the end. */
async function command(
  args: string[],
  answers: Record<string, unknown>[],
  { finalAnswerRepeats = false, env = {}, refusal, type = "application/json" }: CommandOptions = {},
) {
  const clock = new ManualClock();
  const [urls, authorizations, printed, reported]: [string[], (string | null)[], string[], string[]] = [[], [], [], []];
  let code: number | undefined;
  const ended = jobCommand(args, {
    fetch: (url, init) => {
      urls.push(String(url));
      authorizations.push(new Headers(init?.headers).get("Authorization"));
      if (refusal !== undefined) return Promise.resolve(Response.json(refusal, { status: 400, headers: { "Content-Type": type } }));
      const answer = answers.length === 1 && finalAnswerRepeats ? answers[0] : answers.shift();
      return answer === undefined ? Promise.reject(new TypeError("fetch failed")) : Promise.resolve(Response.json(answer));
    },
    clock,
    env,
    project: "/nowhere",
    folder: "/nowhere",
    input: (async function* () {})(),
    print: (text) => printed.push(text),
    report: (line) => reported.push(line),
  }).then((exitCode) => {
    code = exitCode;
  });
  while (code === undefined) await clock.advance(1000);
  await ended;
  return { code, urls, authorizations, printed, reported, sleeping: clock.sleeping };
}

test("the script submits, waits, prints the record, and nothing else, on standard output", async () => {
  const record = { jobId: "j-1", status: "DONE", text: "hello – 世界" };
  const answers = [{ jobId: "j-1", status: "PENDING" }, { jobId: "j-1", status: "IN_PROGRESS", stage: "ml_inference" }, record];
  const { url, requests } = await serve((_, response) => response.setHeader("Retry-After", "0").end(JSON.stringify(answers.shift())));

  const { code, stdout, stderr } = await run(["hello – 世界", "--url", `${url}/`]);

  expect(code).toBe(0);
  expect(stdout).toBe('{\n  "jobId": "j-1",\n  "status": "DONE",\n  "text": "hello – 世界"\n}\n');
  expect(stderr).toMatch(/^ +\d+\.\d s {2}PENDING j-1\n +\d+\.\d s {2}IN_PROGRESS ml_inference\n +\d+\.\d s {2}DONE\n$/);
  expect(requests).toEqual([
    { call: "POST /jobs", contentType: "application/json", body: '{"text":"hello – 世界"}' },
    { call: "GET /jobs/j-1", contentType: undefined, body: "" },
    { call: "GET /jobs/j-1", contentType: undefined, body: "" },
  ]);
});

test("the script reads standard input, and prints the API's error", async () => {
  const { url, requests } = await serve((_, response) => response.writeHead(413).end('{"error":"Too long"}'));

  const { code, stdout, stderr } = await run(["-", `--url=${url}`], "from a pipe");

  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: `${url} answered 413: Too long\n` });
  expect(requests).toEqual([{ call: "POST /jobs", contentType: "text/plain; charset=utf-8", body: "from a pipe" }]);
});

test("the script looks for a file where npm was called", async () => {
  const folder = await mkdtemp(join(tmpdir(), "job-"));
  closing.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "note.txt"), "from a file");
  const { url, requests } = await serve((_, response) => response.end('{"jobId":"j-1","status":"DONE"}'));

  const { code } = await run(["note.txt", "--url", url], "", { INIT_CWD: folder });

  expect(code).toBe(0);
  expect(requests[0]).toEqual({ call: "POST /jobs", contentType: "text/plain; charset=utf-8", body: "from a file" });
});

test("characters of a document or an error that control a terminal, or turn the direction of text, are printed escaped", async () => {
  const text = "\u001b[31mred\u009b0m \u202eevil\u2066\u2028 caf\u00e9 \u{1f44d}\u200d";

  const done = await command(["hello"], quickJob(text));
  const refused = await command(["hello"], [], { refusal: { error: text } });

  expect(done.printed[0]).toContain(String.raw`"text": "\u001b[31mred\u009b0m \u202eevil\u2066\u2028 café 👍`);
  expect(JSON.parse(done.printed[0] ?? "")).toEqual({ jobId: "j-1", status: "DONE", text });
  expect(refused.reported[0]).toContain(String.raw`answered 400: \u001b[31mred\u009b0m \u202eevil\u2066\u2028 café`);
});

test("an error of the API is printed with its code, whatever its media type", async () => {
  const refusal = { code: "UnsupportedMediaType", detail: "Content-Type is image/png, but the content is application/pdf.", error: "…" };
  const sentence = `http://127.0.0.1:3000 answered 400: ${refusal.code}: ${refusal.detail}`;

  for (const type of ["application/problem+json", "application/json"]) {
    const { code, reported } = await command(["hello"], [], { refusal, type });

    expect([code, reported]).toEqual([1, [sentence]]);
  }
});

test("an answer that breaks off is asked for again", async () => {
  let calls = 0;
  const { url } = await serve((_, response) => {
    if (++calls === 1) response.writeHead(202, { "Content-Length": "100" }).write("{", () => response.destroy());
    else response.end('{"jobId":"j-1","status":"DONE"}');
  });

  const { code } = await run(["hello", "--url", url]);

  expect([code, calls]).toEqual([0, 3]);
});

test("shows each status and stage once, with the seconds since the start", async () => {
  const at = (status: string, stage?: string) => ({ jobId: "j-1", status, stage });

  const { code, reported, sleeping } = await command(
    ["hello"],
    [at("PENDING"), at("PENDING"), at("IN_PROGRESS", "ocr"), at("IN_PROGRESS", "ocr"), at("IN_PROGRESS", "search"), at("ERROR")],
  );

  expect(code).toBe(1);
  expect(reported).toEqual(["   0.0 s  PENDING j-1", "   2.0 s  IN_PROGRESS ocr", "   4.0 s  IN_PROGRESS search", "   5.0 s  ERROR"]);
  expect(sleeping).toBe(0);
});

test("calls the local API unless told otherwise, and keeps a path in the address", async () => {
  const [local, elsewhere] = await Promise.all([
    command(["hello"], quickJob()),
    command(["hello", "--url", "https://api.test/v1/"], quickJob()),
  ]);

  expect(local.urls).toEqual(["http://127.0.0.1:3000/jobs", "http://127.0.0.1:3000/jobs/j-1"]);
  expect(elsewhere.urls).toEqual(["https://api.test/v1/jobs", "https://api.test/v1/jobs/j-1"]);
});

test.each([
  [[], 330],
  [["--timeout", "5"], 5],
])("%j stops waiting after %i s and reports the status of the job", async (options, seconds) => {
  const { code, printed, reported } = await command(["hello", ...options], [{ jobId: "j-1", status: "PENDING" }], {
    finalAnswerRepeats: true,
  });

  expect(code).toBe(1);
  expect(printed).toEqual([]);
  expect(reported.at(-1)).toBe(`The job is still PENDING after ${seconds} s; http://127.0.0.1:3000/jobs/j-1 has its record.`);
});

test("stops trying to submit when the time is up", async () => {
  const { code, reported } = await command(["hello", "--timeout", "0.5"], []);

  expect(code).toBe(1);
  expect(reported).toEqual(["http://127.0.0.1:3000 has not accepted the document within 0.5 s."]);
});

test("says what to do when nothing answers", async () => {
  const { code, reported } = await command(["hello"], []);

  expect(code).toBe(3);
  expect(reported).toEqual([
    "Nothing answers at http://127.0.0.1:3000. `npm start` starts the API on this machine; --url names another one.",
  ]);
});

test.each([
  ["--token", ["--token", "abc"], {}, "Bearer abc"],
  ["JOB_TOKEN", [], { JOB_TOKEN: "abc" }, "Bearer abc"],
  ["--token before JOB_TOKEN", ["--token", "abc"], { JOB_TOKEN: "other" }, "Bearer abc"],
  ["neither", ["--token", ""], { JOB_TOKEN: "" }, null],
])("authenticates by %s", async (_, options, env, authorization) => {
  const { authorizations } = await command(["hello", ...options], quickJob(), { env });

  expect(authorizations).toEqual([authorization, authorization]);
});

const listed = (number: number, more: Record<string, unknown> = {}) => ({
  ...{
    jobId: `f47ac10b-58cc-4372-a567-0e02b2c3d4${number + 10}`,
    status: "DONE",
    createdAt: 1_767_225_600 + number,
    updatedAt: 1,
    result: {},
  },
  ...more,
});

test("--list prints the caller's jobs as they come, page by page, with their stage or error", async () => {
  const [running, failed] = [
    { status: "IN_PROGRESS", stage: "ocr" },
    { status: "ERROR", errorCode: "StageTimedOut", failedStage: "ocr" },
  ];
  const pages = [{ jobs: [listed(3, running), listed(2, failed)], cursor: "c/1=" }, { jobs: [], cursor: "c2" }, { jobs: [listed(1)] }];

  const { code, urls, authorizations, printed, reported } = await command(["--list", "--limit", "150", "--token", "abc"], pages);

  expect([code, reported]).toEqual([0, []]);
  expect(printed).toEqual([
    "job                                   status       created               stage or error",
    "f47ac10b-58cc-4372-a567-0e02b2c3d413  IN_PROGRESS  2026-01-01T00:00:03Z  ocr",
    "f47ac10b-58cc-4372-a567-0e02b2c3d412  ERROR        2026-01-01T00:00:02Z  StageTimedOut",
    "f47ac10b-58cc-4372-a567-0e02b2c3d411  DONE         2026-01-01T00:00:01Z",
  ]);
  const address = "http://127.0.0.1:3000/jobs?limit=100";
  expect(urls).toEqual([address, `${address}&cursor=c%2F1%3D`, `${address}&cursor=c2`]);
  expect(authorizations).toEqual(urls.map(() => "Bearer abc"));
});

test("--list ends at its limit, and says that there are more", async () => {
  const { code, urls, printed, reported } = await command(
    ["--list", "--limit", "3", "--json"],
    [
      { jobs: [listed(5), listed(4)], cursor: "c1" },
      { jobs: [listed(3)], cursor: "c2" },
    ],
  );

  expect(code).toBe(0);
  expect(printed.map((line) => JSON.parse(line))).toEqual([listed(5), listed(4), listed(3)]);
  expect(reported).toEqual(["There are more than 3: --limit takes a larger number."]);
  expect(urls).toEqual(["http://127.0.0.1:3000/jobs?limit=3", "http://127.0.0.1:3000/jobs?limit=1&cursor=c1"]);
});

test("--list of a caller without jobs says so", async () => {
  expect(await command(["--list"], [{ jobs: [] }])).toMatchObject({ code: 0, printed: [], reported: ["You have no jobs."] });
});

test("--list --status asks for the jobs at one status", async () => {
  const { code, urls, reported } = await command(["--list", "--status", "error"], [{ jobs: [] }]);

  expect([code, urls]).toEqual([0, ["http://127.0.0.1:3000/jobs?limit=20&status=ERROR"]]);
  expect(reported).toEqual(["You have no jobs that are ERROR."]);
});

test("--list of an API without authentication says why there is no list", async () => {
  const detail = "Jobs are listed only where callers authenticate (auth: iam or jwt): without an identity a job is protected by its id.";

  const { code, printed, reported } = await command(["--list"], [], { refusal: { code: "RouteNotFound", detail } });

  expect([code, printed]).toEqual([1, []]);
  expect(reported).toEqual([expect.stringContaining(detail)]);
});

test("--help prints how it is called", async () => {
  const { code, printed, reported, urls } = await command(["--help"], []);

  expect([code, reported, urls]).toEqual([0, [], []]);
  expect(printed[0]).toContain('npm run job -- "some text"');
});

test.each([
  [[], /npm run job -- "some text"/],
  [["hello", "--json", "--text"], /^--json and --text are two forms of output: leave one out\.$/],
  [["hello", "--url", "http://a.test", "--stack", "dev"], /^--url and --stack are two ways to name the API: leave one out\.$/],
  [["hello", "--concurrency", "0"], /^--concurrency takes a number of documents up to 200, not 0\.$/],
  [["hello", "--colour"], /--colour/],
  [["hello", "--url", "localhost:3000"], /^--url takes an address such as http:\/\/127\.0\.0\.1:3000, not localhost:3000\.$/],
  [["hello", "--url", "http://"], /^--url takes/],
  [["hello", "--timeout", "soon"], /^--timeout takes a number of seconds up to 2073600, not soon\.$/],
  [["hello", "--timeout", "0"], /^--timeout takes/],
  [["hello", "--timeout", "9999999"], /^--timeout takes/],
  [["hello", "--token", "Bearer abc"], /^--token takes the token alone, without Bearer before it\.$/],
  [["hello", "--token", "abc", "--sign"], /^--token and --sign are two ways to authenticate: leave one out\.$/],
  [["hello", "--sign"], /^--sign needs the API's region, which is not in its address: set AWS_REGION\.$/],
  [["hello", "--list"], /^--list takes no documents: leave them out\.$/],
  [["--list", "--delete"], /^--list and --delete are two commands: leave one out\.$/],
  [["--list", "--status", "late"], /^--status takes PENDING, IN_PROGRESS, DONE, ERROR, not late\.$/],
  [["hello", "--status", "DONE"], /^--status is for --list: leave it out\.$/],
  [["--list", "--limit", "0"], /^--limit takes a number of jobs up to 1000000, not 0\.$/],
  [["missing.pdf"], /^There is no file .*missing\.pdf\.$/],
])("%j is a wrong call", async (args, sentence) => {
  const { code, printed, reported, urls } = await command(args, []);

  expect([code, printed, urls]).toEqual([2, [], []]);
  expect(reported).toEqual([expect.stringMatching(sentence)]);
});
