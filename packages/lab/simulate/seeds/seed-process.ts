import { type ChildProcess, fork } from "node:child_process";
import type { SimulationOptions, SimulationReport } from "../report.ts";

/** A run for a process to do. */
export interface SeedRequest extends Pick<SimulationOptions, "seed" | "keepHistory" | "manifest" | "tables"> {
  /** The ids of the only clients and faults that there are. */
  readonly only?: readonly string[];
}

export type RunSeed = (request: SeedRequest) => Promise<SimulationReport>;

/** The answer of the process: a report, or the error that ended the run. */
export type SeedAnswer = { readonly report: SimulationReport } | { readonly error: string };

/** A process that does one run after the other. */
export class SeedProcess implements Disposable {
  readonly #process: ChildProcess;

  /** @param variables of its environment, beside those of this process. */
  constructor(variables: Readonly<Record<string, string>> = {}) {
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    this.#process = fork(new URL("./seed-program.ts", import.meta.url), { stdio: [...stdio], env: { ...process.env, ...variables } });
  }

  /** A run that does not end with a report is a broken promise too, of the simulation or of what it runs. */
  run(request: SeedRequest): Promise<SimulationReport> {
    return new Promise((resolve) => {
      const end = (report: SimulationReport) => {
        this.#process.off("message", onMessage).off("exit", onExit);
        resolve(report);
      };
      const onMessage = (answer: SeedAnswer) => end("report" in answer ? answer.report : withoutReport(request, answer.error));
      const onExit = (code: number | null) => end(withoutReport(request, `The process ended with ${code}.`));
      this.#process.on("message", onMessage).on("exit", onExit);
      this.#process.send(request, (error) => error && end(withoutReport(request, error.message)));
    });
  }

  [Symbol.dispose](): void {
    this.#process.kill("SIGKILL");
  }
}

/** In place of a promise, where a run had no report. */
export const runNotEnded = "run-not-ended";

function withoutReport({ seed }: SeedRequest, sentence: string): SimulationReport {
  const failures = [{ promise: runNotEnded, sentence, at: 0 }];
  const jobs = { accepted: 0, done: 0, error: 0, deleted: 0 };
  return { seed, digest: "", faults: {}, calls: {}, clients: [], faultIds: [], jobs, failures };
}
