import type { SimulationReport } from "../report.ts";
import type { RunSeed } from "./seed-process.ts";

/** A failing run with nothing in it that the failure does not need. */
export interface CutRun {
  readonly only: readonly string[];
  /** With its history. */
  readonly report: SimulationReport;
}

export interface CutOptions {
  readonly run: RunSeed;
  /** Once it has aborted, the smallest run so far is good enough. */
  readonly signal: AbortSignal;
  /** So many runs at most. */
  readonly maxRuns?: number;
}

/**
 * Leaves out clients and faults of a run while the same promise is still broken: halves first, then smaller and smaller parts, down
 * to single ones (delta debugging).
 *
 * @see Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002.
 */
export async function cutDown(failed: SimulationReport, { run, signal, maxRuns = 400 }: CutOptions): Promise<CutRun> {
  const { seed, failures } = failed;
  const promises = new Set(failures.map(({ promise }) => promise));
  const stillFails = async (only: readonly string[]) => {
    const report = await run({ seed, only });
    return report.failures.some(({ promise }) => promises.has(promise)) ? report : undefined;
  };
  let kept: readonly string[] = [...failed.clients, ...failed.faultIds];
  let runs = 0;
  const hasTime = () => runs < maxRuns && !signal.aborted;
  for (let parts = 2; kept.length > 1 && hasTime(); ) {
    const size = Math.ceil(kept.length / parts);
    let smaller: SimulationReport | undefined;
    for (let at = 0; at < kept.length && smaller === undefined && hasTime(); at += size, runs++)
      smaller = await stillFails([...kept.slice(0, at), ...kept.slice(at + size)]);
    if (smaller !== undefined) {
      kept = happenedIn(smaller, kept);
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(kept.length, parts * 2);
  }
  return { only: kept, report: await run({ seed, only: kept, keepHistory: true }) };
}

/** What was allowed and did not happen is not needed either. */
function happenedIn({ clients, faultIds }: SimulationReport, allowed: readonly string[]): readonly string[] {
  const happened = new Set([...clients, ...faultIds]);
  return allowed.filter((id) => happened.has(id));
}
