import { systemClock } from "./clock.ts";
import { parseStartOptions, type StartOptions, usage } from "./options.ts";
import { forkEvaluator } from "./program/evaluate-program.ts";
import { readStackConfig, type StackConfig } from "./program/stack-config.ts";
import type { Runtime } from "./runtime.ts";
import { executionLine, functionLine, readyLines } from "./terminal.ts";

/** Lines that are printed in one piece at the end of this turn of the event loop: each write to a terminal waits for it. */
let unprinted = "";

/** By the time that a runtime is there to be stopped, the parent can be gone. */
const parent = process.ppid;

/** Ends this process quietly; once a runtime is there, by stopping it. */
let end = (): void => process.exit();

/** Defects of this code rather than of its input: they keep their stack trace. */
const programmingErrors = [TypeError, ReferenceError, RangeError, SyntaxError];

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  end(); // its reader has ended, as in npm start | head
});
try {
  const options = parseStartOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await start(options);
} catch (error) {
  const isFaultOfOurs = !(error instanceof Error) || programmingErrors.some((type) => error instanceof type);
  console.error(isFaultOfOurs ? error : error.message);
  process.exitCode = 1;
}

async function start(options: StartOptions): Promise<void> {
  console.log("Starting…");
  using evaluator = forkEvaluator(options.project); // loads its modules on one core, and this process on another
  process.umask(0o077); // documents are nobody else's, nor are the files that LevelDB creates without asking for a mode
  const readConfig = () => readStackConfig(options.project, options.stack, options.set);
  let config = readConfig();
  const [{ startRuntime }, { Console }] = await Promise.all([import("./runtime.ts"), import("./console/console.ts")]);
  const onFault = (error: unknown) => console.error(error);
  let consoleUrl: string | undefined;
  const runtime = await startRuntime({
    ...options,
    evaluator,
    config,
    isWatched: options.watch,
    onStart: (stack) => {
      consoleUrl = Console.open(stack, {
        ...{ stackName: options.stack, now: systemClock.now, onFault },
        get settings() {
          return config.values; // the latest
        },
      })?.url;
    },
    clock: systemClock,
    onNotice: (sentence) => console.error(sentence),
    onFault,
  });
  runtime.services.stepFunctions.onEnd((execution) => print(executionLine(execution, systemClock.now())));
  runtime.services.logs.onLine((line) => print(functionLine(line, options.stack)));
  stopOnSignal(runtime);
  console.log(readyLines(runtime, { ...options, consoleUrl }, performance.now()));
  await runtime.warmUp();
  if (!options.watch) return;
  const { watchProgram } = await import("./watch.ts");
  const onConfig = (inForce: StackConfig) => {
    config = inForce;
  };
  watchProgram({ runtime, readConfig, onConfig, clock: systemClock, print, onFault });
}

function print(line: string | undefined): void {
  if (line === undefined) return;
  if (unprinted === "") setImmediate(flush);
  unprinted += `${line}\n`;
}

function flush(): void {
  process.stdout.write(unprinted);
  unprinted = "";
}

function stopOnSignal(runtime: Runtime): void {
  process.on("exit", flush);
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    console.log("Stopping…");
    runtime.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  end = stop;
  const stopNow = () => (isStopping ? process.exit(130) : stop());
  process.on("SIGINT", stopNow);
  process.on("SIGTERM", stopNow);
  process.on("SIGHUP", stopNow); // functions run in process groups of their own, which a closing terminal does not reach
  if (process.env["npm_lifecycle_event"] === "start") stopAfterParent(stop);
}

/**
 * npm passes SIGTERM on to the shell that it runs the script in, and a shell such as dash ends without passing it on: all that its
 * child sees is another parent. Started in any other way, a runtime may well survive the shell that it was started from.
 */
function stopAfterParent(stop: () => void): void {
  setInterval(() => process.ppid !== parent && stop(), 250).unref();
}
