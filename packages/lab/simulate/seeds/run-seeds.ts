import { availableParallelism } from "node:os";
import type { SimulationReport } from "../report.ts";
import { evaluateStack } from "../simulate.ts";
import { SeedProcess, type SeedRequest } from "./seed-process.ts";

export interface SeedRunOptions {
  readonly seeds: readonly number[];
  /** No run begins once it has aborted. */
  readonly signal: AbortSignal;
  /** Called with each report, in the order in which runs end. */
  onReport(report: SimulationReport): void;
}

/** Runs seeds one after the other, as many at once as there are cores. */
export async function runSeeds({ seeds, signal, onReport }: SeedRunOptions): Promise<void> {
  const left = seeds.values();
  const manifest = await evaluateStack();
  const work = async () => {
    using runs = new SeedProcess();
    let known: Pick<SeedRequest, "manifest"> = { manifest };
    const stopped = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
    for (const seed of left) {
      if (signal.aborted) break;
      const report = await Promise.race([runs.run({ seed, ...known }), stopped]);
      known = {};
      if (report !== undefined) onReport(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(seeds.length, availableParallelism()) }, work));
}
