import type { Clock } from "../clock.ts";

/** An abort controller that its parent's abort reaches too. `free` lets go of the parent. */
export function linkedController(parent: AbortSignal | undefined): { readonly controller: AbortController; free(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(parent?.reason);
  if (parent?.aborted) abort();
  parent?.addEventListener("abort", abort, { once: true });
  return { controller, free: () => parent?.removeEventListener("abort", abort) };
}

/** Settles as `work` does, or rejects with the signal's reason once that aborts, even if `work` takes no notice. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

export interface Deadline {
  readonly clock: Clock;
  /** `undefined`: as long as it takes. */
  readonly milliseconds: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** What the work is aborted with, and rejects with, when its time is up. */
  readonly expired: unknown;
}

/** Runs `work` until its deadline or the outer signal. Whatever loses is aborted, and its timer and listeners are freed. */
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
    timer.abort("done"); // the default reason is an error, and taking its stack trace the dearest part of a task
    free();
  }
}
