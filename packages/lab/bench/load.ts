/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LoadLimits {
  readonly clients: number;
  readonly count: number;
  /** No call is begun after so long. */
  readonly milliseconds: number;
}

export interface LoadResult {
  /** How many calls were made; fewer than asked for where the time was up. */
  readonly count: number;
  readonly milliseconds: number;
}

/** Makes a call again and again from so many clients at once, each its next when its last has ended. */
export async function load({ clients, count, milliseconds }: LoadLimits, call: () => Promise<void>): Promise<LoadResult> {
  const startedAt = performance.now();
  let begun = 0;
  const client = async () => {
    while (begun < count && performance.now() - startedAt < milliseconds) {
      begun += 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { count: begun, milliseconds: performance.now() - startedAt };
}

/** The nearest-rank percentiles of some durations. */
export function percentiles(durations: readonly number[]): Percentiles {
  const sorted = [...durations].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
