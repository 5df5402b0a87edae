import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { stages } from "../../functions/stages/registry.ts";
import { projectFolder } from "../support/evaluated-program.ts";
import { copyProject, isFinal, poll, request, submit } from "../support/local-runtime.ts";

const copies: { remove(): void }[] = [];
afterAll(() => {
  for (const copy of copies) copy.remove();
});

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

test("npm start says where the API is and how to try it, and Ctrl-C stops it cleanly", async () => {
  const { code, apiUrl, output, stop } = await start(["--port", "0", "--data", data]);
  const { status } = await request({ apiUrl }, "/");

  expect([code, status]).toEqual(["ready", 404]);
  expect(output()).toContain(
    `curl -i ${apiUrl}/jobs -H 'Content-Type: application/json' -d '{"text": "AWS Lambda is a great serverless compute service"}'`,
  );
  expect(await stop()).toBe(0);
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

test("jobs from before a restart are there after it, with the log in files; --reset deletes them", async () => {
  const first = await start(["--port", "0", "--data", data]);
  const jobId = await submit(first, "Remember me");
  const done = await poll(first, jobId, isFinal);
  await first.stop();

  const second = await start(["--port", "0", "--data", data]);
  const { body } = await request(second, `/jobs/${jobId}`);
  await second.stop();
  const third = await start(["--port", "0", "--data", data, "--reset"]);
  const { status } = await request(third, `/jobs/${jobId}`);

  expect(body).toEqual(done);
  expect(status).toBe(404);
});

test("each function and each execution logs into a file of its own", async () => {
  const runtime = await start(["--port", "0", "--data", data]);
  const jobId = await submit(runtime, "Write this down, canary");
  await poll(runtime, jobId, () => runtime.output().includes(`SUCCEEDED  name=${jobId}`));
  await runtime.stop();

  const logs = Object.fromEntries(readdirSync(join(data, "logs")).map((file) => [file, readFileSync(join(data, "logs", file), "utf8")]));
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

test("a taken port is one sentence", async () => {
  const { port, server } = await occupiedPort();

  const { code, errors } = await start(["--port", String(port), "--memory"]);
  server.close();

  expect([code, errors]).toEqual([
    1,
    `Port ${port} is taken; stop what listens there, or choose another with npm start -- --port <number>.`,
  ]);
});

test("a second start on the same data folder is one sentence, and changes nothing, --reset included", async () => {
  const first = await start(["--port", "0", "--data", data]);
  const jobId = await submit(first, "Remember me");
  await poll(first, jobId, isFinal);

  const second = await start(["--port", "0", "--data", data, "--reset"]);

  expect(second.code).toBe(1);
  expect(second.errors).toMatch(/^The data folder \S+ is in use by another npm start; stop it or choose another with --data\.$/);
  expect((await request(first, `/jobs/${jobId}`)).status).toBe(200);
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

/** A file of the project with a piece replaced. */
function inOtherWords(file: string, piece: string, by: string): Record<string, string> {
  const text = readFileSync(join(projectFolder, file), "utf8");
  if (!text.includes(piece)) throw new Error(`${file} does not say ${piece}.`);
  return { [file]: text.replace(piece, by) };
}

test.each([
  [
    "a definition that is out of date",
    inOtherWords("statemachine/process-job.asl.json", '"Next": "MLInference"', '"Next": "Search"'),
    /^statemachine\/process-job\.asl\.json is out of date; write it with `npm run generate`\.$/,
  ],
  [
    "a stage that takes more time than there is",
    inOtherWords("functions/stages/ocr/stage.ts", "timeoutSeconds: 49,", "timeoutSeconds: 100,"),
    /^The stages take up to \d+ s of the 289 s that an execution has: \d+ s are missing; lower timeoutSeconds or attempts in a stage\.ts\.$/,
  ],
  [
    "a resource of a type that nobody taught it",
    { "index.ts": `${readFileSync(join(projectFolder, "index.ts"), "utf8")}\nnew aws.sqs.Queue("letters");\n` },
    /^The program declares aws:sqs\/queue:Queue "letters", and npm start does not know that type\.$/,
  ],
  [
    "an input that is not simulated",
    { "index.ts": `${readFileSync(join(projectFolder, "index.ts"), "utf8")}\nnew aws.cloudwatch.LogGroup("mine", { kmsKeyId: "key" });\n` },
    /^The program sets kmsKeyId of aws:cloudwatch\/logGroup:LogGroup "mine", which npm start does not simulate\.$/,
  ],
])("%s stops the start with one sentence", async (_, files: Record<string, string>, sentence) => {
  const copy = copyProject(files);
  copies.push(copy);

  const { code, errors } = await start(["--port", "0", "--memory"], copy.folder);

  expect(code).toBe(1);
  expect(errors).toMatch(sentence);
});
