import { availableParallelism, loadavg } from "node:os";
import { type Row, table } from "../../../scripts/table.ts";
import { bareHead, measureBareServers } from "./bare-servers.ts";
import { peers, peersMeasured } from "./peers.ts";
import { copyProject } from "./project-copy.ts";
import { measureColdStart, measureSetting, type Setting, type SettingResult, settingRows } from "./settings.ts";

export interface BenchOptions {
  /** The project's folder. It is copied: neither its data nor what it has built is touched. */
  readonly project: string;
  readonly settings: readonly Setting[];
  /** Jobs of each load. */
  readonly jobs: number;
  /** No load begins another job after so long. */
  readonly seconds: number;
  print(text: string): void;
}

const method = `How: a load is so many clients over connections that stay open; each submits a short text, waits for its job, and
submits the next. A job is done when npm start prints that its execution has ended: reading the record until it says DONE
would cost the machine more than the job does. Each record is read afterwards, and must say DONE. Each load runs once
before it is measured. Client and stack share the machine.
An answered POST outlives a kill of every process here: its record has reached the operating system, as in "appends" below.
A power cut can take the last moments, unlike with "appends and syncs", which is what a synced Redis or Postgres does.`;

/** Measures the stack as `npm start` runs it and a bare server beside it, and prints both with the figures of others. */
export async function runBench({ project, settings, jobs, seconds, print }: BenchOptions): Promise<void> {
  using copy = copyProject(project);
  const limits = { count: jobs, milliseconds: 1_000 * seconds };
  print(
    `${method}\n${availableParallelism()} cores, Node ${process.version}, ${jobs} jobs a load; load of the machine ${loadOfMachine()}.\n`,
  );
  const cold = await measureColdStart(copy);
  const results: SettingResult[] = [];
  for (const setting of settings) results.push(await measureSetting(setting, copy, limits));
  const [head, ...rows] = settingRows(results, cold);
  print(`${table(head, rows)}\n`);
  print(`${table(bareHead, await measureBareServers(copy.folder, limits))}\n`);
  print(table(["Others", "jobs a second", "submit to DONE p50 ms"], peerRows()));
  print(`(${peersMeasured}; compare with the column "related off".) Load of the machine now ${loadOfMachine()}.`);
}

const loadOfMachine = (): string => (loadavg()[0] ?? 0).toFixed(1);

const peerRows = (): Row[] => peers.map(({ name, jobsPerSecond, submitToDone }) => [name, String(jobsPerSecond), String(submitToDone)]);
