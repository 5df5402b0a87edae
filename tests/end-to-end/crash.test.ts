import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, type Runtime, systemClock, type Usage } from "@async-text-processing/local";
import { DynamoEngine, type LambdaFunction } from "@async-text-processing/local/testing";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Job } from "../../functions/jobs/job.ts";
import { stages } from "../../functions/stages/registry.ts";
import { projectFolder } from "../support/evaluated-program.ts";
import { isFinal, type LocalRuntimeOptions, poll, startLocalRuntime, submit } from "../support/local-runtime.ts";
import { type ScannedPage, scannedPages } from "../support/scanned-pages.ts";

/** `CRASH_JOBS=1000 npm test -- crash` is the large form, of minutes: so many jobs in each test, and every seed. */
const large = process.env["CRASH_JOBS"];
const jobsPerTest = Number(large ?? 60);
/** Of the test whose jobs run in two runtimes each. */
const comparedJobs = Number(large ?? 40);
const seeds = large === undefined ? [1] : [1, 2, 3, 4, 5];
const clients = 32;
/** So many executions at least are under way when the process is killed. */
const minimumUnderWay = 30;

let data: string;
const running = new Set<ChildProcess>();
const runtimes: Runtime[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "data-"));
});
afterEach(async () => {
  await Promise.all([...running].map((child) => ended(child, "SIGKILL")));
  running.clear();
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.stop()));
  rmSync(data, { recursive: true });
});

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once("exit", resolve);
    child.kill(signal);
  });
}

/** The program in this process. */
async function startHere(options: LocalRuntimeOptions): Promise<Runtime> {
  const runtime = await startLocalRuntime(options);
  runtimes.push(runtime);
  return runtime;
}

/** Starts the command of `npm start -- --port 0 --data <data>`, and waits until it is ready. */
async function start(...more: readonly string[]) {
  const args = ["scripts/with-node-24.mjs", "packages/local/start.ts", "--port", "0", "--data", data, ...more];
  const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  let output = "";
  await new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`npm start gave up: ${output}`)));
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("Try it:")) resolve(undefined);
    });
  });
  return { child, readyAt: Date.now(), apiUrl: /API +(\S+)/.exec(output)?.[1] ?? "", output: () => output };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Words that no other job has, so that no job is related to another. */
const textOf = (index: number) => `Quill${index} ember${index}, marsh${index}!`;

/**
 * Posts jobs over kept connections. In place of one that gets no answer, another is posted to the process that comes next:
 * the first one may be kept all the same.
 */
class Clients {
  /** The text of each job that was answered with 202. */
  readonly accepted = new Map<string, string>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: clients });
  #server: Promise<Pick<Started, "apiUrl">>;
  #next = 0;

  constructor(server: Pick<Started, "apiUrl">) {
    this.#server = Promise.resolve(server);
  }

  /** From now on they wait for another process. */
  turnTo(server: Promise<Pick<Started, "apiUrl">>): void {
    this.#server = server;
  }

  async postAll(count: number): Promise<void> {
    const post = async () => {
      while (this.#next < count) await this.#post(this.#next++);
    };
    await Promise.all(Array.from({ length: clients }, post));
    this.#agent.destroy();
  }

  async #post(index: number): Promise<void> {
    for (let text = textOf(index); ; text = textOf(index + 100_000)) {
      const server = this.#server;
      const jobId = await this.#send((await server).apiUrl, text);
      if (jobId !== undefined) return void this.accepted.set(jobId, text);
      await this.#untilTurned(server);
    }
  }

  async #untilTurned(server: Promise<unknown>): Promise<void> {
    while (this.#server === server) await sleep(10);
  }

  #send(apiUrl: string, text: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const headers = { "content-type": "application/json" };
      const request = httpRequest(`${apiUrl}/jobs`, { method: "POST", agent: this.#agent, headers }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("error", () => resolve(undefined));
        response.on("end", () => resolve(response.statusCode === 202 ? JSON.parse(body).jobId : undefined));
      });
      request.on("error", () => resolve(undefined));
      request.end(JSON.stringify({ text }));
    });
  }
}

