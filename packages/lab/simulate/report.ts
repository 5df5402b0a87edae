import type { Manifest } from "../../local/program/evaluate-program.ts";

export interface SimulationOptions {
  /** Whole number. Equal seeds give equal runs, to the byte of their history. */
  readonly seed: number;
  /** Virtual minutes in which clients come and faults happen. Then all is left in peace until every deadline is over. */
  readonly minutes?: number;
  /** The ids of clients and faults that are left out, to cut a history down: all others stay as they are. */
  readonly without?: ReadonlySet<string>;
  /** Keeps the lines of the history for the report. */
  readonly keepHistory?: boolean;
  /** `runtime`: the runtime's own tables, in place of quicker ones that do the same. */
  readonly tables?: "memory" | "runtime";
  /** The evaluated program, which a process needs once; it is evaluated where the first run is not given it. */
  readonly manifest?: Manifest;
}

/** A promise that was not kept. */
export interface Failure {
  /** Such as `final-state-left`. */
  readonly promise: string;
  readonly sentence: string;
  readonly jobId?: string;
  /** Virtual milliseconds since the beginning of the run. */
  readonly at: number;
}

export interface SimulationReport {
  readonly seed: number;
  /** Of the whole history. */
  readonly digest: string;
  /** One line for each event. */
  readonly history?: readonly string[];
  /** Injected faults by kind and call, such as `answer lost | dynamodb:UpdateItem | search`. */
  readonly faults: Readonly<Record<string, number>>;
  /** Calls by the same names, such as `dynamodb:UpdateItem | search`. */
  readonly calls: Readonly<Record<string, number>>;
  /** The ids of the clients and of the injected faults, for {@link SimulationOptions.without}. */
  readonly clients: readonly string[];
  readonly faultIds: readonly string[];
  /** Generations of jobs: accepted with 202, and how they ended. */
  readonly jobs: { readonly accepted: number; readonly done: number; readonly error: number; readonly deleted: number };
  readonly failures: readonly Failure[];
}
