import type { LocalServices } from "./local-services.ts";

/**
 * Does something again and again, with a pause before each time, until it is stopped. A failure is told of, and is not the end.
 *
 * @returns a function that stops it, and resolves when what was under way has ended.
 */
export function repeat(
  { clock, onFault }: Pick<LocalServices, "clock" | "onFault">,
  pauseMilliseconds: number,
  work: () => Promise<unknown>,
): () => Promise<void> {
  const stopped = new AbortController();
  const isDue = () =>
    clock.sleep(pauseMilliseconds, stopped.signal).then(
      () => true,
      () => false,
    );
  const running = (async () => {
    while (await isDue()) await work().catch(onFault);
  })();
  return () => {
    stopped.abort();
    return running;
  };
}
