import type { Clock } from "./clock.ts";

/** The time limit of some work, and the signal that ends it early. */
export interface Deadline {
  readonly clock: Clock;
  /** `undefined`: as long as it takes. */
  readonly milliseconds: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The reason with which the work is aborted, and rejects, when its time is up. */
  readonly expired: unknown;
}

/**
 * Runs `work` until its deadline or the outer signal. What loses is aborted, and its timer and listeners are freed.
 *
 * @param work is given the function that lets its time stand still, too.
 * @throws what the work throws, `expired`, or the outer signal's reason; at once, even where the work goes on.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal, hold: Hold) => Promise<T>): Promise<T> {
  const { controller, free } = linkedController(deadline.signal);
  const timer = new Timer(deadline, () => controller.abort(deadline.expired));
  try {
    return await untilAborted(
      work(controller.signal, () => timer.hold()),
      controller.signal,
    );
  } finally {
    timer.stop();
    free();
  }
}

/** Lets a time stand still until the function that it returns is called. Several may do so at once. */
export type Hold = () => () => void;

/** Calls back after a time, in which those times do not count in which it is held. */
class Timer {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #left: number;
  #holds = 0;
  #startedAt = 0;
  #sleep: AbortController | undefined;

  constructor({ clock, milliseconds = Number.POSITIVE_INFINITY }: Deadline, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#left = milliseconds;
    this.#run();
  }

  hold(): () => void {
    if (this.#holds++ === 0) {
      this.#sleep?.abort("held");
      this.#left -= this.#clock.now() - this.#startedAt;
    }
    let isHeld = true;
    return () => {
      if (isHeld && --this.#holds === 0) this.#run();
      isHeld = false;
    };
  }

  stop(): void {
    this.#holds = Number.POSITIVE_INFINITY; // nothing lets it run again
    this.#sleep?.abort("done"); // the default reason is an error, whose stack trace would be the most expensive part of a call
  }

  #run(): void {
    if (this.#left === Number.POSITIVE_INFINITY) return;
    this.#startedAt = this.#clock.now();
    this.#sleep = new AbortController();
    this.#clock.sleep(this.#left, this.#sleep.signal).then(this.#onEnd, () => undefined);
  }
}

/** An abort controller that its parent's abort reaches too. `free` detaches it from the parent. */
export function linkedController(parent: AbortSignal | undefined): { readonly controller: AbortController; free(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(parent?.reason);
  if (parent?.aborted) abort();
  parent?.addEventListener("abort", abort, { once: true });
  return { controller, free: () => parent?.removeEventListener("abort", abort) };
}

/** Waits. @returns true after the time, false as soon as the signal aborts. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(milliseconds, signal).then(
    () => true,
    () => false,
  );
}

/**
 * Does something repeatedly, with a pause before each time, until it is stopped. A failure is reported and does not end it.
 *
 * @returns a function that stops it, and resolves when the work in progress has ended.
 */
export function repeat(
  { clock, onFault }: { readonly clock: Clock; readonly onFault: (error: unknown) => void },
  pauseMilliseconds: number,
  work: () => Promise<unknown>,
): () => Promise<void> {
  const stopped = new AbortController();
  const running = (async () => {
    while (await pause(clock, pauseMilliseconds, stopped.signal)) await work().catch(onFault);
  })();
  return () => {
    stopped.abort();
    return running;
  };
}

/** Settles as `work` does, or rejects with the signal's reason once that aborts, even if `work` ignores it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
