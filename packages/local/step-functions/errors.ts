/** A definition that this runtime does not support. The message is one sentence that names the state and the field. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
  /** Leads to it from the root of the definition: `/States/X/Resource`; empty for the root. */
  readonly location: string;

  constructor(message: string, location = "") {
    super(message);
    this.location = location;
  }
}

/** Does `work`, and places what it refuses below `location`. */
export function below<T>(location: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DefinitionError ? new DefinitionError(error.message, location + error.location) : error;
  }
}

interface ErrorTraits {
  /** Ends the execution, whatever Retry and Catch say. */
  readonly terminal?: boolean;
  /** Was thrown in a branch of a Parallel state. */
  readonly fromBranch?: boolean;
}

/** An error of the Amazon States Language: `name` is what ErrorEquals matches, `cause` is for a person and may be empty. */
export class StatesError extends Error {
  override readonly name: string;
  override readonly cause: string;
  readonly terminal: boolean;
  readonly fromBranch: boolean;

  constructor(name: string, cause: string, traits: ErrorTraits = {}) {
    super(cause === "" ? name : `${name}: ${cause}`);
    this.name = name;
    this.cause = cause;
    this.terminal = traits.terminal === true || name === "States.Runtime";
    this.fromBranch = traits.fromBranch === true;
  }
}

/** Every error name that Step Functions reserves: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. */
const reservedNames: ReadonlySet<string> = new Set(
  [
    ...["ALL", "TaskFailed", "Timeout", "HeartbeatTimeout", "Permissions", "BranchFailed", "NoChoiceMatched", "QueryEvaluationError"],
    ...["DataLimitExceeded", "Runtime", "ExceedToleratedFailureThreshold", "ItemReaderFailed", "ResultWriterFailed"],
    ...["ResultPathMatchFailure", "ParameterPathFailure", "IntrinsicFailure", "Http.Socket"],
  ].map((name) => `States.${name}`),
);

export const isUnknownReservedName = (name: string): boolean => name.startsWith("States.") && !reservedNames.has(name);

/** The errors that a reserved name stands for besides itself. A time-out of either kind is never a plain task failure. */
const wildcards: ReadonlyMap<string, (error: StatesError) => boolean> = new Map([
  ["States.ALL", () => true],
  [
    "States.TaskFailed",
    ({ name }: StatesError) => !["States.DataLimitExceeded", "States.Timeout", "States.HeartbeatTimeout"].includes(name),
  ],
  ["States.Timeout", ({ name }) => name === "States.HeartbeatTimeout"],
  ["States.BranchFailed", ({ fromBranch }) => fromBranch],
]);

/** @returns true where a retrier or catcher with these ErrorEquals matches the error. */
export function takes(errorEquals: readonly string[], error: StatesError): boolean {
  return !error.terminal && errorEquals.some((name) => name === error.name || wildcards.get(name)?.(error) === true);
}
