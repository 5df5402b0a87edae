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
 * @throws what the work throws, `expired`, or the outer signal's reason; at once, even where the work goes on.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { controller, free } = linkedController(deadline.signal);
  const timer = new AbortController();
  if (deadline.milliseconds !== undefined) {
    deadline.clock.sleep(deadline.milliseconds, timer.signal).then(
      () => controller.abort(deadline.expired),
      () => undefined, // freed: the work was faster
    );
  }
  try {
    return await untilAborted(work(controller.signal), controller.signal);
  } finally {
    timer.abort("done"); // the default reason is an error, whose stack trace would be the most expensive part of a call
    free();
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
