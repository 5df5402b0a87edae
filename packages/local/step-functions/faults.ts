/** The rates of faults in executions, each from 0 (never) to 1 (always). Express allows them: it promises "at least once", and little more. */
export interface ExpressFaults {
  /** Runs twice at the same time. */
  readonly duplicate: number;
  /** Is accepted, and never runs. */
  readonly drop: number;
  /** Is lost while it runs, and starts again from the beginning. */
  readonly restart: number;
  /** The same seed gives the same faults, in the order of the starts. */
  readonly seed: number;
}

/** The faults of one started execution. */
interface Fate {
  readonly runs: 0 | 1 | 2;
  /** It is lost after this many events of its history. */
  readonly lostAfterEvents: number | undefined;
}

const noFaults: ExpressFaults = { duplicate: 0, drop: 0, restart: 0, seed: 1 };

/** A successful job has 17 events. */
const latestLoss = 16;

/** Decides which executions are duplicated, dropped or restarted. The rates may be changed at any time. */
export class ExecutionFaults {
  /** Asked for each started execution before the rates are. */
  decide: (() => "drop" | "duplicate" | undefined) | undefined;
  #faults = noFaults;
  #random = randomFrom(noFaults.seed);

  get(): ExpressFaults {
    return this.#faults;
  }

  /** Changes what is given, for executions started from now on. A seed restarts its series. @throws Error that names what is wrong. */
  set(changes: Partial<ExpressFaults>): void {
    for (const [name, value] of Object.entries(changes)) check(name, value);
    this.#faults = { ...this.#faults, ...changes };
    if (changes.seed !== undefined) this.#random = randomFrom(changes.seed);
  }

  /** Draws the same number of times for all rates, so that changing one does not change the other faults. */
  deal(): Fate {
    const { duplicate, drop, restart } = this.#faults;
    const [isDropped, isDoubled, isLost] = [this.#random() < drop, this.#random() < duplicate, this.#random() < restart];
    const lostAfterEvents = 1 + Math.floor(this.#random() * latestLoss);
    const decided = this.decide?.();
    if (decided !== undefined) return { runs: decided === "drop" ? 0 : 2, lostAfterEvents: undefined };
    return { runs: isDropped ? 0 : isDoubled ? 2 : 1, lostAfterEvents: isLost ? lostAfterEvents : undefined };
  }
}

function check(name: string, value: unknown): void {
  if (!Object.hasOwn(noFaults, name))
    throw new Error(`There is no fault "${name}"; there are duplicate, drop and restart, and their seed.`);
  const isInRange = name === "seed" ? Number.isInteger(value) : typeof value === "number" && value >= 0 && value <= 1;
  if (!isInRange)
    throw new Error(`${name} takes ${name === "seed" ? "a whole number" : "a number from 0 to 1"}, not ${JSON.stringify(value)}.`);
}

/** Uniform in [0, 1), the same series for the same seed: a Weyl sequence, mixed by the finaliser of MurmurHash3. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
