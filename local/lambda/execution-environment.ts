import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { BootstrapMessage, BootstrapReply } from "./bootstrap.ts";

/** How a function is run: what its declaration and its account come to. */
export interface EnvironmentSpec {
  /** The folder with the unpacked bundle. */
  readonly codeFolder: string;
  /** `<file>.<export>`. */
  readonly handler: string;
  /** All of the process's environment variables: nothing of the host's is among them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly onLine: (line: string) => void;
}

/** What an invocation came to: the function's answer as JSON, or an error by Lambda's name for it. */
export type InvocationOutcome = { readonly payload: string } | { readonly errorType: string; readonly errorMessage: string };

/**
 * One execution environment of a function: a process of its own, which takes one invocation at a time and is used again
 * while it lives. Whatever its code does, nothing outside notices.
 */
export class ExecutionEnvironment {
  readonly #process: ChildProcess;
  #reply: ((outcome: InvocationOutcome) => void) | undefined;
  #ended = false;
  /** Resolves when the handler is loaded, or to the error of its start. */
  readonly ready: Promise<InvocationOutcome | undefined>;

  constructor(spec: EnvironmentSpec) {
    this.#process = fork(new URL("./bootstrap.ts", import.meta.url), [spec.codeFolder, spec.handler], {
      env: { ...spec.variables },
      execArgv: [`--max-old-space-size=${spec.memoryMiB}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      cwd: spec.codeFolder,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", spec.onLine);
    }
    this.ready = new Promise((resolve) => {
      this.#reply = (outcome) => resolve("payload" in outcome ? undefined : outcome);
    });
    this.#process.on("message", (message) => this.#answer(message as BootstrapReply));
    this.#process.on("exit", (code, signal) => this.#exited(code, signal));
    this.#process.on("error", () => this.#exited(null, null));
  }

  get isAlive(): boolean {
    return !this.#ended;
  }

  /** Hands over an event; one at a time. */
  invoke(message: BootstrapMessage): Promise<InvocationOutcome> {
    return new Promise((resolve) => {
      this.#reply = resolve;
      if (this.#ended) return this.#exited(null, null);
      this.#process.send(message, (error) => error && this.#exited(null, null));
    });
  }

  /** Ends the process at once, as Lambda does with an environment whose time is up. */
  kill(): void {
    this.#ended = true;
    this.#process.kill("SIGKILL");
  }

  #answer(reply: BootstrapReply): void {
    const take = this.#reply;
    this.#reply = undefined;
    take?.(reply);
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#ended = true;
    const how = signal === null ? `exit status ${code ?? "unknown"}` : `signal: ${signal}`;
    this.#answer({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: ${how}` });
  }
}
