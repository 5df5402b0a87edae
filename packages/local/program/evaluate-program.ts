import { type ChildProcess, fork } from "node:child_process";
import type { Location } from "../aws.ts";
import type { DeclaredResource, Properties } from "../service.ts";
import { StartError } from "../start-error.ts";

/** The program that the child process is to evaluate. */
export interface ProgramRequest {
  /** The file of the Pulumi program. */
  readonly program: string;
  readonly project: string;
  readonly stack: string;
  /** Values by full key, such as `aws:region`. */
  readonly config: Readonly<Record<string, string>>;
  readonly location: Location;
}

/** All that the program declares, in the order of its registration, and what it exports. */
export interface Manifest {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Properties;
}

/** Starts the process that evaluates a program. It loads Pulumi's SDK, which takes a while, before it is told which. */
export function forkEvaluator(): ChildProcess {
  return fork(new URL("./evaluator.ts", import.meta.url), { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/**
 * Evaluates a Pulumi program.
 *
 * @param evaluator evaluates one program and ends.
 * @throws {@link StartError} with the program's own first error, or the name of a resource that is not simulated.
 */
export function evaluateProgram(request: ProgramRequest, evaluator = forkEvaluator()): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    let complaints = "";
    evaluator.stderr?.on("data", (chunk) => {
      complaints += chunk;
    });
    evaluator.once("message", (message: Manifest | { error: string }) => {
      if ("error" in message) reject(new StartError(message.error));
      else resolve(message);
    });
    evaluator.once("exit", (code) => reject(new StartError(`The Pulumi program ended with exit status ${code}. ${complaints}`.trim())));
    evaluator.send(request);
  });
}
