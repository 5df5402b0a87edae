// Measures how PDFs are read: whether a text layer is believed, and the order of its words beside pdftotext.
import { parseArgs } from "node:util";
import { openPageReader } from "../../functions/stages/ocr/page-reader.ts";
import { table } from "../../scripts/table.ts";
import { evaluateBelief, evaluateOrder } from "./evaluate/pdf/evaluate-pdf.ts";

const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, pages: { type: "string", default: "4" } } });
const [seed, pages] = [Number(values.seed), Number(values.pages)];
const percent = (share: number): string => (100 * share).toFixed(1);

const belief = await evaluateBelief(await openPageReader(), seed, pages);
console.log(
  table(
    ["family", "digital", "believed", "words found, %", "confidence", "CPU ms of the check"],
    belief.map((row) => [
      row.family,
      row.isDigital ? "yes" : "no",
      `${row.believed} of ${row.pages}`,
      percent(row.words),
      row.confidence.toFixed(2),
      row.cpuMillis.toFixed(0),
    ]),
  ),
);

const order = await evaluateOrder(seed, 3 * pages);
console.log(
  table(
    ["word order error, %", "this project", "pdftotext", "pdfium"],
    order.map((row) => [row.family, percent(row.ours), percent(row.pdftotext), percent(row.pdfium)]),
  ),
);
