import type { Clock } from "./clock.ts";

/**
 * Does something again and again, with a pause before each time, until it is stopped.
 *
 * @returns a function that stops it, and resolves when what was under way has ended.
 */
export function repeat(clock: Clock, pauseMilliseconds: number, work: () => Promise<unknown>): () => Promise<void> {
  const stopped = new AbortController();
  const isDue = () =>
    clock.sleep(pauseMilliseconds, stopped.signal).then(
      () => true,
      () => false,
    );
  const running = (async () => {
    while (await isDue()) await work();
  })();
  return () => {
    stopped.abort();
    return running;
  };
}
