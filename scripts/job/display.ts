import { styleText } from "node:util";
import cliTruncate from "cli-truncate";
import { createLogUpdate } from "log-update";
import { stageNames } from "../../functions/stages/registry.ts";
import type { BatchObserver, Outcome } from "./batch.ts";
import type { JobRecord } from "./client.ts";
import type { Clock } from "./clock.ts";

/** Shows the progress of documents to whoever called the command. */
export interface Display extends BatchObserver {
  /** Prints a line of results, above what is redrawn. */
  print(line: string): void;
  /** Leaves what is finished on the terminal. */
  close(): void;
}

/** A terminal whose lines can be written again. */
export interface Screen extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
}

interface DisplayOptions {
  readonly clock: Clock;
  /** As they are shown; characters that control a terminal are escaped. */
  readonly names: readonly string[];
  print(line: string): void;
}

interface PlainOptions extends DisplayOptions {
  /** A line for each change of each job, instead of one for each job that has ended. */
  readonly everyChange: boolean;
  report(line: string): void;
}

/** A phase of a job: `PENDING`, or the name of a stage. */
const phaseOf = ({ status, stage }: JobRecord): string => (status === "IN_PROGRESS" && stage !== undefined ? stage : status);

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Lines that are appended, for a pipe, a log, and a single document. */
export function plainDisplay({ clock, names, everyChange, print, report }: PlainOptions): Display {
  const startedAt = clock.now();
  const last = new Map<number, string>();
  const prefix = (place: number) => `${seconds(clock.now() - startedAt).padStart(8)}  ${names.length > 1 ? `${names[place]}  ` : ""}`;
  return {
    started() {},
    seen(place, record) {
      const state = stateOf(record);
      if (everyChange && state !== last.get(place)) report(`${prefix(place)}${state}`);
      last.set(place, state);
    },
    ended(place, outcome) {
      if (names.length > 1 && !(everyChange && outcome.state === "done")) report(`${prefix(place)}${endOf(outcome)}`);
    },
    print,
    close() {},
  };
}

function stateOf(record: JobRecord): string {
  const { jobId, status, stage } = record;
  if (status === "PENDING") return `${status} ${jobId}`;
  return status === "IN_PROGRESS" && stage !== undefined ? `${status} ${stage}` : status;
}

/** The outcome in a few words and the sentence that says why. */
function endOf({ state, record, message, code }: Outcome): string {
  if (state === "done") return `DONE ${record?.jobId}`;
  if (state === "failed") return `ERROR ${record?.jobId} ${record?.errorCode}: ${record?.errorMessage}`;
  return `${state.toUpperCase()} ${record?.jobId ?? code ?? ""}: ${message}`;
}

/** When each phase was first seen, in order. */
type Phases = (readonly [phase: string, at: number])[];

interface LiveOptions extends DisplayOptions {
  readonly screen: Screen;
  /** A job's phases with their times, instead of the present one alone. */
  readonly withPhases: boolean;
}

const redrawMilliseconds = 100;
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const maxNameColumns = 36;

