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
  /** The number of environments in a call that uses a core, or is ready for one; all of them where the system does not tell. Of the time since the last call. */
  busyCores(): number;
}

/** Between two looks, in real time, like everything that depends on this machine's load. */
const lookMilliseconds = 100;
/** Looks without a call taken after which the calls in progress are long ones. On a machine with other work, short ones take their time too. */
const patienceLooks = 10;
/** Memory, and how busy the environments are, is measured at every such look. */
const measuredLooks = 3;
/** Environments of one function that start at once, for each core. */
const startsPerCore = 2;
/** A core that is less idle than this has work. */
const idleCore = 0.5;
/** Environments of one function that may keep cores busy, for each core: more would keep each other from being done in time. */
const busyEnvironmentsPerCore = 3;

/** Of a function whose calls wait. */
interface Progress {
  taken: number;
  /** Since the last call was taken. */
  looks: number;
  /** At the last measurement: the looks until the next, the calls taken by then, and the environments that used a core. */
  measured: { looks: number; taken: number; busy: number };
  /** Half or more of its environments did nothing but wait in one long call. */
  onlyWaits: boolean;
}

/**
 * Starts further environments for functions whose calls wait. Where the calls in progress wait themselves, for something else than this
 * machine, it gets several at once, however busy the machine is. Otherwise, while cores are idle, it gets one; and while none is, so
 * that a long call does not hold up short ones, a few. Short calls alone do not need one: a process that takes call after call keeps
 * its caches, and each further one costs.
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

  /** Gives each function that needs them further environments, where there is room. @returns true while calls wait. */
  look(): boolean {
    const now = this.#machine.idleCores();
    let idle = Math.min(now, this.#idleCores); // at two looks: one alone may be a gap between two calls
    this.#idleCores = now;
    for (const [scaled, progress] of this.#inNeed()) {
      if (scaled.isStarting || scaled.pids.length >= scaled.maxEnvironments) continue;
      const isIdle = idle >= idleCore;
      if (!progress.onlyWaits && !isIdle && !this.#isHeldUp(progress)) continue;
      if (!this.#grow(scaled, progress.onlyWaits ? this.#startsAtOnce(scaled) : 1)) continue;
      Object.assign(progress, { looks: 0, onlyWaits: false });
      if (isIdle) idle -= 1;
    }
    return this.#progress.size > 0;
  }

  #startsAtOnce({ waiting, pids, maxEnvironments }: ScaledFunction): number {
    return Math.min(waiting, Math.ceil(pids.length / 2), startsPerCore * this.#machine.cores, maxEnvironments - pids.length);
  }

  /** @returns false where there is no room for any. */
  #grow(scaled: ScaledFunction, environments: number): boolean {
    let grown = 0;
    while (grown < environments && this.#makeRoom(scaled)) {
      const held = [...this.#functions].reduce((sum, { pids }) => sum + pids.length, 0);
      this.#memory.bytes += this.#memory.bytes / Math.max(1, held); // until it is measured
      scaled.grow();
      grown++;
    }
    return grown > 0;
  }

  /** The functions whose calls wait, those with the fewest environments first. */
  #inNeed(): [ScaledFunction, Progress][] {
    for (const scaled of this.#functions) this.#follow(scaled);
    return [...this.#progress].sort(([a], [b]) => a.pids.length - b.pids.length);
  }

  #follow(scaled: ScaledFunction): void {
    const { taken, waiting } = scaled;
    const progress = this.#progress.get(scaled);
    if (waiting === 0) this.#progress.delete(scaled);
    else if (progress === undefined) {
      scaled.busyCores(); // from here on
      this.#progress.set(scaled, { taken, looks: 0, measured: { looks: measuredLooks, taken, busy: 0 }, onlyWaits: false });
    } else {
      progress.looks = progress.taken === taken ? progress.looks + 1 : 0;
      progress.taken = taken;
      if (--progress.measured.looks === 0) measure(scaled, progress);
    }
  }

  /** All of its environments have been in one call for a while, and do not only wait for a core. */
  #isHeldUp({ looks, measured }: Progress): boolean {
    return looks >= patienceLooks && measured.busy < busyEnvironmentsPerCore * this.#machine.cores;
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
      this.#memory = { bytes, looks: measuredLooks };
    }
    return this.#memory.bytes;
  }
}

function measure(scaled: ScaledFunction, progress: Progress): void {
  const environments = scaled.pids.length;
  const calls = scaled.taken - progress.measured.taken;
  progress.measured = { looks: measuredLooks, taken: scaled.taken, busy: scaled.busyCores() };
  progress.onlyWaits = calls < environments && progress.measured.busy <= environments / 2;
}
