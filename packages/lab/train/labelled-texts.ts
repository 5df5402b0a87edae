import { basename, extname } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { type PerSentiment, sentiments } from "../../../functions/stages/ml-inference/sentiment.ts";

/** A text and a reader's judgement of it. */
export interface LabelledText {
  readonly text: string;
  /** The probability of each sentiment: adds up to 1. */
  readonly target: PerSentiment;
  /** The name of its file. */
  readonly source: string;
  /** The document that it is a sentence of, where the file's ids name it: `7_2` is the second of document 7. */
  readonly document?: string;
  /** True for all sentences of a document together, with their mean rating: to measure, not to train on. */
  readonly isWhole?: boolean;
}

/** A label is one of three sentiments, or a mean rating from -4 to 4. */
export type LabelForm = "sentiment" | "rating";

/** A file of texts cannot be read; the message is for the person who wrote it. */
export class UnreadableTextsError extends Error {
  override readonly name = "UnreadableTexts";
}

const places: Readonly<Record<string, 0 | 1 | 2>> = {
  ...{ negative: 0, neg: 0, "-1": 0 },
  ...{ neutral: 1, neu: 1, "0": 1 },
  ...{ positive: 2, pos: 2, "1": 2, "+1": 2 },
};

/** The maximum number of mistakes in one message. */
const maxMistakes = 5;

/**
 * Reads a file of labels and texts: `.jsonl` with members `label` and `text`, `.csv`, or else tab-separated. The first two columns are
 * label and text, unless a first line names the columns `label` and `text`. Rated documents whose sentences have ids such as `7_2` follow whole.
 *
 * @throws {@link UnreadableTextsError} with the first lines that cannot be read.
 */
export function readLabelledTexts(file: string, content: string, form: LabelForm): LabelledText[] {
  const source = basename(file);
  const mistakes: string[] = [];
  const texts: LabelledText[] = [];
  const entries = entriesOf(source, content, form);
  for (const { line, label, text, document } of entries) {
    const target = label === undefined ? undefined : targetOf(label.trim(), form);
    if (text === undefined || text.trim() === "") mistakes.push(`${source}, line ${line}: there is no text.`);
    else if (target === undefined) mistakes.push(`${source}, line ${line}: ${complaintOf(label, form)}`);
    else texts.push({ text: unescaped(text), target, source, ...(document !== undefined && { document }) });
  }
  if (mistakes.length > maxMistakes) mistakes.splice(maxMistakes, Infinity, `and ${mistakes.length - maxMistakes} more.`);
  if (mistakes.length > 0) throw new UnreadableTextsError(mistakes.join("\n"));
  return [...texts, ...wholeDocuments(source, entries)];
}

function wholeDocuments(source: string, entries: readonly Entry[]): LabelledText[] {
  const documents = Map.groupBy(entries, ({ document }) => document);
  return [...documents].flatMap(([document, sentences]) => {
    if (document === undefined || sentences.length === 1) return [];
    const rating = sentences.reduce((sum, { label }) => sum + Number(label), 0) / sentences.length;
    const text = sentences.map((sentence) => unescaped(sentence.text ?? "")).join(" ");
    return [{ text, target: targetOfRating(rating), source, document, isWhole: true }];
  });
}

interface Entry {
  /** Counted from 1. */
  readonly line: number;
  readonly label: string | undefined;
  readonly text: string | undefined;
  readonly document?: string;
}

function entriesOf(source: string, content: string, form: LabelForm): Entry[] {
  const extension = extname(source).toLowerCase();
  if (extension === ".jsonl" || extension === ".ndjson") return jsonEntries(content);
  const rows = rowsOf(source, content, extension === ".csv").filter(({ cells }) => cells.some((cell) => cell !== ""));
  const names = rows[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const hasNames = names.includes("label") && names.includes("text");
  return rows.slice(Number(hasNames)).map(({ line, cells }) => {
    // A rated set may number its texts in a column before the rating.
    const hasIds = !hasNames && form === "rating" && cells.length > 2;
    const first = hasNames ? names.indexOf("label") : Number(hasIds);
    const document = hasIds ? /^(.+)_\d+$/.exec(cells[0] ?? "")?.[1] : undefined;
    const text = cells[hasNames ? names.indexOf("text") : first + 1];
    return { line, label: cells[first], text, ...(document !== undefined && { document }) };
  });
}

interface Row {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(source: string, content: string, isCsv: boolean): Row[] {
  const format = isCsv ? { delimiter: "," } : { delimiter: "\t", quote: null };
  const tolerance = { bom: true, record_delimiter: ["\r\n", "\n"], relax_column_count: true, relax_quotes: true };
  try {
    const records = parse(content, { ...format, ...tolerance, raw: true }) as unknown as { raw: string; record: string[] }[];
    let next = 1; // the library's own count takes "\r\n" in a cell for two lines
    return records.map(({ raw, record }) => {
      const line = next;
      next += raw.replace(/[\r\n]$/, "").split("\n").length;
      return { line, cells: record };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UnreadableTextsError(`${source}, line ${error["lines"]}: ${error.message}.`);
  }
}

function jsonEntries(content: string): Entry[] {
  const lines = content.split(/\r?\n/).map((written, index) => ({ written, line: index + 1 }));
  return lines.filter(({ written }) => written.trim() !== "").map(({ written, line }) => ({ line, ...membersOf(written) }));
}

function membersOf(line: string): Pick<Entry, "label" | "text"> {
  const none = { label: undefined, text: undefined };
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("label" in value && "text" in value)) return none;
    return { label: String(value.label), text: typeof value.text === "string" ? value.text : undefined };
  } catch {
    return none;
  }
}

function targetOf(label: string, form: LabelForm): PerSentiment | undefined {
  if (form === "rating") return label !== "" && Math.abs(Number(label)) <= 4 ? targetOfRating(Number(label)) : undefined;
  const place = Object.hasOwn(places, label.toLowerCase()) ? places[label.toLowerCase()] : undefined;
  return place === undefined ? undefined : [Number(place === 0), Number(place === 1), Number(place === 2)];
}

/** A mean rating this far from 0 is as likely NEUTRAL as not; over {@link ratingDoubt} it changes from unlikely to likely. */
const neutralRating = 0.5;
const ratingDoubt = 0.35;

function targetOfRating(rating: number): PerSentiment {
  const beyond = (distance: number) => 1 / (1 + Math.exp((neutralRating - distance) / ratingDoubt));
  const [negative, positive] = [beyond(-rating), beyond(rating)];
  return [negative, 1 - negative - positive, positive];
}

function complaintOf(label: string | undefined, form: LabelForm): string {
  const wanted =
    form === "rating" ? "a rating is a number from -4 to 4" : `a label is ${sentiments.join(", ")}, or neg, neu, pos, or -1, 0, 1`;
  return label === undefined ? `there is no label and text; ${wanted}.` : `${wanted}, not ${JSON.stringify(label.slice(0, 40))}.`;
}

const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

/** Collected texts often have these few characters as HTML has them. */
const unescaped = (text: string): string => text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity] ?? entity);
