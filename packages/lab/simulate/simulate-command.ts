import { parseArgs } from "node:util";
import type { DefectOptions, DefectResult } from "./defects/run-defects.ts";
import { defectTable } from "./defects/run-defects.ts";
import { type KillOptions, type KillReport, killTable } from "./kill/run-kills.ts";
import type { Failure, SimulationReport } from "./report.ts";
import { type CutOptions, cutDown } from "./seeds/cut-down.ts";
import type { SeedRunOptions } from "./seeds/run-seeds.ts";
import type { RunSeed } from "./seeds/seed-process.ts";
import { Totals } from "./seeds/totals.ts";

const usage = `Runs the whole pipeline in one process, in virtual time and with faults, and checks that it keeps its promises.

  npm run simulate -- --seeds 10000
  npm run simulate -- --seed 4711
  npm run simulate -- --defects
  npm run simulate -- --kill 100

  --seeds <number>    runs, each of its own seed (default: 1000), and what was tried in them
  --from <number>     the first seed (default: 1)
  --minutes <number>  begin no run, and kill nothing, after that
  --seed <number>     one run with its history; of --kill, what the clients do and when they are interrupted
  --only <ids>        with --seed: all clients and faults but these are left out, as a failure is cut down
  --defects           plant defects in the source, one at a time, and count the seeds until each is found, at most --seeds
  --kill <number>     kill npm start with SIGKILL so many times under load; it has ports and a data folder of its own
  --help

It ends with 0 where everything was kept, with 1 where something was not, and with 2 after a wrong call.`;

/** The process that the command runs in; tests pass another. */
export interface SimulateTerminal {
  readonly runSeeds: (options: SeedRunOptions) => Promise<void>;
  /** A run in a process that stays for the next one. */
  readonly runSeed: RunSeed;
  readonly runDefects: (options: Omit<DefectOptions, "defects">) => Promise<readonly DefectResult[]>;
  readonly runKills: (options: Pick<KillOptions, "kills" | "seed" | "signal" | "progress">) => Promise<KillReport>;
  /** Aborted when the time is up, which `undefined` is never, and by Ctrl-C. */
  readonly signalAfter: (minutes: number | undefined) => AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** Standard output. */
  print(text: string): void;
  /** Standard error, a line. */
  report(line: string): void;
  /** A line that replaces the one before it; elsewhere than on a terminal, one a minute. */
  progress(line: string): void;
}

type ExitCode = 0 | 1 | 2;

/** Runs the command with the arguments after its name. @returns its exit code. */
export async function simulateCommand(args: readonly string[], terminal: SimulateTerminal): Promise<ExitCode> {
  const call = callFrom(args);
  if (typeof call === "string") {
    terminal.report(call);
    return 2;
  }
  if (call.help) terminal.print(usage);
  if (call.help) return 0;
  if (call.kill !== undefined) return kill(call.kill, call, terminal);
  if (call.defects) return findDefects(call, terminal);
  if (call.seed !== undefined) return replay(call.seed, call.only, terminal);
  return simulateAll(call, terminal);
}

async function kill(
  kills: number,
  { seed = 1, minutes }: Call,
  { runKills, signalAfter, print, progress }: SimulateTerminal,
): Promise<ExitCode> {
  const report = await runKills({
    kills,
    seed,
    signal: signalAfter(minutes),
    progress: (kill, accepted) => progress(`${kill} of ${kills} kills, ${accepted} jobs accepted`),
  });
  print(`Seed ${seed}\n${killTable(report)}`);
  return report.failures.length === 0 ? 0 : 1;
}

async function findDefects(
  { from, seeds, minutes }: Call,
  { runDefects, signalAfter, print, progress }: SimulateTerminal,
): Promise<ExitCode> {
  let ended = 0;
  const results = await runDefects({
    from,
    maxSeeds: seeds,
    signal: signalAfter(minutes),
    onResult: ({ defect, seeds }) => progress(`${++ended} defects, the last one "${defect.name}" after ${seeds} seeds`),
  });
  print(defectTable(results));
  return results.every(({ found }) => found !== undefined) ? 0 : 1;
}

