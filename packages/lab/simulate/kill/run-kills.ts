import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { table } from "../../../../scripts/table.ts";
import { StartedStack } from "../../bench/stack.ts";
import { createRandom } from "../../evaluate/ocr/random.ts";
import { type ClientOptions, followJob, readJob, runClient } from "./client.ts";
import { checkDataFolder } from "./data-folder.ts";
import { documentSource } from "./documents.ts";
import { type BrokenPromise, isFinal, type Promised, SeenJobs } from "./seen-jobs.ts";

export interface KillOptions {
  /** The project's folder. */
  readonly project: string;
  readonly kills: number;
  readonly seed: number;
  /** Clients that submit at the same time. */
  readonly clients: number;
  /** Maximum of milliseconds that jobs get to end after the last start. */
  readonly settleMilliseconds?: number;
  /** Once it has aborted, nothing is killed any more. */
  readonly signal?: AbortSignal;
  /** Called after each kill, with the number of jobs that were accepted so far. */
  progress(kill: number, accepted: number): void;
}

export interface KillReport {
  readonly kills: number;
  readonly accepted: number;
  readonly deleted: number;
  readonly done: number;
  readonly error: number;
  /** Milliseconds from the last start's being ready to the end of the last job. */
  readonly lastEndMilliseconds: number;
  readonly failures: readonly BrokenPromise[];
}

/** The share of kills that come within so many milliseconds of a start, while it is still going on. */
const early = { share: 0.1, maxMilliseconds: 800 } as const;
/** All others come once clients have had some answers, so that there is load on a slow machine too, or have waited for them long enough. */
const late = { maxAnswers: 60, maxMilliseconds: 10_000 } as const;

/** The longest deadline of a job, and a sweep after it. */
const deadlineMilliseconds = 12 * 60_000;

/** Kills a stack again and again while clients use it, starts it each time on the same data, and compares what is there at the end. */
export async function runKills(options: KillOptions): Promise<KillReport> {
  const dataFolder = mkdtempSync(join(tmpdir(), "kill-"));
  try {
    return await killUnderLoad(options, dataFolder);
  } finally {
    rmSync(dataFolder, { recursive: true, maxRetries: 5 });
  }
}

async function killUnderLoad(options: KillOptions, dataFolder: string): Promise<KillReport> {
  const { project, seed, clients, settleMilliseconds = deadlineMilliseconds } = options;
  const [port, documentOf] = await Promise.all([freePort(), documentSource(seed)]);
  const start = () => new StartedStack({ project, dataFolder, set: [], port });
  const jobs = new SeenJobs();
  let [submissions, isOver] = [0, false];
  const client: ClientOptions = {
    apiUrl: `http://127.0.0.1:${port}`,
    seed,
    jobs,
    isOver: () => isOver,
    nextSubmission: async () => ({ key: `key of document ${submissions}`, document: await documentOf(submissions++) }),
  };
  const running = Promise.all(Array.from({ length: clients }, (_, index) => runClient({ ...client, seed: seed * 1_009 + index })));
  const kills = await killEach(start, jobs, options);
  const last = start();
  try {
    await last.url;
    const readyAt = performance.now();
    isOver = true;
    await running;
    const lastEndMilliseconds = await settle(client, readyAt, settleMilliseconds);
    for (const job of jobs.all) await readJob(client.apiUrl, jobs, job);
    await last.stop();
    await checkDataFolder(dataFolder, jobs);
    return { kills, ...countsOf(jobs), lastEndMilliseconds, failures: jobs.failures };
  } finally {
    await last.stop();
  }
}

/** @returns the number of kills. */
async function killEach(start: () => StartedStack, jobs: SeenJobs, { kills, seed, signal, progress }: KillOptions): Promise<number> {
  const random = createRandom(seed);
  let kill = 0;
  while (kill < kills && !signal?.aborted) {
    const stack = start();
    // The first start may have to build the functions: it is left in peace.
    if (kill++ > 0 && random.chance(early.share)) await sleep(random.between(0, early.maxMilliseconds));
    else if (await isReady(stack, signal)) await answers(jobs.answers + random.integer(1, late.maxAnswers), jobs);
    await sleep(random.between(0, 100));
    await stack.kill(random.chance(0.5) ? "process" : "tree");
    progress(kill, jobs.acceptedCount);
  }
  return kill;
}

/** @returns `false` for a stack that Ctrl-C has ended, which every process of the terminal is told of. */
function isReady({ url }: StartedStack, signal: AbortSignal | undefined): Promise<boolean> {
  return url.then(
    () => true,
    (error) => {
      if (!signal?.aborted) throw error;
      return false;
    },
  );
}

async function answers(count: number, jobs: SeenJobs): Promise<void> {
  const startedAt = performance.now();
  while (jobs.answers < count && performance.now() - startedAt < late.maxMilliseconds) await sleep(5);
}

/** Waits until every job has ended. @returns milliseconds from `since` to the last end. */
async function settle(client: ClientOptions, since: number, maxMilliseconds: number): Promise<number> {
  const open = client.jobs.all.filter(({ status }) => !isFinal(status));
  const isLate = () => performance.now() - since > maxMilliseconds;
  await Promise.all(open.map((job) => followJob(client, job, isLate)));
  const end = performance.now() - since;
  for (const job of open) if (!isFinal(job.status)) client.jobs.fail("lost", `Job ${job.jobId} is still ${job.status}.`);
  return end;
}

function countsOf(jobs: SeenJobs): Pick<KillReport, "accepted" | "deleted" | "done" | "error"> {
  const ended = (wanted: string) => jobs.all.filter(({ status }) => status === wanted).length;
  return { accepted: jobs.acceptedCount, deleted: jobs.acceptedCount - jobs.all.length, done: ended("DONE"), error: ended("ERROR") };
}

/** A port that is free now, and the next one, which is probably free too. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const promised: readonly Promised[] = ["lost", "twice", "wrong", "went back", "left behind", "refused"];

/** The report as a table of one row, and a line for each broken promise. */
export function killTable({ kills, accepted, done, error, deleted, lastEndMilliseconds, failures }: KillReport): string {
  const broken = promised.map((promise) => String(failures.filter((failure) => failure.promise === promise).length));
  const head = ["kills", "accepted", "DONE", "ERROR", "deleted", ...promised, "last end after the restart"] as const;
  const row = [kills, accepted, done, error, deleted, ...broken, `${(lastEndMilliseconds / 1000).toFixed(1)} s`].map(String);
  const lines = failures.map(({ promise, sentence }) => `${promise}: ${sentence}`);
  return [table(head, [row as [string, ...string[]]]), ...lines].join("\n");
}
