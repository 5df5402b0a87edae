// Loaded before anything else into a process that is to run with a planted defect, and into those that it starts.
import { registerHooks } from "node:module";
import { plantedDefects, plantedSource } from "./planted-defects.ts";

const planted = plantedDefects.find(({ name }) => name === process.env["PLANTED_DEFECT"]);
if (planted === undefined) throw new Error(`There is no defect "${process.env["PLANTED_DEFECT"]}".`);
const target = new URL(`../../../../${planted.file}`, import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    return { ...loaded, source: plantedSource(planted, String(loaded.source)) };
  },
});
