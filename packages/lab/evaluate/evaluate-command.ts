import { parseArgs } from "node:util";
import { type Row, table } from "../../../scripts/table.ts";

const stages = ["ocr", "sentiment", "search"] as const;
type EvaluatedStage = (typeof stages)[number];

const usage = `Measures the quality of the three stages beside their alternatives, and prints a table for each stage.

  npm run evaluate
  npm run evaluate -- --only sentiment
  npm run evaluate -- --folder ~/scans

  --only <stage>     ocr, sentiment or search (default: all three)
  --pages <number>   pages of each group to read by OCR (default: 8); a page takes a few seconds
  --seed <number>    of the generated pages (default: 1); the same seed generates the same pages
  --folder <path>    read the images and PDFs of a folder instead, beside native Tesseract; <file>.truth.txt is their text
  --help`;

/** The figures of one stage. */
export interface Report {
  readonly tables: readonly (readonly [head: Row, rows: readonly Row[]])[];
  /** Explains the documents and the columns. */
  readonly note: string;
}

export interface EvaluateOptions {
  readonly seed: number;
  readonly pages: number;
  /** Of pages to be read in place of drawn ones. */
  readonly folder?: string;
  onProgress(line: string): void;
}

/** The process that the command runs in; tests pass another. */
export interface EvaluateTerminal {
  readonly evaluations: Readonly<Record<EvaluatedStage, (options: EvaluateOptions) => Promise<Report>>>;
  /** Standard output. */
  print(text: string): void;
  /** Standard error, a line. */
  report(line: string): void;
}

/** Runs the command with the arguments after its name. @returns its exit code: 0, or 2 for a wrong call. */
export async function evaluateCommand(args: readonly string[], terminal: EvaluateTerminal): Promise<0 | 2> {
  const call = callFrom(args);
  if (typeof call === "string") {
    terminal.report(call);
    return 2;
  }
  if (call.help) terminal.print(usage);
  else await evaluate(call.stages, { ...call, onProgress: (line) => terminal.report(line) }, terminal);
  return 0;
}

async function evaluate(chosen: readonly EvaluatedStage[], options: EvaluateOptions, { evaluations, print, report }: EvaluateTerminal) {
  if (options.folder === undefined) print(`Seed ${options.seed}\n`);
  for (const stage of chosen) {
    report(`${stage} …`);
    const { tables, note } = await evaluations[stage](options);
    for (const [head, rows] of tables) print(`${table(head, rows)}\n`);
    print(`${note}\n`);
  }
}

interface Call extends Omit<EvaluateOptions, "onProgress"> {
  readonly help: boolean;
  readonly stages: readonly EvaluatedStage[];
}

/** @returns a sentence where the call is wrong. */
function callFrom(args: readonly string[]): Call | string {
  const values = parse(args);
  if (typeof values === "string") return values;
  const only = values.folder === undefined ? values.only : "ocr";
  const chosen = stages.filter((stage) => only === undefined || only === stage);
  const [seed, pages] = [Number(values.seed), Number(values.pages)];
  if (chosen.length === 0) return `--only takes ${stages.join(", ")}, not ${values.only}.`;
  if (!(Number.isInteger(seed) && seed >= 0)) return `--seed takes a whole number, not ${values.seed}.`;
  if (!(Number.isInteger(pages) && pages > 0)) return `--pages takes a number of pages, not ${values.pages}.`;
  return { help: values.help, stages: chosen, seed, pages, ...(values.folder !== undefined && { folder: values.folder }) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        seed: { type: "string", default: "1" },
        pages: { type: "string", default: "8" },
        folder: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : usage;
  }
}
