import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** A process that leads a group of its own, and what the group may hold. */
export interface WatchedProcess {
  readonly pid: number;
  readonly memoryMiB: number;
  /** Called every so often. */
  onLook(): void;
  /** Called when the group holds more. */
  onOutOfMemory(): void;
}

/** Resident memory of the groups of these processes, in MiB, in order. */
type Measure = (leaders: readonly WatchedProcess[]) => readonly number[] | Promise<readonly number[]>;

const isLinux = process.platform === "linux";

/** The interval between measurements, in real time: memory grows whatever the time on a test's clock. `ps` is a process of its own, so it runs less often. */
const pauseMilliseconds = isLinux ? 50 : 500;

/**
 * Watches the memory of processes from outside, while they are added. All share one timer, which stops while there
 * are none; an invocation between two measurements costs nothing.
 */
class MemoryWatch {
  readonly #watched = new Set<WatchedProcess>();
  #isRunning = false;

  add(process: WatchedProcess): void {
    this.#watched.add(process);
    if (!this.#isRunning) this.#lookLater();
  }

  delete(process: WatchedProcess): void {
    this.#watched.delete(process);
  }

  #lookLater(): void {
    this.#isRunning = true;
    setTimeout(() => void this.#look(), pauseMilliseconds).unref();
  }

  async #look(): Promise<void> {
    this.#isRunning = false;
    if (this.#watched.size === 0) return;
    this.#isRunning = true;
    const watched = [...this.#watched];
    const residentMiB = await measure(watched);
    for (const [index, process] of watched.entries()) {
      process.onLook();
      const isOver = (residentMiB[index] ?? 0) > process.memoryMiB;
      if (isOver && this.#watched.delete(process)) process.onOutOfMemory();
    }
    this.#lookLater();
  }
}

/** Windows has neither /proc nor ps: there, the memory limit is not enforced. */
const measures: Readonly<Partial<Record<NodeJS.Platform, Measure>>> = {
  linux: (leaders) => leaders.map(({ pid }) => residentKiB(pid) / 1024),
  win32: () => [],
};
const measure: Measure = measures[process.platform] ?? measureWithPs;

/** Of a process and those that it has started, in KiB; what was swapped out is held too. One that has just ended holds nothing. */
function residentKiB(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1"); // statm counts in pages, whose size Node does not tell
    const own = [...status.matchAll(/^Vm(?:RSS|Swap):\s+(\d+) kB$/gm)].map(([, kiB]) => Number(kiB));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean);
    return [...own, ...children.map((child) => residentKiB(Number(child)))].reduce((sum, kiB) => sum + kiB, 0);
  } catch {
    return 0;
  }
}

/** Where there is no `/proc`, as on macOS: one call for all processes. */
async function measureWithPs(leaders: readonly WatchedProcess[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pgid=,rss="]);
  const rows = stdout.split("\n").map((row) => row.trim().split(/\s+/).map(Number));
  const sumOf = (pid: number) => rows.reduce((sum, [group, kiB = 0]) => (group === pid ? sum + kiB : sum), 0);
  return leaders.map(({ pid }) => sumOf(pid) / 1024);
}

export const memoryWatch = new MemoryWatch();
