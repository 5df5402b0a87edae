import type { ExecutionEvent } from "../../step-functions/events.ts";
import type { StatesDefinition } from "./definition-graph.ts";

/** What the page reads of `/console/api`. Times are milliseconds since 1970. */
export type JobStatus = "PENDING" | "IN_PROGRESS" | "DONE" | "ERROR";

/** A job in the list. */
export interface JobSummary {
  readonly jobId: string;
  /** The name of its document where that is known, or its first words. */
  readonly title: string;
  readonly status: JobStatus;
  /** Of a job that runs, its stage; of one that is done, the gist of its result; of one that has failed, the error's code and sentence. */
  readonly detail: string;
  readonly createdAt: number;
  /** When its record last changed. */
  readonly updatedAt: number;
}

/** A write of the job's record. */
export interface RecordWrite {
  readonly at: number;
  /** The name of the function, or else of the role, that wrote. */
  readonly writer: string;
  readonly operation: string;
  /** The members that changed, before and after; undefined where there was none. */
  readonly changes: Readonly<Record<string, { readonly before?: unknown; readonly after?: unknown }>>;
}

/** A line of a function's log. */
export interface JobLine {
  readonly at: number;
  readonly functionName: string;
  readonly message: string;
}

/** What a job has used that AWS bills. */
export interface JobUsage {
  readonly requests: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** GB-seconds of functions. */
  readonly gigabyteSeconds: number;
  readonly invocations: number;
  readonly transitions: number;
  readonly logBytes: number;
  /** US dollars on AWS, for one such job. */
  readonly dollars: number;
}

/** One execution of a job's state machine; a job may have several. */
export interface JobExecution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** The state machine's when the execution began: JSON. */
  readonly definition: string;
  readonly events: readonly ExecutionEvent[];
}

/** The object of a document: the last part of its key, and its media type. */
export interface JobDocument {
  readonly name: string;
  readonly type: string;
}

export interface JobDetail {
  readonly summary: JobSummary;
  readonly record: Readonly<Record<string, unknown>> | undefined;
  readonly writes: readonly RecordWrite[];
  readonly executions: readonly JobExecution[];
  readonly lines: readonly JobLine[];
  readonly usage: JobUsage;
  /** Where it is kept as an object, and the runtime has seen its record before it was read. */
  readonly document?: JobDocument;
}

export interface Stats {
  readonly running: number;
  readonly queued: number;
  /** Jobs that ended in each of the last 60 seconds, the latest last. */
  readonly perSecond: readonly number[];
  /** Faults that are switched on. */
  readonly faults: number;
}

/** The messages of `/console/api/stream`, server-sent events of JSON. */
export type ListMessage =
  /** The first one: all jobs. */
  | { readonly type: "hello"; readonly jobs: readonly JobSummary[]; readonly stats: Stats }
  | { readonly type: "jobs"; readonly jobs: readonly JobSummary[]; readonly deleted: readonly string[] }
  | { readonly type: "stats"; readonly stats: Stats };

/** The messages of `/console/api/jobs/<id>/stream`; null where there is no such job. */
export interface JobMessage {
  readonly job: JobDetail | null;
}

export interface FunctionState {
  readonly name: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly warm: number;
  readonly busy: number;
  readonly waiting: number;
}

export interface StackView {
  readonly stack: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly stateMachines: readonly { readonly arn: string; readonly name: string; readonly definition: StatesDefinition }[];
  readonly functions: readonly FunctionState[];
  readonly resources: readonly { readonly type: string; readonly name: string; readonly id: string }[];
  readonly roles: readonly { readonly name: string; readonly used: readonly string[]; readonly unused: readonly string[] }[];
}

/** What a fault does to each call that it meets. */
export type FaultKind = "fail" | "slow" | "hang" | "out-of-memory" | "throttle" | "deny" | "lose" | "duplicate";

/** A switch of the faults page. */
export interface Fault {
  /** `function <name>`, `service dynamodb`, or `executions`. */
  readonly target: string;
  readonly kind: FaultKind;
  /** The only operation of a service that it meets, such as `UpdateItem`; all where there is none. */
  readonly operation?: string;
  /** The error's name, of `fail`. */
  readonly error?: string;
  /** Of `slow`. */
  readonly milliseconds?: number;
  /** Calls that it still meets; undefined until it is switched off. */
  readonly calls?: number;
}
