import type { Machine } from "./machine.ts";

/** One function, as its scaling sees it. */
export interface ScaledFunction {
  /** Calls that no environment has taken yet. */
  readonly waiting: number;
  /** Calls that an environment has taken, since the beginning. */
  readonly taken: number;
  /** True while an environment starts. */
  readonly isStarting: boolean;
  /** Its processes, one an environment. */
  readonly pids: readonly number[];
  /** Those that no call uses. */
  readonly idle: number;
  /** The most environments that it may have. */
  readonly maxEnvironments: number;
  /** Starts another environment for the calls that wait. */
  grow(): void;
  /** Ends an idle environment, or the next one that its call gives back. */
  shrink(): void;
  /** The number of environments in a call that keeps a core busy; all of them where the system does not tell. Of the time since the last call. */
  busyCores(): number;
}

/** Between two looks, in real time, like everything that depends on this machine's load. */
const lookMilliseconds = 100;
/** Looks without a call taken after which the calls in progress are long ones. On a machine with other work, short ones take their time too. */
const patienceLooks = 10;
/** Memory is measured at every such look. */
const memoryLooks = 3;
/** A core that is less idle than this has work. */
const idleCore = 0.5;
/** Environments of one function that may keep cores busy, for each core: more would keep each other from being done in time. */
const busyEnvironmentsPerCore = 3;

interface Progress {
  taken: number;
  looks: number;
}

/**
 * Starts further environments for functions whose calls wait. A call that takes its time waits for something else, or works: while
 * cores are idle the function gets another environment at once, and while none is, so that a long call does not hold up short ones,
 * a few. Short calls alone do not need one: a process that takes call after call keeps its caches, and each further one costs.
 */
export class Scaling {
  readonly #machine: Machine;
  readonly #functions = new Set<ScaledFunction>();
  readonly #progress = new Map<ScaledFunction, Progress>();
  #timer: NodeJS.Timeout | undefined;
  #memory = { bytes: 0, looks: 0 };
  /** At the last look. */
  #idleCores = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  add(scaled: ScaledFunction): void {
    this.#functions.add(scaled);
  }

  delete(scaled: ScaledFunction): void {
    this.#functions.delete(scaled);
    this.#progress.delete(scaled);
  }

  /** Looks from now on, until no calls wait. */
  lookLater(): void {
    if (this.#timer !== undefined) return;
    if (this.#progress.size === 0) {
      this.#machine.idleCores(); // from here on
      this.#idleCores = 0;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.look()) this.lookLater();
    }, lookMilliseconds).unref();
  }

  /** Gives each function that needs it one more environment, where there is room. @returns true while calls wait. */
  look(): boolean {
    const now = this.#machine.idleCores();
    let idle = Math.min(now, this.#idleCores); // at two looks: one alone may be a gap between two calls
    this.#idleCores = now;
    for (const scaled of this.#inNeed()) {
      if (scaled.isStarting || scaled.pids.length >= scaled.maxEnvironments) continue;
      const isIdle = idle >= idleCore;
      if (!isIdle && !this.#isHeldUp(scaled)) continue;
      if (!this.#makeRoom(scaled)) continue;
      scaled.grow();
      this.#memory.looks = 0;
      this.#progress.delete(scaled);
      if (isIdle) idle -= 1;
    }
    return this.#progress.size > 0;
  }

  /** The functions whose calls wait, those with the fewest environments first. */
  #inNeed(): ScaledFunction[] {
    for (const scaled of this.#functions) this.#follow(scaled);
    return [...this.#progress.keys()].sort((a, b) => a.pids.length - b.pids.length);
  }

  #follow(scaled: ScaledFunction): void {
    const before = this.#progress.get(scaled);
    if (scaled.waiting === 0) this.#progress.delete(scaled);
    else if (before?.taken === scaled.taken) before.looks++;
    else {
      scaled.busyCores(); // from here on
      this.#progress.set(scaled, { taken: scaled.taken, looks: 0 });
    }
  }

  /** All of its environments have been in one call for a while, and do not only wait for a core. */
  #isHeldUp(scaled: ScaledFunction): boolean {
    const { looks = 0 } = this.#progress.get(scaled) ?? {};
    return looks >= patienceLooks && scaled.busyCores() < busyEnvironmentsPerCore * this.#machine.cores;
  }

  /** @returns true where there is room for another environment; where there is none, the function that has more of them gives one up. */
  #makeRoom(scaled: ScaledFunction): boolean {
    if (this.#heldBytes() < this.#machine.maxBytes) return true;
    const others = [...this.#functions].filter((other) => other !== scaled && other.pids.length > 0);
    const [donor] = others.sort((a, b) => Math.sign(b.idle) - Math.sign(a.idle) || b.pids.length - a.pids.length);
    if (donor !== undefined && (donor.idle > 0 || donor.pids.length > scaled.pids.length + 1)) {
      donor.shrink();
      this.#memory.looks = 0;
    }
    return false;
  }

  /** Measured every few looks. */
  #heldBytes(): number {
    if (this.#memory.looks-- <= 0) {
      const bytes = this.#machine.heldBytes([...this.#functions].flatMap(({ pids }) => pids));
      this.#memory = { bytes, looks: memoryLooks };
    }
    return this.#memory.bytes;
  }
}
