import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { callFrom, type JobCall, usage } from "./arguments.ts";
import { type BatchResult, InterruptedError, type Outcome, runBatch } from "./batch.ts";
import { anonymous, bearer, type Caller, signer, tokenVariable } from "./caller.ts";
import { deleteJob, type JobApi, JobApiError, type JobRecord, listJobs, textOf, UnreachableApiError } from "./client.ts";
import { type Display, liveDisplay, plainDisplay } from "./display.ts";
import { documentsFrom, type NamedDocument, WrongCallError } from "./documents.ts";
import { jobRows, lineOf, summaryOf, writeResult } from "./results.ts";
import { RunJournal } from "./run-journal.ts";
import { escaped, type JobTerminal } from "./terminal.ts";

export type ExitCode = 0 | 1 | 2 | 3 | 130;

/** Runs the command with the arguments after its name; `--help` prints its arguments and exit codes. */
export async function jobCommand(args: readonly string[], given: JobTerminal): Promise<ExitCode> {
  const terminal = { ...given, print: (text: string) => given.print(escaped(text)), report: (line: string) => given.report(escaped(line)) };
  try {
    const call = callFrom(args);
    if (call !== "help") return await run(call, terminal);
    terminal.print(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof WrongCallError || error instanceof JobApiError)) throw error;
    terminal.report(error.message);
    return error instanceof WrongCallError ? 2 : exitCodeOf(error);
  }
}

function run(call: JobCall, terminal: JobTerminal): Promise<ExitCode> {
  if (call.list) return printList(call, terminal);
  return call.delete ? deleteJobs(call, terminal) : submitDocuments(call, terminal);
}

const exitCodeOf = (error: Error): ExitCode => (error instanceof UnreachableApiError ? 3 : error instanceof InterruptedError ? 130 : 1);

async function apiOf(call: JobCall, { fetch, clock, env, project, interrupted }: JobTerminal): Promise<JobApi> {
  const { url, isSigned } =
    call.stack === undefined
      ? { url: call.url, isSigned: false }
      : await (await import("./stack-address.ts")).addressOf(call.stack, project, env); // slow to load
  const caller = await callerOf({ ...call, url, sign: call.sign || (isSigned && call.token === undefined) }, env);
  return {
    url,
    fetch,
    clock,
    caller,
    signal: interrupted ?? new AbortController().signal,
    maxPauseMilliseconds: call.watch ? watchMilliseconds : undefined,
  };
}

/** Stages of a second are to be seen. */
const watchMilliseconds = 200;

function callerOf({ url, token, sign }: JobCall, env: NodeJS.ProcessEnv): Caller | Promise<Caller> {
  const given = token || env[tokenVariable];
  if (sign) return signer(url, env);
  return given ? bearer(given) : anonymous;
}

async function printList(call: JobCall, terminal: JobTerminal): Promise<ExitCode> {
  const api = await apiOf(call, terminal);
  const lines = call.output === "json" ? (record: JobRecord) => [JSON.stringify(record)] : jobRows();
  let count = 0;
  const hasMore = await listJobs(api, call, (record) => {
    count++;
    for (const line of lines(record)) terminal.print(line);
  });
  if (count === 0) terminal.report(call.status === undefined ? "You have no jobs." : `You have no jobs that are ${call.status}.`);
  if (hasMore) terminal.report(`There are more than ${call.limit}: --limit takes a larger number.`);
  return 0;
}

async function deleteJobs(call: JobCall, terminal: JobTerminal): Promise<ExitCode> {
  const api = await apiOf(call, terminal);
  let code: ExitCode = 0;
  for (const jobId of call.args) {
    try {
      await deleteJob(api, jobId);
      terminal.print(`Deleted ${jobId}`);
    } catch (error) {
      if (!(error instanceof JobApiError) || error instanceof UnreachableApiError) throw error;
      terminal.report(`${jobId}: ${error.message}`);
      code = 1;
    }
  }
  return code;
}

