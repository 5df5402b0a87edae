import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Outcome } from "./batch.ts";
import { type JobApi, type JobRecord, textOf } from "./client.ts";
import type { NamedDocument } from "./documents.ts";

/** A record on one line, with the name of its document; of a document without a final record, the reason. */
export function lineOf(name: string, { state, record, code, message }: Outcome): string {
  if (state === "done" || state === "failed") return JSON.stringify({ document: name, ...record });
  return JSON.stringify({ document: name, ...record, status: state.toUpperCase(), errorCode: code, errorMessage: message });
}

/** Lays jobs out in columns, as they arrive: the first one has the head above it. */
export function jobRows(): (record: JobRecord) => readonly string[] {
  let head = [rowOf("job", "status", "created", "stage or error")];
  return ({ jobId, status, stage, errorCode, createdAt }) => {
    const created = createdAt === undefined ? "" : new Date(createdAt * 1_000).toISOString().replace(".000", "");
    const rows = [...head, rowOf(jobId, status, created, errorCode ?? stage ?? "")];
    head = [];
    return rows;
  };
}

const rowOf = (jobId: string, status: string, created: string, detail: string): string =>
  `${jobId.padEnd(36)}  ${status.padEnd(11)}  ${created.padEnd(20)}  ${detail}`.trimEnd();

/** Writes a job's record, and its text where there is one, below a folder. */
export async function writeResult(api: JobApi, folder: string, { outName }: NamedDocument, record: JobRecord): Promise<void> {
  const path = join(folder, outName);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.json`, `${JSON.stringify(record, null, 2)}\n`);
  if (record.text !== undefined || record.textUrl !== undefined) await writeFile(`${path}.txt`, await textOf(api, record));
}

const namesShown = 3;

/** The number of jobs that are done, those that are not by reason, and the pace. */
export function summaryOf(names: readonly string[], outcomes: readonly Outcome[], milliseconds: number): string {
  const done = outcomes.filter(({ state }) => state === "done").length;
  const pages = outcomes.reduce((sum, { record }) => sum + (record?.result?.ocr?.pagesRead ?? 0), 0);
  const pace = pages > 0 ? `, ${Math.round((60_000 * pages) / Math.max(1, milliseconds))} pages a minute` : "";
  const head = `${done} of ${outcomes.length} done in ${(milliseconds / 1000).toFixed(1)} s${pace}`;
  const notDone = outcomes.flatMap((outcome, place) => (outcome.state === "done" ? [] : [{ ...outcome, name: names[place] ?? "" }]));
  const rows = Array.from(Map.groupBy(notDone, reasonOf), ([reason, group]) => {
    const documents = group.map(({ name }) => name);
    const more = documents.length > namesShown ? `, … (${documents.length} in all)` : "";
    return `  ${reason}: ${documents.slice(0, namesShown).join(", ")}${more}`;
  });
  return [head, ...rows].join("\n");
}

const reasonOf = ({ state, record, code }: Outcome): string =>
  (state === "failed" ? record?.errorCode : code) ?? { waiting: "not done yet", unsent: "not sent" }[state as string] ?? state;
