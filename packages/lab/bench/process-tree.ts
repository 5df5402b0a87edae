import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The resources that a process and its descendants have used. */
export interface ProcessUsage {
  /** Milliseconds of CPU time, of descendants that have ended too. The kernel counts it in hundredths of a second. */
  readonly cpuMilliseconds: number;
  /** Bytes of memory, now; of those that several processes share, each counts its part. */
  readonly memoryBytes: number;
}

/** The unit of process times on Linux, on every machine that Node runs on. */
const millisecondsPerTick = 10;

/** Reads the usage of a process tree from Linux's /proc; undefined where there is none. */
export function usageOfTree(rootId: number): ProcessUsage | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const usages = treeOf(rootId).map((id) => ({ ticks: ticksOf(id), bytes: proportionalBytes(id) }));
  return {
    cpuMilliseconds: usages.reduce((sum, { ticks }) => sum + ticks, 0) * millisecondsPerTick,
    memoryBytes: usages.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Parents by process. */
function processes(): ReadonlyMap<number, number> {
  const ids = (existsSync("/proc") ? readdirSync("/proc") : []).filter((name) => /^\d+$/.test(name));
  return new Map(ids.map((id) => [Number(id), Number(statOf(Number(id))[1])]));
}

/** A process and its descendants; itself alone where there is no /proc. */
export function treeOf(id: number, parents = processes()): number[] {
  const children = [...parents].filter(([, parent]) => parent === id);
  return [id, ...children.flatMap(([child]) => treeOf(child, parents))];
}

/** The fields of /proc/<pid>/stat after the command, which may hold spaces; empty when the process has just ended. */
function statOf(id: number): readonly string[] {
  return readOrEmpty(`/proc/${id}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
}

/** utime, stime, and both of the children that have been waited for. */
function ticksOf(id: number): number {
  return statOf(id)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0);
}

function proportionalBytes(id: number): number {
  const [, kibibytes] = /^Pss: +(\d+) kB$/m.exec(readOrEmpty(`/proc/${id}/smaps_rollup`)) ?? [];
  return Number(kibibytes ?? 0) * 1_024;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
