/** `npm run job`: submits a document and waits for its record. See {@link jobCommand}. */
import { systemClock } from "./job/clock.ts";
import { jobCommand } from "./job/command.ts";

process.exitCode = await jobCommand(process.argv.slice(2), {
  fetch,
  clock: systemClock,
  env: process.env,
  folder: process.env["INIT_CWD"] ?? process.cwd(), // npm runs scripts in the project's folder, not in the caller's
  input: process.stdin,
  print: (text) => process.stdout.write(`${text}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
});
