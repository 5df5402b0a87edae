import { availableParallelism } from "node:os";
import type { SimulationReport } from "../report.ts";
import { evaluateStack } from "../simulate.ts";
import { SeedProcess, type SeedRequest } from "./seed-process.ts";

export interface SeedRunOptions {
  readonly from: number;
  readonly count: number;
  /** No run begins once it has aborted. */
  readonly signal: AbortSignal;
  /** Called with each report, in the order in which runs end. */
  onReport(report: SimulationReport): void;
}

/** Runs seeds one after the other, as many at once as there are cores. */
export async function runSeeds({ from, count, signal, onReport }: SeedRunOptions): Promise<void> {
  let next = from;
  const manifest = await evaluateStack();
  const work = async () => {
    using runs = new SeedProcess();
    let known: Pick<SeedRequest, "manifest"> = { manifest };
    const stopped = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
    while (next < from + count && !signal.aborted) {
      const report = await Promise.race([runs.run({ seed: next++, ...known }), stopped]);
      known = {};
      if (report !== undefined) onReport(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism()) }, work));
}
