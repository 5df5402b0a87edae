import { readdirSync, readFileSync } from "node:fs";

/**
 * Milliseconds on a core that a process has used so far. It does not grow while the process waits, or while others keep it from
 * a core.
 *
 * @returns nothing where the system has no `/proc`, and for a process that has ended.
 */
export const cpuMilliseconds = (pid: number): number | undefined => millisecondsOf(pid, ([onCore]) => onCore);

/** The same, with the time in which the process was ready to run and others had the cores: it grows unless the process waits. */
export const readyMilliseconds = (pid: number): number | undefined => millisecondsOf(pid, ([onCore, inQueue]) => onCore + inQueue);

type Nanoseconds = readonly [onCore: number, inQueue: number];

function millisecondsOf(pid: number, select: (times: Nanoseconds) => number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce((sum, thread) => sum + select(timesOf(`/proc/${pid}/task/${thread}/schedstat`)) / 1e6, 0);
  } catch {
    return undefined;
  }
}

function timesOf(schedstat: string): Nanoseconds {
  const [onCore = 0, inQueue = 0] = readFileSync(schedstat, "utf8").split(" ").map(Number);
  return [onCore, inQueue];
}
