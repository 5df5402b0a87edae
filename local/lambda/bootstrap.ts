// The process of an execution environment: loads the handler, then answers one invocation at a time. It shares nothing
// with the runtime but this file, and the function's code cannot tell it from Lambda's own.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface BootstrapMessage {
  /** The event, as JSON. */
  readonly event: string;
  readonly context: Readonly<Record<string, string>>;
  /** When the time is up, by the runtime's clock; and by how much that clock is ahead of this machine's. */
  readonly deadlineMilliseconds: number;
  readonly clockOffsetMilliseconds: number;
}

export type BootstrapReply = { readonly payload: string } | { readonly errorType: string; readonly errorMessage: string };

type Handler = (event: unknown, context: unknown) => unknown;

const machineNow = Date.now;
const MachineDate = Date;
let clockOffset = 0;

/** The runtime's clock is the only one that a function sees, also when a test has turned it. */
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

async function load(codeFolder: string, handler: string): Promise<Handler> {
  const [file, name] = handler.split(".") as [string, string];
  const module = await import(pathToFileURL(join(codeFolder, `${file}.mjs`)).href);
  if (typeof module[name] !== "function")
    throw Object.assign(new Error(`${handler} is undefined or not exported`), { name: "Runtime.HandlerNotFound" });
  return module[name];
}

async function run(
  handler: Handler,
  { event, context, deadlineMilliseconds, clockOffsetMilliseconds }: BootstrapMessage,
): Promise<BootstrapReply> {
  followClock(clockOffsetMilliseconds);
  const getRemainingTimeInMillis = () => Math.max(0, deadlineMilliseconds - Date.now());
  try {
    const result = await handler(JSON.parse(event), { ...context, getRemainingTimeInMillis });
    return { payload: JSON.stringify(result) ?? "null" };
  } catch (error) {
    return errorReply(error);
  }
}

/** An error as Lambda's Node runtime reports it. */
function errorReply(error: unknown): BootstrapReply {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}

const reply = (message: BootstrapReply) => process.send?.(message);

process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(129); // as Lambda's runtime does, after a line in the log
});
process.on("unhandledRejection", (reason) => {
  console.error(reason);
  process.exit(128);
});
process.on("disconnect", () => process.exit(0));

try {
  const [codeFolder = "", handlerName = ""] = process.argv.slice(2);
  const handler = await load(codeFolder, handlerName);
  process.on("message", (message) => void run(handler, message as BootstrapMessage).then(reply));
  reply({ payload: "null" });
} catch (error) {
  reply(errorReply(error));
}
