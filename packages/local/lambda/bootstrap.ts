// The process of an execution environment: loads the handler, then answers one invocation at a time. It shares nothing
// with the runtime but this file, and the function's code cannot tell it from Lambda's own.

import { existsSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The first argument of the process, as JSON. */
export interface BootstrapStart {
  readonly codeFolder: string;
  /** `<file>.<export>`. */
  readonly handler: string;
  /** The members of the context that are the same for every invocation. */
  readonly context: Readonly<Record<string, string>>;
  /** Where compiled code is kept for the next start; nowhere where there is none. */
  readonly compileCacheFolder?: string | undefined;
}

/**
 * An invocation, as one line of JSON: the request's id, when its time is up by the runtime's clock, by how many
 * milliseconds that clock is ahead of this machine's, and the event.
 */
export type BootstrapRequest = readonly [requestId: string, deadlineMilliseconds: number, clockOffsetMilliseconds: number, event: unknown];

// Answers are lines too: `+` once the handler is loaded, `=` and the answer's JSON, or `!` and the error's.

type Handler = (event: unknown, context: unknown) => unknown;

/** The descriptor on which invocations come and answers go. */
const channelDescriptor = 3;

const machineNow = Date.now;
const MachineDate = Date;
let clockOffset = 0;

/** The runtime's clock is the only one that a function sees, also when a test has advanced it. */
function followClock(offset: number): void {
  if (offset === clockOffset) return;
  clockOffset = offset;
  globalThis.Date = class extends MachineDate {
    constructor(...given: [] | ConstructorParameters<typeof MachineDate>) {
      if (given.length === 0) super(Date.now());
      else super(...given);
    }
    static override now(): number {
      return machineNow() + clockOffset;
    }
  } as DateConstructor;
}

async function load({ codeFolder, handler: name }: BootstrapStart): Promise<Handler> {
  const [file, exported] = name.split(".") as [string, string];
  const path = join(codeFolder, file);
  const extension = [".mjs", ".js", ".cjs"].find((each) => existsSync(path + each)) ?? ".mjs";
  const module = await importModule(pathToFileURL(path + extension).href);
  const handler = module[exported];
  if (typeof handler !== "function") throw named("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  if (handler.length >= 3) throw named("Runtime.CallbackHandlerDeprecated", callbackHandlerDeprecated);
  return handler as Handler;
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ERR_MODULE_NOT_FOUND")
      throw named("Runtime.ImportModuleError", String(error));
    throw error instanceof SyntaxError ? named("Runtime.UserCodeSyntaxError", String(error)) : error;
  }
}

/** Lambda's own sentence. */
const callbackHandlerDeprecated =
  "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

async function answer(handler: Handler, context: BootstrapStart["context"], request: BootstrapRequest): Promise<string> {
  const [awsRequestId, deadline, offset, event] = request;
  followClock(offset);
  const getRemainingTimeInMillis = () => Math.max(0, deadline - Date.now());
  try {
    return `=${jsonOf(await handler(event, { ...context, awsRequestId, getRemainingTimeInMillis }))}`;
  } catch (error) {
    return errorLine(error);
  }
}

function jsonOf(result: unknown): string {
  try {
    return JSON.stringify(result) ?? "null";
  } catch {
    throw named("Runtime.JSONStringifyError", "Unable to stringify response body");
  }
}

/** Lambda's own sentence. */
const unreadableError =
  "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack";

/** An error as Lambda's Node runtime reports it: of its own members, the name, the message and the stack alone. */
function errorLine(error: unknown): string {
  try {
    const isError = error instanceof Error;
    const errorType = isError ? String(error.name) : typeof error;
    const trace = isError ? traceOf(error) : [];
    return `!${JSON.stringify({ errorType, errorMessage: isError ? String(error.message) : String(error), trace })}`;
  } catch {
    return `!${JSON.stringify({ errorType: "handled", errorMessage: unreadableError })}`;
  }
}

/** The stack line by line, with the code in the folder in which Lambda has it. */
function traceOf({ stack }: Error): string[] {
  const folder = process.cwd();
  return String(stack).replaceAll(pathToFileURL(folder).href, "file:///var/task").replaceAll(folder, "/var/task").split("\n");
}

const channel = new Socket({ fd: channelDescriptor });
const send = (line: string) => channel.write(`${line}\n`);
// The runtime has ended: so must everything that the function has started.
channel.on("close", () => process.kill(0, "SIGKILL")).on("error", () => undefined);

function answerRequests(handler: Handler, context: BootstrapStart["context"]): void {
  let held: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => {
    held.push(chunk);
    if (chunk.at(-1) !== 10) return;
    const line = held.length === 1 ? chunk : Buffer.concat(held);
    held = [];
    void answer(handler, context, JSON.parse(line.toString())).then(send);
  });
}

process.umask(0o022); // as on Lambda
try {
  const start: BootstrapStart = JSON.parse(process.argv[1] ?? "");
  if (start.compileCacheFolder !== undefined) enableCompileCache(start.compileCacheFolder);
  answerRequests(await load(start), start.context);
  send("+");
  flushCompileCache(); // this process is killed, and never exits by itself
} catch (error) {
  console.error(error);
  send(errorLine(error));
}
