import { availableParallelism } from "node:os";
import pMap from "p-map";
import { type Row, table } from "../../../../scripts/table.ts";
import type { SimulationReport } from "../report.ts";
import { runNotEnded, SeedProcess } from "../seeds/seed-process.ts";
import type { PlantedDefect } from "./planted-defects.ts";

export interface DefectOptions {
  readonly defects: readonly PlantedDefect[];
  /** The first seed for each defect. */
  readonly from: number;
  /** Seeds after which a defect counts as not found. */
  readonly maxSeeds: number;
  /** No run begins once it has aborted. */
  readonly signal: AbortSignal;
  onResult(result: DefectResult): void;
}

export interface DefectResult {
  readonly defect: PlantedDefect;
  /** Seeds that were run, the one that found the defect included. */
  readonly seeds: number;
  /** The run that broke a promise. */
  readonly found: SimulationReport | undefined;
}

/** Plants one defect at a time and runs seeds until a promise is broken; as many defects at once as there are cores. */
export function runDefects(options: DefectOptions): Promise<DefectResult[]> {
  const find = async (defect: PlantedDefect) => {
    const result = await findDefect(defect, options);
    options.onResult(result);
    return result;
  };
  return pMap(options.defects, find, { concurrency: availableParallelism() });
}

async function findDefect(defect: PlantedDefect, { from, maxSeeds, signal }: DefectOptions): Promise<DefectResult> {
  using runs = new SeedProcess(withDefect(defect));
  for (let seeds = 1; seeds <= maxSeeds && !signal.aborted; seeds++) {
    const report = await runs.run({ seed: from + seeds - 1 });
    const [broken] = report.failures;
    if (broken?.promise === runNotEnded)
      throw new Error(`With the defect "${defect.name}", seed ${report.seed} did not end: ${broken.sentence}`);
    if (broken !== undefined) return { defect, seeds, found: report };
  }
  return { defect, seeds: maxSeeds, found: undefined };
}

/** Variables of a process that loads the defect, and so do the processes that it starts. */
function withDefect({ name }: PlantedDefect): Readonly<Record<string, string>> {
  const options = [process.env["NODE_OPTIONS"], `--import=${new URL("./plant.ts", import.meta.url).href}`];
  return { NODE_OPTIONS: options.filter((option) => option !== undefined).join(" "), PLANTED_DEFECT: name };
}

/** A row for each defect: the number of seeds that it took, and the promise that it broke first. */
export function defectTable(results: readonly DefectResult[]): string {
  const row = ({ defect, seeds, found }: DefectResult): Row => [
    `${defect.name} (${defect.file})`,
    found === undefined ? `not in ${seeds}` : String(seeds),
    found?.failures[0]?.promise ?? "–",
  ];
  return table(["planted defect", "found after seeds", "promise"], results.map(row));
}
