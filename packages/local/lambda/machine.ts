import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** What the scaling of functions asks this machine. */
export interface Machine {
  readonly cores: number;
  /** Cores that were idle since the last call, on average; parts of one count. */
  idleCores(): number;
  /** The bytes that all environments may hold together. */
  readonly maxBytes: number;
  /** Bytes that processes hold and share with no other. */
  heldBytes(pids: Iterable<number>): number;
}

const GiB = 1024 ** 3;

/** @returns a new one for each who asks: idle cores are those since their own last call. */
export function thisMachine(): Machine {
  let before = coreTimes();
  return {
    cores: availableParallelism(),
    maxBytes: Math.min(2 * GiB, totalmem() / 4),
    idleCores: () => {
      const now = coreTimes();
      const all = now.all - before.all;
      const idle = all > 0 ? (availableParallelism() * (now.idle - before.idle)) / all : 0;
      before = now;
      return idle;
    },
    heldBytes: (pids) => Array.from(pids, heldBytes).reduce((sum, bytes) => sum + bytes, 0),
  };
}

function coreTimes(): { readonly idle: number; readonly all: number } {
  const times = coresOrNone().map((core) => core.times);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((each) => Object.values(each))) };
}

/** @returns none where there is no file descriptor to read of them with. */
function coresOrNone(): ReturnType<typeof cpus> {
  try {
    return cpus();
  } catch {
    return [];
  }
}

/** Of an environment that waits, where the system has no `/proc`. */
const typicalBytes = 48 * 1024 ** 2;

function heldBytes(pid: number): number {
  try {
    const [, kiB] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(kiB ?? 0) * 1024;
  } catch {
    return process.platform === "linux" ? 0 : typicalBytes; // on Linux, it has just ended
  }
}