async function replay(seed: number, only: readonly string[] | undefined, { runSeed, print }: SimulateTerminal): Promise<ExitCode> {
  const report = await runSeed({ seed, ...(only && { only }), keepHistory: true });
  print([...(report.history ?? []), ...failureLines(report), `Seed ${seed}: history ${report.digest}`].join("\n"));
  return report.failures.length === 0 ? 0 : 1;
}

async function simulateAll({ from, seeds, minutes }: Call, terminal: SimulateTerminal): Promise<ExitCode> {
  const { runSeeds, runSeed, signalAfter, now, print, report, progress } = terminal;
  const [totals, startedAt] = [new Totals(), now()];
  const onReport = (run: SimulationReport) => {
    totals.add(run);
    progress(`${totals.runs} of ${seeds} runs, ${totals.failed.length} failed`);
    if (run.failures.length > 0) report(`Seed ${run.seed} failed: ${[...new Set(run.failures.map(({ promise }) => promise))].join(", ")}`);
  };
  await runSeeds({ seeds: Array.from({ length: seeds }, (_, at) => from + at), signal: signalAfter(minutes), onReport });
  print(totals.table((now() - startedAt) / 1_000));
  for (const failed of firstOfEach(totals.failed)) {
    progress(`Cutting seed ${failed.seed} down`);
    print(await cutLines(failed, { run: runSeed, signal: signalAfter(undefined) }));
  }
  return totals.failed.length === 0 ? 0 : 1;
}

/** One run for each promise that was broken. */
function firstOfEach(failed: readonly SimulationReport[]): readonly SimulationReport[] {
  const byPromise = new Map<string | undefined, SimulationReport>();
  for (const report of failed) {
    const [{ promise } = {}] = report.failures as [Failure?];
    if (!byPromise.has(promise)) byPromise.set(promise, report);
  }
  return [...byPromise.values()];
}

async function cutLines(failed: SimulationReport, options: CutOptions): Promise<string> {
  const { only, report } = await cutDown(failed, options);
  const command = `npm run simulate -- --seed ${failed.seed} --only '${only.join(",")}'`;
  return ["", `Seed ${failed.seed}, cut down:`, ...(report.history ?? []), ...failureLines(report), command].join("\n");
}

const failureLines = ({ failures }: SimulationReport): readonly string[] =>
  failures.map(({ promise, sentence, at }) => `${(at / 1000).toFixed(3)} BROKEN ${promise}: ${sentence}`);

interface Call {
  readonly help: boolean;
  readonly defects: boolean;
  readonly seeds: number;
  readonly from: number;
  readonly minutes: number | undefined;
  readonly seed: number | undefined;
  readonly only: readonly string[] | undefined;
  readonly kill: number | undefined;
}

/** @returns a sentence where the call is wrong. */
function callFrom(args: readonly string[]): Call | string {
  const values = parse(args);
  if (typeof values === "string") return values;
  const { help, defects, only } = values;
  if (only !== undefined && values.seed === undefined) return "--only goes with --seed: ids are those of one run.";
  for (const name of ["seeds", "from", "seed", "kill"] as const) {
    const value = values[name];
    if (value !== undefined && !/^[1-9]\d{0,8}$/.test(value)) return `--${name} takes a whole number from 1, not ${value}.`;
  }
  if (values.minutes !== undefined && !(Number(values.minutes) > 0)) return `--minutes takes a number of minutes, not ${values.minutes}.`;
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const [minutes, seed, kill] = [number(values.minutes), number(values.seed), number(values.kill)];
  return { help, defects, seeds: Number(values.seeds), from: Number(values.from), minutes, seed, kill, only: only?.split(",") };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
        minutes: { type: "string" },
        seed: { type: "string" },
        only: { type: "string" },
        defects: { type: "boolean", default: false },
        kill: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : usage;
  }
}
