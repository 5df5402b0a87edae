/** `npm run train`: trains the sentiment model on labelled texts. See {@link trainCommand}. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { trainCommand, weightsFile } from "./train/train-command.ts";

const folder = process.env["INIT_CWD"] ?? process.cwd(); // npm runs scripts in the project's folder, not in the caller's

process.exitCode = trainCommand(process.argv.slice(2), {
  read: (file) => readFileSync(resolve(folder, file), "utf8"),
  write: (file, content) => writeFileSync(file === weightsFile ? resolve(file) : resolve(folder, file), content),
  print: (text) => process.stdout.write(`${text}\n`),
  report: (line) => process.stderr.write(`${line}\n`),
});
