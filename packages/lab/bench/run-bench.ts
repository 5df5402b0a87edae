import { availableParallelism, loadavg } from "node:os";
import { type Row, table } from "../../../scripts/table.ts";
import { bareHead, measureBareServers } from "./bare-servers.ts";
import { measureColdStart, measureSetting, type Setting, type SettingResult, settingRows } from "./settings.ts";
import { copyProject } from "./stack.ts";
import { measureWaitingStages, type WaitingStages } from "./waiting-stages.ts";

export interface BenchOptions {
  /** The project's folder. It is copied: its data and what it has built stay as they are. */
  readonly project: string;
  readonly settings: readonly Setting[];
  /** Jobs of each load. */
  readonly jobs: number;
  /** No load begins a job later than this. */
  readonly seconds: number;
  readonly waiting: WaitingStages;
  /** From the first job of a setting until its memory at rest is measured: by then every function has been started. */
  readonly restMilliseconds: number;
  print(text: string): void;
}

const method = `Method: a load is a number of clients over connections that stay open; each submits a short text, waits for its job, and
submits the next. A job is done when npm start prints that its execution has ended: polling the record until it is DONE
would take more of the machine than the job does. Each record is read afterwards, and must be DONE. Each load runs once
before it is measured. Client and stack share the machine.
An answered POST survives a kill of every process here: its record has reached the operating system, as in "appends" below.
A power failure can lose the last moments, unlike with "appends and syncs", which is what a synced Redis or Postgres does.`;

/** Measured on a machine with two cores, each configured to keep what it has acknowledged. */
const peersMeasured = "2026-11, 2 cores, durable";

/** Jobs a second, and the median milliseconds from submission to the end with one client. */
const peers = [
  { name: "BullMQ, Redis synced", jobsPerSecond: 1_787, submitToDone: 3.2 },
  { name: "Step Functions emulator in Python", jobsPerSecond: 262, submitToDone: 154 },
  { name: "DBOS on Postgres", jobsPerSecond: 193, submitToDone: 12 },
  { name: "Restate", jobsPerSecond: 143, submitToDone: 17 },
  { name: "plain worker on an emulator", jobsPerSecond: 63, submitToDone: 23 },
] as const;

/** Measures the stack as `npm start` runs it, and a bare server beside it, and prints both with the figures of other systems. */
export async function runBench({ project, settings, jobs, seconds, waiting, restMilliseconds, print }: BenchOptions): Promise<void> {
  using copy = copyProject(project);
  const limits = { count: jobs, milliseconds: 1_000 * seconds };
  print(
    `${method}\n${availableParallelism()} cores, Node ${process.version}, ${jobs} jobs a load; load of the machine ${loadOfMachine()}.\n`,
  );
  const cold = await measureColdStart(copy);
  const results: SettingResult[] = [];
  for (const setting of settings) results.push(await measureSetting(setting, copy, limits, restMilliseconds));
  const [head, ...rows] = settingRows(results, cold);
  print(`${table(head, rows)}\n`);
  print(`${table(bareHead, await measureBareServers(copy.folder, limits))}\n`);
  const [waitingHead, ...waitingRows] = await measureWaitingStages(waiting, copy);
  print(`${table(waitingHead, waitingRows)}\n`);
  print(table(["Others", "jobs a second", "submit to DONE p50 ms"], peerRows()));
  print(`(${peersMeasured}; compare with the column "related off".) Load of the machine now ${loadOfMachine()}.`);
}

const loadOfMachine = (): string => (loadavg()[0] ?? 0).toFixed(1);

const peerRows = (): Row[] => peers.map(({ name, jobsPerSecond, submitToDone }) => [name, String(jobsPerSecond), String(submitToDone)]);
