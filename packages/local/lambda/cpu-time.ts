import { readdirSync, readFileSync } from "node:fs";

/**
 * Milliseconds on a core that a process has used so far. It does not grow while the process waits, or while others keep it from
 * a core.
 *
 * @returns nothing where the system has no `/proc`, and for a process that has ended.
 */
export function cpuMilliseconds(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce((sum, thread) => sum + nanosecondsOf(`/proc/${pid}/task/${thread}/schedstat`) / 1e6, 0);
  } catch {
    return undefined;
  }
}

/** Nanoseconds on a core are the first number. */
const nanosecondsOf = (schedstat: string): number => Number.parseInt(readFileSync(schedstat, "utf8"), 10);
