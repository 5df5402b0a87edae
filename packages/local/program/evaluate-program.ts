import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
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
  /** The program may be evaluated again: archives have a digest, and the modules that it loads are told. */
  readonly isWatched?: boolean;
}

/** All that the program declares, in the order of its registration, and what it exports. */
export interface Manifest {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Properties;
  /** The addresses of the modules that it has loaded, the packages' among them, where it is watched. */
  readonly modules?: readonly string[];
}

/**
 * Starts the process that evaluates a program. It loads Pulumi's SDK, which takes a while, before it is told which.
 *
 * @param folder of the project, which the program's relative paths start from.
 * @param packages modules of packages to load, too.
 */
export function forkEvaluator(folder: string, packages: readonly string[] = []): ChildProcess {
  const options: ForkOptions = { cwd: folder, execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] };
  const evaluator = fork(new URL("./evaluator.ts", import.meta.url), options);
  if (packages.length > 0) evaluator.send(packages);
  return evaluator;
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
