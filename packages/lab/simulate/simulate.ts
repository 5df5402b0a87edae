import type { SimulationOptions, SimulationReport } from "./report.ts";

export async function simulate({ seed }: SimulationOptions): Promise<SimulationReport> {
  throw new Error(`There is no simulation of seed ${seed} yet.`);
}