/** The processes that live, each with its parent and what runs in it. */
function processes(): { readonly id: number; readonly parent: number; readonly command: string }[] {
  const rows = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,args="]).toString().trim().split("\n");
  const fields = rows.map((row) => /(\d+) +(\d+) +(\S+) +(.*)/.exec(row) ?? []);
  const living = fields.filter(([, , , state = ""]) => !state.startsWith("Z"));
  return living.map(([, id, parent, , command = ""]) => ({ id: Number(id), parent: Number(parent), command }));
}

/** The processes of functions that a runtime in process `pid` has started, by their ids. */
const functionsOf = (pid: number | undefined) =>
  processes()
    .filter(({ parent, command }) => parent === pid && command.includes('"codeFolder"'))
    .map(({ id }) => id);
const areGone = (ids: readonly number[]) => !processes().some(({ id }) => ids.includes(id));

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 20_000) throw new Error(`It was not to be that ${what}.`);
    await sleep(10);
  }
}

/** The ARNs of the executions that the journal holds as started and not ended, in its order. */
function journaled(): string[] {
  const path = join(data, "executions.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  const open = new Set<string>();
  for (const { started, ended } of lines.map((line) => JSON.parse(line))) {
    if (started === undefined) open.delete(ended);
    else open.add(started.executionArn);
  }
  return [...open];
}

const executionLog = () => join(data, "logs", "aws-vendedlogs-states-async-text-processing-dev-process-job.log");

/** The events in the log of executions from an offset on: type, execution and time. */
function eventsSince(bytes: number): { type: string; execution_arn: string; event_timestamp: string }[] {
  const lines = readFileSync(executionLog()).subarray(bytes).toString().split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const startsIn = (events: ReturnType<typeof eventsSince>) =>
  events.filter(({ type }) => type === "ExecutionStarted").map(({ execution_arn }) => execution_arn);

/** Every record, by its job. */
async function recordsIn(engine: Pick<DynamoEngine, "execute">): Promise<Map<string, Job>> {
  const { Items } = await engine.execute("Scan", { TableName: "jobs-local" });
  const records = (Items as Parameters<typeof unmarshall>[0][]).map((item) => unmarshall(item) as Job);
  return new Map(records.map((record) => [record.jobId, record]));
}

/** Every record in the data folder, which no process has open. */
async function recordsOnDisk(): Promise<Map<string, Job>> {
  const engine = await DynamoEngine.open({ clock: systemClock, folder: join(data, "tables") });
  try {
    return await recordsIn(engine);
  } finally {
    await engine.close();
  }
}

/** Of a record: its creation, its opening, and one for each stage; the sweeper's restarts are counted apart. */
const writes = 2 + stages.length;

/** Checks that each job has every result once, in one write each. */
function expectDone(records: ReadonlyMap<string, Job>, accepted: ReadonlyMap<string, string>): void {
  const found = [...accepted.keys()].map((jobId) => records.get(jobId)).map((job) => job && { ...job, writes: job.version - job.restarts });
  const wanted = Array.from(accepted, ([jobId, text]) => ({
    jobId,
    text,
    status: "DONE",
    writes,
    result: {
      ocr: { stage: "ocr", charCount: text.length, wordCount: 3, preview: text },
      mlInference: { stage: "ml_inference", tokenCount: 3 },
      search: { stage: "search", relatedDocumentsFound: 0, topKeywords: text.toLowerCase().match(/\w+/g) },
    },
  }));
  expect(found).toMatchObject(wanted);
  expect(found.filter((job) => job?.openShard !== undefined || job?.stage !== undefined)).toEqual([]);
}

/** The number of executions that have entered their first state, and not left their last one. */
function betweenStates(): number {
  const events = existsSync(executionLog()) ? eventsSince(0) : [];
  const ended = events.filter(({ type }) => /^Execution(?!Started)/.test(type));
  return startsIn(events).length - ended.length;
}

const accepted = () => journaled().length;
/** Executions gather in a state whose stage waits, however fast the machine is. */
const rounds = [
  ...seeds.map((seed) => ["SIGKILL", seed, "between states", "mlInference", betweenStates] as const),
  ...(large === undefined ? [] : [["SIGKILL", 6, "accepted", "ocr", accepted] as const]),
  ["SIGINT", 7, "accepted", "ocr", accepted],
] as const;

test.each(rounds)(
  "every job that was answered with 202 is done once, though %s ends the process (seed %i) with thirty executions %s",
  async (signal, seed, _, waiting, underWay) => {
    const endAt = minimumUnderWay + ((Math.imul(seed, 0x9e3779b1) >>> 0) % Math.floor((jobsPerTest - minimumUnderWay) * 0.6));
    const first = await start("--set", `stagePaceSeconds={"${waiting}": 1}`);
    const posting = new Clients(first);
    const posted = posting.postAll(jobsPerTest);
    const functions = await endWhen(first, signal, () => posting.accepted.size >= endAt && underWay() >= minimumUnderWay);
    const interrupted = journaled();
    const logged = statSync(executionLog()).size;

    const second = start();
    posting.turnTo(second);
    await until(() => areGone(functions), "every process of a function is gone");
    await posted;
    await until(() => journaled().length === 0, "every execution has ended");
    for (const jobId of posting.accepted.keys()) await poll(await second, jobId, isFinal);
    const code = await ended((await second).child, "SIGINT");

    expect(code).toBe(0);
    expect((await second).output()).toContain(`${interrupted.length} executions that were under way`);
    expect(posting.accepted.size).toBe(jobsPerTest);
    expectDone(await recordsOnDisk(), posting.accepted);
    expect(startsIn(eventsSince(logged)).slice(0, interrupted.length)).toEqual(interrupted);
    report(await second, signal, interrupted.length, eventsSince(logged));
  },
  900_000,
);

/** Ends the process once enough is under way. @returns the processes of its functions. */
async function endWhen({ child }: Started, signal: NodeJS.Signals, isTime: () => boolean): Promise<number[]> {
  await until(isTime, "enough executions were under way");
  const functions = functionsOf(child.pid);
  expect(functions.length).toBeGreaterThan(1);
  const code = await ended(child, signal);
  expect(code).toBe(signal === "SIGINT" ? 0 : null);
  return functions;
}

/** Only for information: no assertion depends on durations. */
function report({ readyAt }: Started, signal: string, interrupted: number, events: ReturnType<typeof eventsSince>): void {
  const first = events.find(({ type }) => type === "ExecutionSucceeded");
  const milliseconds = Number(first?.event_timestamp) - readyAt;
  if (large !== undefined) console.log(`${signal}: ${interrupted} under way, the first of them done ${milliseconds} ms after "Ready"`);
}

/** Every file in the data folder, with its size and the time of its last change. */
function filesOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return files.map((file) => `${file} ${statSync(join(folder, file)).size} ${statSync(join(folder, file)).mtimeMs}`);
}

test("once a runtime has stopped, nothing is written any more, and the next one ends what was under way", async () => {
  const first = await startHere({ dataFolder: data });
  const jobIds = await Promise.all(Array.from({ length: 30 }, (_, index) => submit(first, textOf(index))));
  const underWay = journaled().length;
  const functions = functionsOf(process.pid);

  await first.stop();
  const files = filesOf(data);
  await until(() => areGone(functions), "every process of a function is gone");
  const filesLater = filesOf(data);
  const second = await startHere({ dataFolder: data });
  for (const jobId of jobIds) await poll(second, jobId, isFinal);
  await second.stop();

  expect(underWay).toBeGreaterThan(4);
  expect(functions.length).toBeGreaterThan(1);
  expect(filesLater).toEqual(files);
  expect(second.services.stepFunctions.resumed).toBeGreaterThan(0);
  expectDone(await recordsOnDisk(), new Map(jobIds.map((jobId, index) => [jobId, textOf(index)])));
}, 120_000);

/** The outcome of a job, without the fields that differ from one generation to the next. */
function essence({ text, status, result, errorCode, stage, openShard, dueAt, postedTerms }: Job) {
  return { text, status, result, errorCode, stage, openShard, dueAt, postedTerms };
}

/** A few at once: each execution beside others has processes of functions to itself, whose start takes most of the time. */
async function runAll(runtime: Runtime, count: number): Promise<void> {
  const atOnce = 8;
  for (let index = 0; index < count; index += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - index) }, (_, each) => submit(runtime, textOf(index + each))));
    await until(() => runtime.services.stepFunctions.underWay === 0, "every execution has ended");
  }
}