/** Lines that are redrawn in place: one for each job that runs, and a bar for all of them. */
export function liveDisplay(options: LiveOptions): Display {
  const { clock, names, screen } = options;
  const columns = Math.min(maxNameColumns, Math.max(...names.map(({ length }) => length)));
  const lineOf = (place: number, phases: Phases) =>
    `${cliTruncate(names[place] ?? "", columns).padEnd(columns)}  ${progressOf(options, phases)}`;
  const startedAt = clock.now();
  const frame = createLogUpdate(screen as NodeJS.WriteStream);
  const running = new Map<number, Phases>();
  const counts = { ended: 0, failed: 0, pages: 0 };
  const stopped = new AbortController();
  const draw = () => {
    const now = clock.now();
    const width = screen.columns ?? 80;
    const turn = spinner[Math.floor((now - startedAt) / redrawMilliseconds) % spinner.length] ?? "";
    const jobs = [...running].map(([place, phases]) => `${turn} ${lineOf(place, phases)}`);
    const shown = jobs.slice(0, Math.max(1, (screen.rows ?? 24) - 3));
    const bar = names.length > 1 ? [barOf(counts, names.length, now - startedAt, screen)] : [];
    frame([...shown, ...bar].map((line) => cliTruncate(line, width)).join("\n"));
  };
  void redrawEvery(clock, draw, stopped.signal);
  return {
    started: (place) => void running.set(place, []),
    seen(place, record) {
      const phases = running.get(place) ?? [];
      if (phases.at(-1)?.[0] !== phaseOf(record)) phases.push([phaseOf(record), clock.now()]);
      draw();
    },
    ended(place, outcome) {
      const phases = running.get(place) ?? [];
      running.delete(place);
      counts.ended += 1;
      counts.failed += outcome.state === "done" ? 0 : 1;
      counts.pages += outcome.record?.result?.ocr?.pagesRead ?? 0;
      frame.persist(cliTruncate(`${endMark(outcome, screen)} ${lineOf(place, phases)}`, screen.columns ?? 80));
      if (outcome.state !== "done") frame.persist(`  ${endOf(outcome)}`);
      draw();
    },
    print(line) {
      frame.clear();
      options.print(line);
      draw();
    },
    close() {
      stopped.abort();
      frame.clear();
      frame.done();
    },
  };
}

async function redrawEvery(clock: Clock, draw: () => void, signal: AbortSignal): Promise<void> {
  const sleep = () =>
    clock.sleep(redrawMilliseconds, signal).then(
      () => true,
      () => false, // closed
    );
  while (await sleep()) draw();
}

function endMark({ state }: Outcome, stream: Screen): string {
  return state === "done" ? styleText("green", "✔", { stream }) : styleText("red", "✖", { stream });
}

function progressOf({ clock, screen, withPhases }: LiveOptions, phases: Phases): string {
  const now = clock.now();
  if (withPhases) return timeline(phases, now, screen);
  return `${(phases.at(-1)?.[0] ?? "sending").padEnd(14)} ${seconds(now - (phases[0]?.[1] ?? now))}`;
}

/** The phases of a job in order, each with its time: those that are over, the one that runs, those to come. */
function timeline(phases: Phases, now: number, stream: Screen): string {
  const ended = phases.at(-1)?.[0] === "DONE" || phases.at(-1)?.[0] === "ERROR";
  const seen = phases.map(([phase, at], place) => {
    if (ended && place === phases.length - 1) return styleText(phase === "DONE" ? "green" : "red", phase, { stream });
    const isOver = place < phases.length - 1;
    return styleText(isOver ? "green" : "blue", `${phase} ${seconds((phases[place + 1]?.[1] ?? now) - at)}`, { stream });
  });
  const reached = phases.map(([phase]) => phase);
  const latest = Math.max(-1, ...stageNames.map((stage, place) => (reached.includes(stage) ? place : -1)));
  const ahead = ended ? [] : stageNames.slice(latest + 1).map((stage) => styleText("dim", stage, { stream }));
  return [...(seen.length === 0 ? ["sending"] : seen), ...ahead].join(" → ");
}

const barWidth = 24;

function barOf(counts: { ended: number; failed: number; pages: number }, all: number, milliseconds: number, stream: Screen): string {
  const { ended, failed, pages } = counts;
  const full = Math.round((barWidth * ended) / all);
  const bar = styleText("green", "█".repeat(full), { stream }) + styleText("dim", "░".repeat(barWidth - full), { stream });
  const errors = failed > 0 ? styleText("red", `, ${failed} not done`, { stream }) : "";
  const pace = pages > 0 ? `  ${Math.round((60_000 * pages) / milliseconds)} pages a minute` : "";
  return `${bar}  ${ended} of ${all}${errors}${pace}  ${seconds(milliseconds)}`;
}
