import { parseArgs } from "node:util";
import { highest, sentiments } from "../../../functions/stages/ml-inference/sentiment.ts";
import { shippedModel } from "../../../functions/stages/ml-inference/shipped-model.ts";
import { type Row, table } from "../../../scripts/table.ts";
import { blankModel } from "./fit.ts";
import { type LabelledText, readLabelledTexts, UnreadableTextsError } from "./labelled-texts.ts";
import { type Compared, learn } from "./learn.ts";
import { type Answer, qualityOf } from "./quality.ts";
import { quantise } from "./quantise.ts";
import { reportSentences } from "./report-sentences.ts";

const usage = `Trains the sentiment model of the ML inference stage on your own labelled texts, and prints its quality before and after.

  npm run train -- tickets.tsv
  npm run train -- reviews.csv mails.jsonl

A file holds a label and a text a line: tab-separated, .csv (first row may name the columns label and text), or .jsonl ({"label": …, "text": …}).
Labels are NEGATIVE, NEUTRAL, POSITIVE in any case, or neg, neu, pos, or -1, 0, 1. Of each, at least 20 texts are needed; some hundreds are better.

  --ratings         labels are mean ratings from -4 to 4; three columns are an id, a rating and a text; sentences 7_1, 7_2
                    are also measured together, as document 7
  --domains         each file is another domain: all have the same weight, and each is tested on models with and without it
  --reports         add generated sentences of clinical, technical and legal reports, all NEUTRAL
  --from-scratch    start without the present weights; needs thousands of texts
  --output <file>   the file for the weights (default: functions/stages/ml-inference/weights.generated.json)
  --help

Equal files give equal weights. Exit codes: 0 the weights are written, 2 wrong call, or a file that cannot be read.`;

const minTexts = 20;
export const weightsFile = "functions/stages/ml-inference/weights.generated.json";

/** The process that the command runs in; tests pass another. */
export interface TrainTerminal {
  /** @throws where there is no such file. */
  read(file: string): string;
  /** @param file is relative to the project where it is {@link weightsFile}. */
  write(file: string, content: string): void;
  /** Standard output. */
  print(text: string): void;
  /** Standard error, a line. */
  report(line: string): void;
}

/** Runs the command with the arguments after its name. */
export function trainCommand(args: readonly string[], terminal: TrainTerminal): 0 | 2 {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ratings: { type: "boolean", default: false },
        domains: { type: "boolean", default: false },
        reports: { type: "boolean", default: false },
        "from-scratch": { type: "boolean", default: false },
        output: { type: "string", default: weightsFile },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) terminal.print(usage);
    else if (positionals.length === 0) throw new UnreadableTextsError(usage);
    else train(positionals, values, terminal);
    return 0;
  } catch (error) {
    const isWrongCall = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    if (!(error instanceof UnreadableTextsError || isWrongCall)) throw error;
    terminal.report(error.message);
    return 2;
  }
}

interface TrainOptions {
  readonly ratings: boolean;
  readonly domains: boolean;
  readonly reports: boolean;
  readonly "from-scratch": boolean;
  readonly output: string;
}

function train(files: readonly string[], options: TrainOptions, terminal: TrainTerminal): void {
  const { ratings, domains, reports, output, "from-scratch": fromScratch } = options;
  const labelled = files.flatMap((file) => readLabelledTexts(file, read(file, terminal), ratings ? "rating" : "sentiment"));
  refuseTooFew(labelled.filter(({ isWhole }) => !isWhole));
  const texts = reports ? [...labelled, ...reportSentences()] : labelled;
  terminal.report(`${texts.filter(({ isWhole }) => !isWhole).length} texts of ${files.length} ${files.length === 1 ? "file" : "files"}`);
  const { model, compared } = learn(texts, {
    start: fromScratch ? blankModel : shippedModel,
    byDomain: domains,
    onProgress: (done) => terminal.report(`${(100 * done).toFixed(0).padStart(3)} %`),
  });
  terminal.write(output, `${JSON.stringify(quantise(model))}\n`);
  terminal.print(qualityTable(compared, options));
  terminal.print(`\nWritten to ${output}. Next: npm test, then npm start or npm run deploy, which build it in.`);
}

function read(file: string, { read }: TrainTerminal): string {
  try {
    return read(file);
  } catch {
    throw new UnreadableTextsError(`${file} cannot be read.`);
  }
}

function refuseTooFew(texts: readonly LabelledText[]): void {
  const lacking = sentiments
    .map((sentiment, place) => ({ sentiment, count: texts.filter(({ target }) => highest(target) === place).length }))
    .filter(({ count }) => count < minTexts);
  if (lacking.length === 0) return;
  const found = lacking.map(({ sentiment, count }) => `${count} ${sentiment}`).join(", ");
  throw new UnreadableTextsError(`At least ${minTexts} texts of each sentiment are needed; there are ${found}.`);
}

function qualityTable(compared: readonly Compared[], { domains, "from-scratch": fromScratch }: TrainOptions): string {
  const texts = compared.filter(({ isWhole }) => !isWhole);
  const groups = Map.groupBy(compared, ({ source, isWhole }) => (isWhole ? `${source}, whole documents` : source));
  if (new Set(texts.map(({ source }) => source)).size > 1) groups.set("all", texts);
  const rows = [...groups].flatMap(([name, members]) => [
    ...(fromScratch
      ? []
      : [
          qualityRow(
            `${name}, before`,
            members.map(({ before }) => before),
          ),
        ]),
    qualityRow(
      `${name}, after`,
      members.map(({ after }) => after),
    ),
    ...(domains
      ? [
          qualityRow(
            `${name}, unseen`,
            members.flatMap(({ unseen = [] }) => unseen),
          ),
        ]
      : []),
  ]);
  return [
    table(["", "texts", "right %", "macro-F1 %", "calibration error %", "by chance %"], rows),
    `"After" is the answer of a model that was trained on four fifths of the texts, without the one in question.`,
    ...(domains ? [`"Unseen" is that of a model that was trained on the other files.`] : []),
    `"By chance" is the calibration error that as many answers of a perfectly calibrated model have.`,
  ].join("\n");
}

function qualityRow(name: string, answers: readonly Answer[]): Row {
  const { accuracy, macroF1, calibrationError, chanceError } = qualityOf(answers);
  return [name, String(answers.length), ...[accuracy, macroF1, calibrationError, chanceError].map((share) => (100 * share).toFixed(1))];
}
