// Loaded before anything else into a process that is to run with a planted defect, and into those that it starts.
import { registerHooks } from "node:module";
import { builtDefinition, plantedDefects, plantedSource } from "./planted-defects.ts";

const planted = plantedDefects.find(({ name }) => name === process.env["PLANTED_DEFECT"]);
if (planted === undefined) throw new Error(`There is no defect "${process.env["PLANTED_DEFECT"]}".`);
const plants = new Map([planted, builtDefinition].map((plant) => [new URL(`../../../../${plant.file}`, import.meta.url).href, plant]));

registerHooks({
  load(url, context, nextLoad) {
    const [loaded, plant] = [nextLoad(url, context), plants.get(url)];
    return plant === undefined ? loaded : { ...loaded, source: plantedSource(plant, String(loaded.source)) };
  },
});
