import type { Clock } from "../clock.ts";

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** A clock that stands still until `advance` turns it. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakesAt: this.#now + milliseconds,
        wake: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** The number of sleepers: zero after a clean stop. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Turns the clock on, waking sleepers in the order of their time, and lets what they wake run as far as it goes. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      await settle();
      const next = this.#sleepers.filter((sleeper) => sleeper.wakesAt <= until).sort((a, b) => a.wakesAt - b.wakesAt)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.wakesAt);
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      next.wake();
    }
    this.#now = until;
    await settle();
  }
}

/** Lets every promise chain that is ready run to its next real wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
