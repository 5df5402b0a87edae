import type { ManualClock } from "@async-text-processing/local/testing";

/** Turns the clock on, a tenth of a second at a time, until the work has ended. */
export async function turnClockDuring<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  work.then(end, end);
  while (!hasEnded) await clock.advance(100);
  return work;
}
