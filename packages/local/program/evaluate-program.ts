import { type ChildProcess, fork } from "node:child_process";
import type { Location } from "../aws.ts";
import type { DeclaredResource, Properties } from "../service.ts";
import { StartError } from "../start-error.ts";
import type { StackConfig } from "./stack-config.ts";

/** The program that the child process is to evaluate. */
export interface ProgramRequest {
  readonly config: StackConfig;
  /** The name of the stack. */
  readonly stack: string;
  readonly location: Location;
}

/** All that the program declares, in the order of its registration, and what it exports. */
export interface Manifest {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Properties;
}

/**
 * Starts the process that evaluates a program. It loads Pulumi's SDK, which takes a while, before it is told which.
 *
 * @param folder of the project, which the program's relative paths start from.
 */
export function forkEvaluator(folder: string): ChildProcess {
  return fork(new URL("./evaluator.ts", import.meta.url), { cwd: folder, execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/**
 * Evaluates a Pulumi program.
 *
 * @param evaluator evaluates one program and ends.
 * @throws {@link StartError} with the program's own first error, or the name of a resource that is not simulated.
 */
export function evaluateProgram(request: ProgramRequest, evaluator = forkEvaluator(request.config.folder)): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    let errors = "";
    evaluator.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    evaluator.once("message", (message: Manifest | { error: string }) => {
      if ("error" in message) reject(new StartError(message.error));
      else resolve(message);
    });
    evaluator.once("exit", (code) => reject(new StartError(`The Pulumi program ended with exit status ${code}. ${errors}`.trim())));
    evaluator.send(request);
  });
}
