/** `npm run job`: submits documents and waits for their records. See {@link jobCommand}. */
import { InterruptedError } from "./job/batch.ts";
import { systemClock } from "./job/clock.ts";
import { jobCommand } from "./job/command.ts";

const interrupted = new AbortController();
// Once: a second Ctrl-C ends the process at once.
process.once("SIGINT", () => interrupted.abort(new InterruptedError("Interrupted.")));

process.exitCode = await jobCommand(process.argv.slice(2), {
  fetch,
  clock: systemClock,
  env: process.env,
  project: process.cwd(),
  folder: process.env["INIT_CWD"] ?? process.cwd(), // npm runs scripts in the project's folder, not in the caller's
  input: process.stdin,
  interrupted: interrupted.signal,
  screen: process.stderr.isTTY ? process.stderr : undefined,
  print: (text) => process.stdout.write(`${text}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
});
