import { setTimeout as sleep } from "node:timers/promises";
import { milliseconds, type Row } from "../../../scripts/table.ts";
import type { LoadLimits } from "./load.ts";
import { type Measurement, measureJobs } from "./measure.ts";
import { usageOfTree } from "./process-tree.ts";
import type { ProjectCopy } from "./stack.ts";
import { startUntilAccepted } from "./stack.ts";

/** Config values that a stack is measured with. */
export interface Setting {
  readonly name: string;
  /** `key=value`, over the defaults. */
  readonly set: readonly string[];
}

export const settings: readonly Setting[] = [
  { name: "related off, log ERROR", set: ["relatedDocuments=off", "logLevel=ERROR"] },
  { name: "related off", set: ["relatedDocuments=off"] },
  { name: "as by default", set: [] },
];

/** The figures of one setting, with everything built before. */
export interface SettingResult {
  readonly setting: Setting;
  readonly firstAcceptedMilliseconds: number;
  /** Of all processes, once every function has been started, before the first load; undefined where there is no /proc. */
  readonly memoryBytesAtRest: number | undefined;
  readonly one: Measurement;
  readonly many: Measurement;
}

/** Starts the stack, warms it up with the load that is then measured, and stops it. */
export async function measureSetting(
  setting: Setting,
  copy: ProjectCopy,
  limits: Omit<LoadLimits, "clients">,
  restMilliseconds: number,
): Promise<SettingResult> {
  const { stack, milliseconds: first } = await startUntilAccepted({
    project: copy.folder,
    dataFolder: copy.dataFolder(),
    set: setting.set,
  });
  try {
    await sleep(restMilliseconds);
    const memoryBytesAtRest = usageOfTree(stack.processId)?.memoryBytes;
    await measureJobs(stack, { ...limits, clients: 32 });
    const one = await measureJobs(stack, { ...limits, clients: 1 });
    const many = await measureJobs(stack, { ...limits, clients: 32 });
    return { setting, firstAcceptedMilliseconds: first, memoryBytesAtRest, one, many };
  } finally {
    await stack.stop();
  }
}

/** @returns milliseconds from the command to the first 202 where nothing has been built. */
export async function measureColdStart(copy: ProjectCopy): Promise<number> {
  const { stack, milliseconds: first } = await startUntilAccepted({ project: copy.folder, dataFolder: copy.dataFolder(), set: [] });
  await stack.stop();
  return first;
}

/** A figure a row, a setting a column. */
export function settingRows(results: readonly SettingResult[], coldMilliseconds: number): readonly [head: Row, ...rows: Row[]] {
  const row = (name: string, cell: (result: SettingResult) => string): Row => [name, ...results.map(cell)];
  const megabytes = (bytes: number | undefined) => (bytes === undefined ? "–" : (bytes / 1e6).toFixed(0));
  const pair = ({ p50, p99 }: { p50: number; p99: number }) => `${milliseconds(p50)} / ${milliseconds(p99)}`;
  return [
    row("This project", ({ setting }) => setting.name),
    row("POST, 1 client, p50 / p99 ms", ({ one }) => pair(one.post)),
    row("submit to DONE, 1 client, p50 / p99 ms", ({ one }) => pair(one.submitToDone)),
    row("POST, 32 clients, p50 / p99 ms", ({ many }) => pair(many.post)),
    row("submit to DONE, 32 clients, p50 / p99 ms", ({ many }) => pair(many.submitToDone)),
    row("jobs a second, 32 clients", ({ many }) => many.jobsPerSecond.toFixed(0)),
    row("CPU ms a job, all processes", ({ many }) => milliseconds(many.cpuMillisecondsPerJob)),
    row("memory MB at rest, all processes", ({ memoryBytesAtRest }) => megabytes(memoryBytesAtRest)),
    row("memory MB under load, all processes", ({ many }) => megabytes(many.memoryBytes)),
    row("command to first 202, nothing to build, ms", ({ firstAcceptedMilliseconds }) => firstAcceptedMilliseconds.toFixed(0)),
    row("command to first 202, nothing built, ms", (result) => (result.setting.set.length === 0 ? coldMilliseconds.toFixed(0) : "")),
  ];
}
