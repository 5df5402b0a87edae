import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { projectFolder } from "../support/evaluated-program.ts";
import { copyProject, isFinal, poll, request, submit } from "../support/local-runtime.ts";

let data: string;
const running = new Set<ChildProcess>();
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "data-"));
});
afterEach(async () => {
  await Promise.all([...running].map((child) => ended(child, "SIGKILL")));
  rmSync(data, { recursive: true });
});

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once("exit", resolve);
    child.kill(signal);
  });
}

/** Starts the command of `npm start -- <args>`, and waits until it is ready, or has ended. */
function start(args: readonly string[], folder = projectFolder) {
  return ready(
    spawn(process.execPath, ["scripts/with-node-24.mjs", "packages/local/start.ts", ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

async function ready(child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
  running.add(child);
  let output = "";
  let errors = "";
  const code = await new Promise<number | null | "ready">((resolve) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("Try it:")) resolve("ready");
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.once("close", resolve);
  });
  const apiUrl = /API +(\S+)/.exec(output)?.[1] ?? "";
  return { code, apiUrl, output: () => output, errors: errors.trim(), stop: () => ended(child, "SIGINT") };
}

async function occupiedPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, server };
}

/** What is seen of a data folder from one start to the next; starting again for each thing to see would take most of this file's time. */
describe("starts on one data folder", () => {
  let seen: Awaited<ReturnType<typeof startAgainAndAgain>>;
  beforeAll(async () => {
    seen = await startAgainAndAgain();
  }, 120_000);

  async function startAgainAndAgain() {
    const folder = mkdtempSync(join(tmpdir(), "data-"));
    const args = ["--port", "0", "--data", folder];
    const first = await start(args);
    const jobId = await submit(first, "Write this down, canary");
    const done = await poll(first, jobId, (job) => isFinal(job) && first.output().includes(`SUCCEEDED  name=${jobId}`));
    const nowhere = await request(first, "/");
    const meanwhile = await start([...args, "--reset"]);
    const afterRefusal = await request(first, `/jobs/${jobId}`);
    const exitCode = await first.stop();
    const logs = Object.fromEntries(
      readdirSync(join(folder, "logs")).map((file) => [file, readFileSync(join(folder, "logs", file), "utf8")]),
    );
    const second = await start(args);
    const afterRestart = await request(second, `/jobs/${jobId}`);
    await second.stop();
    const third = await start([...args, "--reset"]);
    const afterReset = await request(third, `/jobs/${jobId}`);
    await third.stop();
    rmSync(folder, { recursive: true });
    return { first, nowhere, jobId, done, meanwhile, afterRefusal, exitCode, logs, afterRestart, afterReset };
  }

  test("npm start says where the API is and how to try it, and Ctrl-C stops it cleanly", () => {
    const { first, nowhere, exitCode } = seen;

    expect([first.code, nowhere.status]).toEqual(["ready", 404]);
    expect(first.output()).toContain(
      `curl -i ${first.apiUrl}/jobs -H 'Content-Type: application/json' -d '{"text": "AWS Lambda is a great serverless compute service"}'`,
    );
    expect(exitCode).toBe(0);
  });

  test("a second start on a folder in use is one sentence, and changes nothing, --reset included", () => {
    const { meanwhile, afterRefusal, done } = seen;

    expect(meanwhile.code).toBe(1);
    expect(meanwhile.errors).toMatch(/^The data folder \S+ is in use by another npm start; stop it or choose another with --data\.$/);
    expect(afterRefusal).toMatchObject({ status: 200, body: done });
  });

  test("jobs from before a restart are there after it; --reset deletes them", () => {
    const { done, afterRestart, afterReset } = seen;

    expect(done).toMatchObject({ status: "DONE" });
    expect(afterRestart.body).toEqual(done);
    expect(afterReset.status).toBe(404);
  });

  test("each function and each execution logs into a file of its own", () => {
    const { logs, jobId } = seen;
    const lines = (file: string) =>
      (logs[file] ?? "")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));

    expect(lines("aws-lambda-async-text-processing-dev-ocr.log")).toMatchObject([
      { level: "INFO", message: "Stage start", jobId, stage: "ocr" },
      { level: "INFO", message: "Stage complete", jobId, stage: "ocr" },
    ]);
    const events = lines("aws-vendedlogs-states-async-text-processing-dev-process-job.log");
    expect(events.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      ...stages.flatMap((stage) => [
        ...["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited"],
        ...("parts" in stage ? ["ChoiceStateEntered", "ChoiceStateExited"] : []),
      ]),
      "ExecutionSucceeded",
    ]);
    expect(lines("aws-vendedlogs-apis-async-text-processing-dev.log")[0]).toMatchObject({ routeKey: "POST /jobs", status: "202" });
    expect(Object.values(logs).join("")).not.toContain("canary");
  });
});

/** The shells here that npm can run a script in: bash becomes the program, dash stays its parent. */
const shells = ["bash", "dash"].filter((shell) => spawnSync(shell, ["-c", "exit"]).status === 0);

