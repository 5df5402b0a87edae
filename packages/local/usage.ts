/** One thing that a stack used and AWS would bill. Times are by the runtime's clock. */
export type Usage = CallUsage | InvocationUsage | ExecutionUsage | StateUsage | LogUsage;

/** A call of an AWS API that was let through and has ended, well or not. */
export interface CallUsage {
  readonly kind: "call";
  /** `dynamodb`, `lambda`, `s3`, `states`. */
  readonly service: string;
  readonly operation: string;
  /** The name of the function that called, or else of the role. */
  readonly caller: string;
  /** The ARN of what it worked on; the first, where there are several. */
  readonly resource: string;
  /** Capacity units of DynamoDB, with those of the indexes; 0 for any other service. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** An invocation of a function. */
export interface InvocationUsage {
  readonly kind: "invocation";
  readonly functionName: string;
  /** Whole milliseconds, as Lambda bills them; the start of an environment that it waited for is among them. */
  readonly billedMilliseconds: number;
  /** Milliseconds on a core that the environment used since its last invocation; undefined where the system does not tell (it has no `/proc`). */
  readonly cpuMilliseconds: number | undefined;
}

/** An execution of a state machine that has ended. */
export interface ExecutionUsage {
  readonly kind: "execution";
  readonly stateMachineArn: string;
  /** Of the execution. */
  readonly name: string;
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  /** The name of its error; empty where it has none. */
  readonly error: string;
  readonly milliseconds: number;
}

/** A state that an execution entered. */
export interface StateUsage {
  readonly kind: "state";
  readonly stateMachineArn: string;
  /** Of the execution. */
  readonly name: string;
  readonly state: string;
}

/** A line that was logged; traces are in the group `aws/xray`. */
export interface LogUsage {
  readonly kind: "log";
  readonly group: string;
  readonly bytes: number;
}
