import { setTimeout } from "node:timers/promises";

/** The time, passed in so that tests turn it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects when the signal aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
};

/** Time that a call was given has passed. */
export class TimeIsUpError extends Error {
  override readonly name = "TimeIsUpError";
}

/**
 * Does `work` with a signal that aborts after so many milliseconds, or with `outer`.
 *
 * @throws {@link TimeIsUpError} where the time has passed before the work ended.
 */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [limit, finished] = [new AbortController(), new AbortController()];
  void clock.sleep(milliseconds, finished.signal).then(
    () => limit.abort(new TimeIsUpError()),
    () => undefined, // finished in time
  );
  try {
    return await work(outer === undefined ? limit.signal : AbortSignal.any([limit.signal, outer]));
  } catch (error) {
    limit.signal.throwIfAborted(); // timers reject with an error of their own
    throw error;
  } finally {
    finished.abort();
  }
}
