import { parseArgs } from "node:util";
import { tokenVariable } from "./caller.ts";
import { type JobStatus, jobStatuses } from "./client.ts";
import { WrongCallError } from "./documents.ts";

/** The maximum of a timer, in whole days. */
const maxTimeoutSeconds = 24 * 24 * 60 * 60;
const maxConcurrency = 200;
const maxJobsListed = 1_000_000;

export const usage = `Submits documents, waits for their jobs, and prints their records as JSON. Progress goes to standard error.

  npm run job -- "some text"
  npm run job -- docs/samples/two-column-scan.png --watch
  npm run job -- docs/samples --out results        every file of a folder and of those in it
  npm run job -- docs/samples --json               a line for each job
  echo "some text" | npm run job -- - --text
  npm run job -- --list --limit 100                your jobs, where callers authenticate
  npm run job -- --delete 31b7465a-4aeb-40bb-a12a-d25bfe5792f7

  --watch               show the stages of each job with their times
  --concurrency <n>     documents whose jobs run at the same time (default: 8)
  --timeout <seconds>   how long to wait for each job (default: 330)
  --resume              continue the same command after it was interrupted: no document is sent twice

  --json                print a record a line
  --text                print the text that was read
  --out <folder>        write <name>.json and <name>.txt for each document

  --url <address>       the API (default: http://127.0.0.1:3000, which \`npm start\` opens)
  --stack <name>        the API of a stack that \`npm run deploy\` has put on AWS
  --token <token>       for an API with auth: jwt; the variable ${tokenVariable} keeps it out of the shell's history
  --sign                for an API with auth: iam: with AWS credentials of the environment or of AWS_PROFILE

  --list                list your jobs, newest first; with --json a record a line
  --limit <n>           how many of them (default: 20)
  --status <status>     only those that are ${jobStatuses.join(", ")}
  --delete              delete the jobs with these ids, and their documents
  --help

Exit codes: 0 every job is DONE; 1 a job ended in ERROR, a document was refused, or a job is not done in time; 2 wrong call;
3 the API could not be reached; 130 interrupted.`;

export type JobCall = Exclude<ReturnType<typeof callFrom>, "help">;

/** @throws {@link WrongCallError} that says what would be right. */
export function callFrom(args: readonly string[]) {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  if (positionals.length === 0 && !values.list) throw new WrongCallError(usage);
  if (positionals.length > 0 && values.list) throw new WrongCallError("--list takes no documents: leave them out.");
  const { url, stack, token, sign, watch, resume, json, text, out } = values;
  refusePair({ json, text }, "two forms of output");
  refusePair({ list: values.list, delete: values.delete }, "two commands");
  refusePair({ url, stack }, "two ways to name the API");
  refusePair({ token, sign }, "two ways to authenticate");
  return {
    args: positionals, // texts, paths and `-`; ids of jobs to be deleted
    url: addressIn(url ?? "http://127.0.0.1:3000"),
    ...{ stack, token, sign, watch, resume, out, delete: values.delete, list: values.list },
    limit: Math.ceil(numberIn("limit", values.limit, "a number of jobs", maxJobsListed)),
    status: statusIn(values),
    timeoutSeconds: numberIn("timeout", values.timeout, "a number of seconds", maxTimeoutSeconds),
    concurrency: Math.ceil(numberIn("concurrency", values.concurrency, "a number of documents", maxConcurrency)),
    output: json ? ("json" as const) : text ? ("text" as const) : ("record" as const),
  };
}

function refusePair(pair: Readonly<Record<string, string | boolean | undefined>>, what: string): void {
  const given = Object.entries(pair).filter(([, value]) => value !== undefined && value !== false);
  if (given.length > 1) throw new WrongCallError(`${given.map(([name]) => `--${name}`).join(" and ")} are ${what}: leave one out.`);
}

function addressIn(url: string): string {
  if (/^https?:/.test(url) && URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new WrongCallError(`--url takes an address such as http://127.0.0.1:3000, not ${url}.`);
}

function numberIn(option: string, value: string, what: string, max: number): number {
  const number = Number(value);
  if (number > 0 && number <= max) return number;
  throw new WrongCallError(`--${option} takes ${what} up to ${max}, not ${value}.`);
}

function statusIn({ status: given, list }: { readonly status?: string | undefined; readonly list: boolean }): JobStatus | undefined {
  const status = jobStatuses.find((one) => one === given?.toUpperCase());
  if (given !== undefined && !list) throw new WrongCallError("--status is for --list: leave it out.");
  if (given === undefined || status !== undefined) return status;
  throw new WrongCallError(`--status takes ${jobStatuses.join(", ")}, not ${given}.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: "string" },
        stack: { type: "string" },
        token: { type: "string" },
        out: { type: "string" },
        sign: { type: "boolean", default: false },
        watch: { type: "boolean", default: false },
        resume: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        text: { type: "boolean", default: false },
        delete: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        limit: { type: "string", default: "20" },
        status: { type: "string" },
        help: { type: "boolean", default: false },
        timeout: { type: "string", default: "330" },
        concurrency: { type: "string", default: "8" },
      },
    });
  } catch (error) {
    throw new WrongCallError(error instanceof Error ? error.message : usage);
  }
}