test.each(shells)("SIGTERM to npm start stops it cleanly where npm's shell is %s", async (shell) => {
  const npm = spawn("npm", ["start", "--", "--port", "0", "--data", data], {
    ...{ cwd: projectFolder, stdio: ["ignore", "pipe", "pipe"] },
    env: { ...process.env, npm_config_script_shell: shell },
  });
  const { code, output } = await ready(npm);
  const closed = once(npm.stdout, "close"); // once no process has it any more

  npm.kill("SIGTERM");
  await closed;

  expect(code).toBe("ready");
  expect(output()).toMatch(/Stopping…\n$/);
});

test("a runtime that a shell has started in the background goes on when the shell ends, until SIGTERM", async () => {
  const program = `"${process.execPath}" scripts/with-node-24.mjs packages/local/start.ts --port 0 --memory`;
  const shell = spawn("sh", ["-c", `${program} & echo "pid $!"; read -r line`], {
    ...{ cwd: projectFolder, stdio: ["pipe", "pipe", "pipe"] },
    env: { ...process.env, npm_lifecycle_event: undefined },
  });
  const { apiUrl, output } = await ready(shell);
  const pid = Number(/^pid (\d+)$/m.exec(output())?.[1]);
  const closed = once(shell.stdout, "close");
  const exit = once(shell, "exit");

  shell.stdin.end();
  await exit;
  const job = await poll({ apiUrl }, await submit({ apiUrl }, "Still here"), isFinal);
  process.kill(pid, "SIGTERM");
  await closed;

  expect(job).toMatchObject({ status: "DONE" });
  expect(output()).toMatch(/Stopping…\n$/);
});

test.each(["", "Starting…", "Try it:"])("it ends quietly when whoever reads its output ends after %j", async (last) => {
  const child = spawn(process.execPath, ["scripts/with-node-24.mjs", "packages/local/start.ts", "--port", "0", "--data", data], {
    ...{ cwd: projectFolder, stdio: ["ignore", "pipe", "pipe"] },
  });
  running.add(child);
  const exit = once(child, "exit");
  const errors = text(child.stderr);
  let output = "";
  while (!output.includes(last)) output += (await once(child.stdout, "data"))[0];

  child.stdout.destroy();
  const apiUrl = /API +(\S+)/.exec(output)?.[1];
  // The line that it would print of this is where it notices: that may be before its answer.
  if (apiUrl !== undefined) await submit({ apiUrl }, "Read by no one").catch(() => undefined);

  expect(await exit).toEqual([0, null]);
  expect(await errors).toBe("");
});

test("a taken port is one sentence", async () => {
  const { port, server } = await occupiedPort();

  const { code, errors } = await start(["--port", String(port), "--memory"]);
  server.close();

  expect([code, errors]).toEqual([
    1,
    `Port ${port} is taken; stop what listens there, or choose another with npm start -- --port <number>.`,
  ]);
});

test.each([
  [["--colour"], /^Unknown option '--colour'[^\n]*\n/],
  [["--port", "http"], /^--port takes a number from 0 to 65534, not "http"\.$/],
  [["--memory", "--data", "x"], /^--memory keeps nothing, so it cannot go with --data\.$/],
  [["--port", "0", "--memory", "--set", "logLevel"], /^--set takes key=value, not "logLevel"\.$/],
  [["--port", "0", "--memory", "--set", "loglevel=INFO"], /^There is no config value "loglevel"; Pulumi\.yaml describes logLevel, /],
  [["--port", "0", "--memory", "--set", "logLevel=LOUD"], /^The config value async-text-processing:logLevel is wrong: [^\n]+$/],
])("the wrong options %j are answered by what to do", async (args, sentence) => {
  const { code, errors } = await start(args);

  expect(code).toBe(1);
  expect(errors).toMatch(sentence);
  expect(errors).not.toMatch(/^ +at /m);
});

describe("a program that the runtime does not support", () => {
  const program = readFileSync(join(projectFolder, "index.ts"), "utf8");
  let copy: ReturnType<typeof copyProject>;
  beforeAll(() => {
    copy = copyProject();
  });
  afterAll(() => copy.remove());

  test.each([
    [
      "a resource of a type that nobody taught it",
      'new aws.sqs.Queue("letters");',
      /^The program declares aws:sqs\/queue:Queue "letters", and npm start does not know that type\.$/,
    ],
    [
      "an input that is not simulated",
      'new aws.cloudwatch.LogGroup("mine", { kmsKeyId: "key" });',
      /^The program sets kmsKeyId of aws:cloudwatch\/logGroup:LogGroup "mine", which npm start does not simulate\.$/,
    ],
  ])("%s stops the start with one sentence", async (_, addition, sentence) => {
    writeFileSync(join(copy.folder, "index.ts"), `${program}\n${addition}\n`);

    const { code, errors } = await start(["--port", "0", "--memory"], copy.folder);

    expect(code).toBe(1);
    expect(errors).toMatch(sentence);
  });
});
