import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { loadEsbuild } from "../esbuild.ts";
import type { BootstrapStart } from "./bootstrap.ts";
import { cpuMilliseconds } from "./cpu-time.ts";
import type { Invocation } from "./invocation.ts";
import { memoryWatch, type WatchedProcess } from "./memory-watch.ts";
import { orphanGuard } from "./orphan-guard.ts";
import { OutputFile } from "./output-file.ts";

/** The settings of an execution environment, from the function's declaration and its account. */
export interface EnvironmentSpec extends BootstrapStart {
  /** All of the process's environment variables: none of the host's are among them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly onLine: (line: string) => void;
}

type InvocationOutcome = Invocation["outcome"];

/** Lambda's "6 MB" for an answer, as its error message gives it. */
const maxAnswerBytes = 6_291_556;

const newline = 10;

/** Of the log that an invocation can be answered with: 4 KB. */
const maxTailLength = 4_096;

/** Of output that a process writes between two looks. */
const maxUnreadBytes = 1024 * 1024;
const maxOutputBytes = 64 * 1024 * 1024;

let bootstrapCode: string | undefined;

/** The bootstrap as JavaScript: a process that strips types itself takes twice as long to start, and 20 MB more. */
function bootstrap(): string {
  bootstrapCode ??= loadEsbuild().transformSync(readFileSync(new URL("./bootstrap.ts", import.meta.url), "utf8"), { loader: "ts" }).code;
  return bootstrapCode;
}

/** Processes outlive a runtime that is made to exit: each is in a group of its own, and may not notice its end. */
const living = new Set<ExecutionEnvironment>();
process.on("exit", () => {
  for (const environment of living) environment.kill();
});

/** Windows has none: there, the processes that a function starts may outlive it. */
const hasProcessGroups = process.platform !== "win32";

/**
 * One execution environment of a function: a process of its own, which runs one invocation at a time and is used again
 * while it runs. Its code cannot affect anything outside.
 */
export class ExecutionEnvironment implements WatchedProcess {
  readonly memoryMiB: number;
  readonly #process: ChildProcess;
  readonly #channel: Duplex;
  readonly #output: OutputFile;
  #isHeld = false;
  /** The end of the log of the last call. */
  logTail = "";
  #held: Buffer[] = [];
  #heldBytes = 0;
  #settle: ((outcome: InvocationOutcome) => void) | undefined;
  #requestId = "";
  #isReady = false;
  #hasEnded = false;
  #isOutOfMemory = false;
  #cpuMilliseconds = 0;
  /** Resolves when the handler is loaded, or to the error of its start. */
  readonly ready: Promise<InvocationOutcome | undefined>;