const byText = (records: ReadonlyMap<string, Job>) =>
  [...records.values()].map(essence).sort((a, b) => ((a.text ?? "") < (b.text ?? "") ? -1 : 1));

function sweeperOf({ services }: Runtime): LambdaFunction {
  const sweeper = [...services.lambda.all].find(({ name }) => name.endsWith("sweep-jobs"));
  if (sweeper === undefined) throw new Error("There is no sweeper.");
  return sweeper;
}

/** This machine's clock, some time ahead. */
class AheadClock implements Clock {
  aheadMilliseconds = 0;

  now(): number {
    return systemClock.now() + this.aheadMilliseconds;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds, signal);
  }
}

test(`${comparedJobs} jobs whose executions are doubled, dropped and lost end in the records of a clean run`, async () => {
  const clock = new AheadClock();
  const runs = new Map<string, number>();
  const onUsage = (usage: Usage) => usage.kind === "execution" && runs.set(usage.name, (runs.get(usage.name) ?? 0) + 1);
  const clean = await startHere({ clock });
  const faulty = await startHere({ clock, onUsage });
  faulty.services.stepFunctions.faults.set({ duplicate: 0.3, drop: 0.2, restart: 0.4, seed: 11 });
  const isIdle = () => faulty.services.stepFunctions.underWay === 0;

  for (const runtime of [clean, faulty]) await runAll(runtime, comparedJobs);
  const pending = [...(await recordsIn(faulty.services.dynamodb)).values()].filter(({ status }) => status === "PENDING");
  faulty.services.stepFunctions.faults.set({ drop: 0 });
  clock.aheadMilliseconds = 60_000;
  await sweeperOf(faulty).invoke("{}");
  await until(() => runs.size === comparedJobs && isIdle(), "what the sweeper has started has ended");
  const [wanted, found] = await Promise.all([clean, faulty].map(({ services }) => recordsIn(services.dynamodb)));
  await Promise.all([clean.stop(), faulty.stop()]);

  expect(byText(found ?? new Map())).toEqual(byText(wanted ?? new Map()));
  expect([...(wanted ?? [])].map(([, { status, version }]) => `${status} ${version}`)).toEqual(Array(comparedJobs).fill(`DONE ${writes}`));
  expect([...(found ?? [])].map(([, { version, restarts }]) => version - restarts)).toEqual(Array(comparedJobs).fill(writes));
  expect(pending.length).toBeGreaterThan(comparedJobs / 20);
  expect([...runs.values()].filter((count) => count > 1).length).toBeGreaterThan(comparedJobs / 6);
}, 300_000);

