import { fork } from "node:child_process";
import type { DeclaredResource, Place, Properties } from "./simulators/resource-type.ts";
import { StartError } from "./start-error.ts";

/** What the child process is asked to evaluate. */
export interface ProgramRequest {
  /** The file of the Pulumi program. */
  readonly program: string;
  readonly project: string;
  readonly stack: string;
  /** Values by full key, such as `aws:region`. */
  readonly config: Readonly<Record<string, string>>;
  readonly place: Place;
}

/** All that the program declares, in the order of its registration, and what it exports. */
export interface Manifest {
  readonly resources: readonly DeclaredResource[];
  readonly outputs: Properties;
}

/**
 * Evaluates a Pulumi program.
 *
 * @throws {@link StartError} with the program's own first error, or the name of a resource that is not simulated.
 */
export function evaluateProgram(request: ProgramRequest): Promise<Manifest> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("./program.ts", import.meta.url), [JSON.stringify(request)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaints = "";
    child.stderr?.on("data", (chunk) => {
      complaints += chunk;
    });
    child.once("message", (message: Manifest | { error: string }) => {
      if ("error" in message) reject(new StartError(message.error));
      else resolve(message);
    });
    child.once("exit", (code) => reject(new StartError(`The Pulumi program ended with exit status ${code}. ${complaints}`.trim())));
  });
}