  constructor({ codeFolder, handler, context, variables, memoryMiB, onLine }: EnvironmentSpec) {
    this.memoryMiB = memoryMiB;
    const start: BootstrapStart = { codeFolder, handler, context, compileCacheFolder: process.env["NODE_COMPILE_CACHE"] };
    // Node holds 40 MB beside its heap, so one as large as all of the memory meets the function's limit before V8's own; V8
    // gives up first, by SIGABRT as on Lambda, only where its heap is full of gaps. Lambda sets nine tenths: V8 then collects
    // for seconds near its limit, and gives up while there is memory left.
    const heap = `--max-old-space-size=${memoryMiB}`;
    // The young generation is collected while it is in the caches, and is not what a process that waits holds.
    const args = [heap, "--max-semi-space-size=1", "--input-type=module", "--eval", bootstrap(), "--", JSON.stringify(start)];
    this.#output = new OutputFile((line) => {
      this.logTail = `${this.logTail}${line}\n`.slice(-maxTailLength);
      onLine(line);
    });
    this.#process = spawn(process.execPath, args, {
      env: { ...variables },
      stdio: ["ignore", this.#output.descriptor, this.#output.descriptor, "pipe"],
      cwd: codeFolder,
      detached: hasProcessGroups, // leads a group, with which all that the function starts ends
    });
    if (this.#process.pid === undefined) this.#failToStart();
    living.add(this);
    if (hasProcessGroups && this.pid !== 0) orphanGuard.add(this.pid);
    this.#channel = this.#process.stdio[3] as Duplex;
    this.#channel.on("data", (chunk: Buffer) => this.#take(chunk)).on("error", () => undefined);
    this.#process.on("exit", () => this.#ended()).on("error", () => this.#ended());
    this.ready = this.#nextOutcome().then((outcome) => {
      this.#isReady = "payload" in outcome;
      return this.#isReady ? undefined : outcome;
    });
  }

  /** The system gives no process, or no file descriptors for one. */
  #failToStart(): never {
    this.#process.on("error", () => undefined);
    this.#output.close();
    throw Object.assign(new Error("No process can be started."), { code: "EMFILE" });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get isAlive(): boolean {
    return !this.#hasEnded;
  }

  /**
   * Hands over an invocation; one at a time.
   *
   * @param request a {@link BootstrapRequest} as JSON, in one line.
   */
  async invoke(requestId: string, request: string): Promise<InvocationOutcome> {
    this.#requestId = requestId;
    this.logTail = "";
    const failure = this.#isReady ? undefined : await this.ready;
    if (failure !== undefined) return failure;
    const outcome = this.#nextOutcome();
    if (this.#hasEnded) this.#ended();
    else this.#channel.write(`${request}\n`);
    return outcome;
  }

  /** Ends the process and its group at once, as Lambda does with an environment whose time is up. */
  kill(): void {
    this.#hasEnded = true;
    if (living.delete(this) && hasProcessGroups && this.pid !== 0) orphanGuard.delete(this.pid);
    this.#signal("SIGKILL");
  }

  /** True for one whose output has grown so large that its file had better go with it. */
  get isSpent(): boolean {
    return this.#output.readBytes > maxOutputBytes;
  }

  onLook(): void {
    if (this.#output.unreadBytes <= maxUnreadBytes) this.#output.read();
    else if (hasProcessGroups && !this.#isHeld) void this.#hold();
  }

  /** Milliseconds on a core so far; nothing where the system does not report them. */
  get cpuMilliseconds(): number | undefined {
    return cpuMilliseconds(this.pid);
  }

  /** Milliseconds on a core since the last call; nothing where the system does not report them. */
  takeCpuMilliseconds(): number | undefined {
    const used = cpuMilliseconds(this.pid);
    if (used === undefined) return undefined;
    const since = used - this.#cpuMilliseconds;
    this.#cpuMilliseconds = used;
    return since;
  }

  onOutOfMemory(): void {
    this.#isOutOfMemory = true;
    this.kill();
  }

  #nextOutcome(): Promise<InvocationOutcome> {
    memoryWatch.add(this);
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  #answer(outcome: InvocationOutcome): void {
    memoryWatch.delete(this);
    this.#output.read(); // the lines of a call come before its answer
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
  }

  /** Takes a piece of an answer; of one that is too large, no more than its size is kept. */
  #take(chunk: Buffer): void {
    this.#heldBytes += chunk.length;
    const isTooLarge = this.#heldBytes > maxAnswerBytes + 2; // its kind before it, a newline after it
    if (isTooLarge) this.#held = [];
    else this.#held.push(chunk);
    if (chunk.at(-1) !== newline) return;
    const line = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    this.#answer(isTooLarge ? responseSizeTooLarge : outcomeOf(line.toString("utf8", 0, line.length - 1)));
  }

  #ended(): void {
    this.kill(); // what the function has started does not outlive it
    this.#output.close();
    const { exitCode, signalCode } = this.#process;
    const errorType = this.#isOutOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
    this.#answer({ errorType, errorMessage: `RequestId: ${this.#requestId} Error: ${wayOut(exitCode, signalCode)}` });
  }

  /** Stops a process that writes faster than it is read, until all is read. Windows cannot stop one. */
  async #hold(): Promise<void> {
    this.#isHeld = true;
    this.#signal("SIGSTOP");
    while (!this.#hasEnded && this.#output.unreadBytes > 0) {
      this.#output.read(true);
      await nextTurn();
    }
    this.#signal("SIGCONT");
    this.#isHeld = false;
  }

  /** To the process and all that it has started. */
  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.pid !== 0) process.kill(hasProcessGroups ? -this.pid : this.pid, signal);
    } catch {
      // all of them have ended already
    }
  }
}

const responseSizeTooLarge: InvocationOutcome = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`,
};

function outcomeOf(line: string): InvocationOutcome {
  return line.startsWith("!") ? JSON.parse(line.slice(1)) : { payload: line.slice(1) };
}

/** The words of Lambda's log for a process that has ended. */
function wayOut(exitCode: number | null, signal: NodeJS.Signals | null): string {
  if (exitCode === 0) return "Runtime exited without providing a reason";
  return `Runtime exited with error: ${signal === null ? `exit status ${exitCode ?? 1}` : `signal: ${signalNames.get(signal) ?? signal}`}`;
}

/** Signals by the names that Go has for them, in which Lambda reports. */
const signalNames: ReadonlyMap<string, string> = new Map([
  ["SIGABRT", "aborted"],
  ["SIGKILL", "killed"],
  ["SIGSEGV", "segmentation fault"],
  ["SIGTERM", "terminated"],
]);