test("a scan of fifty pages is read, though SIGKILL ends the process in the middle of its parts", async () => {
  const words = ["Glacier", "Expedition", "Harbour", "Orchestra"];
  const pages = Array.from({ length: 50 }, (_, page): ScannedPage => {
    if (page === 24) return "damaged";
    return page % 12 === 6 ? { word: words[(page - 6) / 12] ?? "" } : "empty";
  });
  /** The document, what is known of it, and a file for each page that was read. */
  const files = () => (existsSync(join(data, "buckets")) ? readdirSync(join(data, "buckets", "documents-local")).length : 0);
  const first = await start();
  const init = { method: "POST", headers: { "content-type": "application/pdf" }, body: Uint8Array.from(await scannedPages(pages)) };
  const jobId = String(((await (await fetch(`${first.apiUrl}/jobs`, init)).json()) as { jobId: string }).jobId);

  await endWhen(first, "SIGKILL", () => files() > 10);
  const filesBefore = files();
  const second = await startHere({ dataFolder: data });
  const job = await poll(second, jobId, isFinal);
  await until(() => files() === 1, "every part is gone");

  expect(filesBefore).toBeLessThan(50);
  expect(job).toMatchObject({
    status: "DONE",
    text: words.join("\n\n"),
    result: { ocr: { pageCount: 50, pagesRead: 49, pagesSkipped: [{ page: 25, reason: "DocumentUnreadable" }] } },
  });
}, 120_000);
