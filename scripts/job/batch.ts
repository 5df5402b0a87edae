import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { type JobApi, JobApiError, type JobRecord, runJob, UnreachableApiError } from "./client.ts";
import { TimeIsUpError, within } from "./clock.ts";
import { type NamedDocument, WrongCallError } from "./documents.ts";
import type { RunJournal } from "./run-journal.ts";

/** The user has stopped the command. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}

/** The end of a document's job, or of waiting for it. */
export interface Outcome {
  /** `failed` is a job that ended in `ERROR`; `waiting` one that goes on without the command; `unsent` never became one. */
  readonly state: "done" | "failed" | "refused" | "waiting" | "unsent";
  /** As last read. */
  readonly record?: JobRecord | undefined;
  /** One sentence, where there is no final record. */
  readonly message?: string;
  /** The API's own, of a refusal. */
  readonly code?: string | undefined;
}

export interface BatchOptions {
  /** Documents whose jobs run at the same time. */
  readonly concurrency: number;
  /** Seconds to wait for each job. */
  readonly timeoutSeconds: number;
  /** Where the run can be resumed. */
  readonly journal?: RunJournal | undefined;
}

/** Told about each document by its place in the list. */
export interface BatchObserver {
  started(place: number): void;
  seen(place: number, record: JobRecord): void;
  ended(place: number, outcome: Outcome): void;
}

export interface BatchResult {
  /** One for each document, in order. */
  readonly outcomes: readonly Outcome[];
  /** Set where the batch was ended before its end. */
  readonly endedBy?: UnreachableApiError | InterruptedError;
}

interface Run extends BatchOptions {
  readonly api: JobApi;
  /** The documents of one content become one job. */
  readonly running: Map<string, Promise<JobRecord>>;
}

/**
 * Runs the jobs of documents, a number of them at a time. A refused document does not keep the others from being sent; an API that
 * cannot be reached ends the batch, as the signal does.
 */
export async function runBatch(
  api: JobApi,
  documents: readonly NamedDocument[],
  options: BatchOptions,
  observer: BatchObserver,
): Promise<BatchResult> {
  const stop = new AbortController();
  const signal = AbortSignal.any([api.signal, stop.signal]);
  const run = { ...options, api: { ...api, signal }, running: new Map<string, Promise<JobRecord>>() };
  const outcomes = await pMap(
    documents,
    async (document, place) => {
      const outcome = await outcomeOf(run, document, place, observer, (error) => stop.abort(error));
      observer.ended(place, outcome);
      return outcome;
    },
    { concurrency: options.concurrency },
  );
  const reason: unknown = signal.reason;
  const isKnown = reason instanceof UnreachableApiError || reason instanceof InterruptedError;
  return { outcomes, ...(isKnown && { endedBy: reason }) };
}

async function outcomeOf(
  run: Run,
  document: NamedDocument,
  place: number,
  observer: BatchObserver,
  stop: (reason: UnreachableApiError) => void,
): Promise<Outcome> {
  if (run.api.signal.aborted) return { state: "unsent", message: "It was not sent." };
  const last: { record?: JobRecord } = {};
  observer.started(place);
  try {
    const record = await runOne(run, document, (seen) => {
      last.record = seen;
      observer.seen(place, seen);
    });
    return { state: record.status === "DONE" ? "done" : "failed", record };
  } catch (error) {
    if (error instanceof UnreachableApiError) stop(error);
    return unfinished(error, last.record, run);
  }
}

async function runOne(run: Run, document: NamedDocument, seen: (record: JobRecord) => void): Promise<JobRecord> {
  const { api, journal, running, timeoutSeconds } = run;
  const content = await document.load();
  const key = journal?.keyOf(content) ?? randomUUID();
  const equal = running.get(key);
  if (equal !== undefined) return equal;
  const submitted = { key, submitted: journal?.submitted(key) ?? {}, record: (more: object) => journal?.record(key, more) };
  const job = within(api.clock, timeoutSeconds * 1000, api.signal, (signal) => runJob({ ...api, signal }, content, seen, submitted));
  running.set(key, job);
  return job;
}

function unfinished(error: unknown, record: JobRecord | undefined, { api, timeoutSeconds }: Run): Outcome {
  if (error instanceof TimeIsUpError && record === undefined)
    return { state: "unsent", message: `${api.url} has not accepted the document within ${timeoutSeconds} s.` };
  if (record !== undefined && (error instanceof TimeIsUpError || api.signal.aborted)) {
    const since = error instanceof TimeIsUpError ? ` after ${timeoutSeconds} s` : "";
    return {
      state: "waiting",
      record,
      message: `The job is still ${record.status}${since}; ${api.url}/jobs/${record.jobId} has its record.`,
    };
  }
  if (error instanceof JobApiError) return { state: "refused", record, message: error.message, code: error.code };
  if (error instanceof WrongCallError) return { state: "refused", message: error.message };
  if (api.signal.aborted) return { state: "unsent", message: "It was not sent." };
  throw error;
}