async function submitDocuments(call: JobCall, terminal: JobTerminal): Promise<ExitCode> {
  const { folder, clock } = terminal;
  const documents = await documentsFrom(call.args, folder, terminal.input);
  const api = await apiOf(call, terminal);
  const journal = documents.length > 1 || call.resume ? journalFor(call, api.url, terminal) : undefined;
  const names = documents.map(({ name }) => escaped(name).replaceAll("\n", " "));
  const display = displayFor(call, names, terminal);
  const results = resultsOf(call, api, documents, names, { ...terminal, print: display.print });
  const startedAt = clock.now();
  const ended = (place: number, outcome: Outcome) => {
    display.ended(place, outcome);
    results.add(place, outcome);
  };
  const result = await runBatch(api, documents, { ...call, journal }, { ...display, ended }).finally(display.close);
  await results.written();
  return conclude(result, { call, names, terminal, journal, milliseconds: clock.now() - startedAt });
}

/** A run is told from another by what it was called with. */
function journalFor({ args, resume }: JobCall, url: string, { project, folder, report }: JobTerminal): RunJournal {
  const file = RunJournal.pathOf(join(project, ".build", "job-runs"), { url, folder, args });
  const earlier = resume ? RunJournal.resume(file) : undefined;
  if (earlier !== undefined) return earlier;
  if (resume) report("There is no interrupted run of this command to resume: all documents are sent.");
  else if (existsSync(file)) report("An earlier run of this command was interrupted; it is not continued without --resume.");
  return RunJournal.begin(file);
}

function displayFor({ watch }: JobCall, names: readonly string[], { clock, screen, print, report }: JobTerminal): Display {
  if (screen !== undefined && (watch || names.length > 1)) return liveDisplay({ clock, names, print, screen, withPhases: watch });
  return plainDisplay({ clock, names, print, report, everyChange: watch || names.length === 1 });
}

/** Prints and writes the result of each document when its job has ended. */
function resultsOf(
  { output, out }: JobCall,
  api: JobApi,
  documents: readonly NamedDocument[],
  names: readonly string[],
  terminal: JobTerminal,
) {
  const { folder, print } = terminal;
  const writing: Promise<void>[] = [];
  const write = async (place: number, outcome: Outcome) => {
    const { state, record } = outcome;
    const document = documents[place];
    const isFinal = state === "done" || state === "failed";
    if (output === "json" && names.length + (isFinal ? 1 : 0) > 1) print(lineOf(names[place] ?? "", outcome));
    if (!isFinal || record === undefined || document === undefined) return;
    if (out !== undefined) await writeResult(api, resolve(folder, out), document, record);
    if (output === "text") print(await textOf(api, record));
    if (output === "record" && names.length === 1) print(JSON.stringify(record, null, 2));
  };
  return {
    add(place: number, outcome: Outcome): void {
      const one = write(place, outcome);
      one.catch(() => undefined); // handled in written()
      writing.push(one);
    },
    /** @throws what writing has met. */
    written: () => Promise.all(writing),
  };
}

interface Run {
  readonly call: JobCall;
  readonly names: readonly string[];
  readonly terminal: JobTerminal;
  readonly journal: RunJournal | undefined;
  readonly milliseconds: number;
}

/** Says what is not done and how to go on. */
function conclude({ outcomes, endedBy }: BatchResult, { call, names, terminal, journal, milliseconds }: Run): ExitCode {
  const { print, report } = terminal;
  const notDone = outcomes.filter(({ state }) => state !== "done");
  const isResumable = journal !== undefined && notDone.some(({ state }) => state === "waiting" || state === "unsent");
  if (!isResumable) journal?.end();
  if (names.length > 1) (call.output === "record" ? print : report)(summaryOf(names, outcomes, milliseconds));
  else for (const { message } of notDone) if (message !== undefined && endedBy === undefined) report(message);
  const waiting = notDone.filter(({ state }) => state === "waiting");
  if (endedBy instanceof UnreachableApiError) report(endedBy.message);
  if (endedBy !== undefined && waiting.length > 0) report(`These jobs go on: ${waiting.map(({ record }) => record?.jobId).join(" ")}`);
  if (isResumable) report("The same command with --resume continues, and sends no document twice.");
  if (endedBy !== undefined) return exitCodeOf(endedBy);
  return notDone.length > 0 ? 1 : 0;
}
