/** `npm run simulate`: bad days for the whole pipeline. See {@link simulateCommand}. */
import { plantedDefects } from "./simulate/defects/planted-defects.ts";
import { runDefects } from "./simulate/defects/run-defects.ts";
import { runKills } from "./simulate/kill/run-kills.ts";
import { runSeeds } from "./simulate/seeds/run-seeds.ts";
import { SeedProcess } from "./simulate/seeds/seed-process.ts";
import { simulateCommand } from "./simulate/simulate-command.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort()); // a second one ends the process

const logIntervalMilliseconds = 60_000;
let reportedAt = 0;

let single: SeedProcess | undefined;

process.exitCode = await simulateCommand(process.argv.slice(2), {
  runSeeds,
  runSeed: (request) => {
    single ??= new SeedProcess();
    return single.run(request);
  },
  runDefects: (options) => runDefects({ ...options, defects: plantedDefects }),
  runKills: (options) => runKills({ ...options, project: process.cwd(), clients: 6 }),
  signalAfter: (minutes) =>
    minutes === undefined ? interrupted.signal : AbortSignal.any([interrupted.signal, AbortSignal.timeout(60_000 * minutes)]),
  now: () => performance.now(),
  print: (text) => process.stdout.write(`${clear()}${text}\n`),
  report: (line) => process.stderr.write(`${clear()}${line}\n`),
  progress,
});
single?.[Symbol.dispose]();

/** In a file of a log, a line now and then. */
function progress(line: string): void {
  const isDue = performance.now() - reportedAt >= logIntervalMilliseconds;
  if (process.stderr.isTTY) process.stderr.write(`${clear()}${line}`);
  else if (isDue) process.stderr.write(`${line}\n`);
  if (isDue) reportedAt = performance.now();
}

function clear(): string {
  return process.stderr.isTTY ? "\r\x1b[K" : "";
}
