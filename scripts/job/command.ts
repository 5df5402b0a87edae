import { parseArgs } from "node:util";
import { anonymous, bearer, type Caller, signer, tokenVariable } from "./caller.ts";
import { JobApiError, type JobRecord, runJob } from "./client.ts";
import { type Clock, TimeIsUpError, within } from "./clock.ts";
import { documentFrom, type JobDocument, WrongCallError } from "./document.ts";

/** The maximum of a timer, in whole days. */
const maxTimeoutSeconds = 24 * 24 * 60 * 60;

const usage = `Submits a document, waits, and prints the job's record as JSON. Progress goes to standard error.

  npm run job -- "some text"
  npm run job -- scan.png            a .txt, .png, .jpg, .jpeg or .pdf file
  echo "some text" | npm run job -- -

  --url <address>       the API (default: http://127.0.0.1:3000, which \`npm start\` opens)
  --token <token>       for an API with auth: jwt; the variable ${tokenVariable} keeps it out of the shell's history
  --sign                for an API with auth: iam: with AWS credentials of the environment or of AWS_PROFILE
  --timeout <seconds>   how long to wait (default: 330)
  --help

Exit codes: 0 the job is DONE, 1 it ended in ERROR, 2 wrong call or no answer.`;

/** The process that the command runs in; tests pass another. */
export interface JobTerminal {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly input: AsyncIterable<Uint8Array>;
  /** Standard output. */
  print(text: string): void;
  /** Standard error, a line. */
  report(line: string): void;
}

interface JobCall {
  readonly argument: string;
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly token: string | undefined;
  readonly sign: boolean;
}

/** Runs the command with the arguments after its name; `--help` prints its arguments and exit codes. */
export async function jobCommand(args: readonly string[], given: JobTerminal): Promise<0 | 1 | 2> {
  const terminal = { ...given, print: (text: string) => given.print(escaped(text)), report: (line: string) => given.report(escaped(line)) };
  try {
    const call = callFrom(args);
    if (call === "help") {
      terminal.print(usage);
      return 0;
    }
    const record = await follow(call, await documentFrom(call.argument, terminal.folder, terminal.input), terminal);
    terminal.print(JSON.stringify(record, null, 2));
    return record.status === "DONE" ? 0 : 1;
  } catch (error) {
    if (!(error instanceof WrongCallError || error instanceof JobApiError)) throw error;
    terminal.report(error.message);
    return 2;
  }
}

/** Documents and servers are not trusted: characters that control a terminal or turn the direction of text become JSON escapes. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function callFrom(args: readonly string[]): JobCall | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [argument, ...more] = positionals;
  if (argument === undefined) throw new WrongCallError(usage);
  if (more.length > 0)
    throw new WrongCallError(`One document at a time: put a text of several words in quotes, as in npm run job -- "some text".`);
  if (!/^https?:/.test(values.url) || !URL.canParse(values.url))
    throw new WrongCallError(`--url takes an address such as http://127.0.0.1:3000, not ${values.url}.`);
  if (values.sign && values.token !== undefined)
    throw new WrongCallError("--token and --sign are two ways to authenticate: leave one out.");
  const timeoutSeconds = Number(values.timeout);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= maxTimeoutSeconds))
    throw new WrongCallError(`--timeout takes a number of seconds up to ${maxTimeoutSeconds}, not ${values.timeout}.`);
  return { argument, url: values.url.replace(/\/+$/, ""), timeoutSeconds, token: values.token, sign: values.sign };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: "string", default: "http://127.0.0.1:3000" },
        token: { type: "string" },
        sign: { type: "boolean", default: false },
        timeout: { type: "string", default: "330" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new WrongCallError(error instanceof Error ? error.message : usage);
  }
}

function callerOf({ url, token, sign }: JobCall, env: NodeJS.ProcessEnv): Caller | Promise<Caller> {
  const given = token || env[tokenVariable];
  if (sign) return signer(url, env);
  return given ? bearer(given) : anonymous;
}

/** Runs the job to its end, with a line for each change of status or stage. */
async function follow(call: JobCall, document: JobDocument, { fetch, clock, env, report }: JobTerminal): Promise<JobRecord> {
  const { url, timeoutSeconds } = call;
  const caller = await callerOf(call, env);
  const startedAt = clock.now();
  const last: { record?: JobRecord } = {};
  const seen = (record: JobRecord) => {
    const seconds = ((clock.now() - startedAt) / 1000).toFixed(1).padStart(6);
    if (record.status !== last.record?.status || record.stage !== last.record.stage) report(`${seconds} s  ${stateOf(record)}`);
    last.record = record;
  };
  try {
    return await within(clock, timeoutSeconds * 1000, undefined, (signal) => runJob({ url, fetch, clock, caller, signal }, document, seen));
  } catch (error) {
    if (!(error instanceof TimeIsUpError)) throw error;
    if (last.record === undefined) throw new JobApiError(`${url} has not accepted the document within ${timeoutSeconds} s.`);
    const { jobId, status } = last.record;
    throw new JobApiError(`The job is still ${status} after ${timeoutSeconds} s; ${url}/jobs/${jobId} has its record.`);
  }
}

function stateOf({ jobId, status, stage }: JobRecord): string {
  if (status === "PENDING") return `${status} ${jobId}`;
  return status === "IN_PROGRESS" && stage !== undefined ? `${status} ${stage}` : status;
}
