import { StatesError } from "./errors.ts";
import { type EventDetails, type EventType, inputDetails, outputDetails, type StateType } from "./events.ts";
import { isTooLarge, type Json, type Payload, payloadOf } from "./payload.ts";
import { QueryFailure, type QueryScope, type Template } from "./query.ts";
import { queryFunctions } from "./query-functions.ts";
import { type ContextObject, isoTime, type MapItem, type Thread } from "./thread.ts";

/** One way out of a state. */
export interface Exit {
  /** `undefined`: the branch or execution ends here. */
  readonly next: string | undefined;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
  /** The variables that `assign` assigns. */
  readonly assigns: readonly string[];
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitterStrategy: "FULL" | "NONE";
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly exit: Exit;
}

/** The way out that a state took, and its result if its type has one. */
export interface Passage {
  readonly exit: Exit;
  readonly result?: Payload;
}

/** The behaviour of a state, compiled from the fields of its type. */
export interface Behaviour {
  /** Every way out but the catchers'. */
  readonly exits: readonly Exit[];
  /** The graphs that run inside of the state. */
  readonly graphs?: readonly Graph[];
  /** @throws {@link StatesError} */
  run(activation: Activation): Passage | Promise<Passage>;
}

/** A state, compiled. */
export interface State extends Behaviour {
  readonly name: string;
  readonly type: StateType;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface Graph {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export const canBeRetried = (type: StateType): boolean => type === "Task" || type === "Parallel" || type === "Map";

/** The members of `$states` besides the input and the context. */
type Found = Pick<QueryScope["states"], "result" | "errorOutput">;

/** One stay in a state, from its entered event to its exited event. */
export class Activation {
  readonly state: State;
  readonly thread: Thread;
  readonly input: Payload;
  readonly #enteredEventId: number;
  readonly #enteredTime: string;
  /** The retries of the state in this stay. */
  retryCount = 0;

  constructor(state: State, thread: Thread, input: Payload) {
    this.state = state;
    this.thread = thread;
    this.input = input;
    this.#enteredTime = isoTime(thread.run.clock.now());
    thread.stateType = state.type;
    this.#enteredEventId = this.record(`${state.type}StateEntered`, { ...inputDetails(input), name: state.name });
    this.withinLimit(input, "received an input");
  }

  record(type: EventType, details?: EventDetails): number {
    return this.thread.record(type, details);
  }

  context(mapItem: MapItem | undefined = this.thread.mapItem): ContextObject {
    const retries = canBeRetried(this.state.type) && { RetryCount: this.retryCount };
    return {
      ...this.thread.run.context,
      State: { EnteredTime: this.#enteredTime, Name: this.state.name, ...retries },
      ...(mapItem && { Map: { Item: mapItem } }),
    };
  }

  /** The value of a template, checked by `check`, which throws what the template calls unexpected. */
  async evaluate(template: Template, found: Found = {}, check?: (value: Json) => void, mapItem?: MapItem): Promise<Json> {
    const { variables, run } = this.thread;
    try {
      const states = { input: this.input.value, context: this.context(mapItem), ...found };
      const value = await template.evaluate({ states, variables, functions: queryFunctions(run.clock.now(), run.random) });
      check?.(value);
      return value;
    } catch (error) {
      throw error instanceof QueryFailure ? this.#evaluationFailed(error) : error;
    }
  }

  #evaluationFailed({ message, field }: QueryFailure): StatesError {
    const error = this.error("States.QueryEvaluationError", message);
    this.record("EvaluationFailed", { cause: error.cause, error: error.name, location: field, state: this.state.name });
    return error;
  }

  /** An error of the interpreter's own, in the words in which Step Functions places one. */
  error(name: string, sentence: string): StatesError {
    return new StatesError(
      name,
      `An error occurred while executing the state '${this.state.name}' (entered at the event id #${this.#enteredEventId}). ${sentence}`,
    );
  }

  /**
   * A Catch may take a task's result over the limit, which goes by the name of the task's resource, and a result of branches
   * or iterations; all else over the limit ends the execution.
   *
   * @throws StatesError `States.DataLimitExceeded`.
   */
  withinLimit(
    payload: Payload,
    what: "received an input" | "returned a result" | "was given arguments",
    { terminal = true, name = this.state.name }: { readonly terminal?: boolean; readonly name?: string } = {},
  ): Payload {
    if (!isTooLarge(payload)) return payload;
    const sentence = `The state/task '${name}' ${what} with a size exceeding the maximum number of bytes service limit.`;
    throw new StatesError("States.DataLimitExceeded", sentence, { terminal });
  }

  /** Leaves the state: evaluates Output and Assign, both from the variables as they were, and records it. */
  async leave({ output: template, assign }: Exit, found: Found, fallback: Payload): Promise<Payload> {
    const output = template === undefined ? fallback : payloadOf(await this.evaluate(template, found));
    const assigned = assign === undefined ? undefined : payloadOf(await this.evaluate(assign, found));
    for (const payload of [output, assigned]) if (payload) this.withinLimit(payload, "returned a result");
    if (this.state.type !== "Fail")
      this.record(`${this.state.type}StateExited`, { ...variableDetails(assigned), name: this.state.name, ...outputDetails(output) });
    if (assigned) this.#assign(assigned);
    this.thread.stateType = undefined;
    return output;
  }

  #assign({ value, text }: Payload): void {
    const { thread } = this;
    thread.variables = { ...thread.variables, ...(value as object) };
    thread.maxVariablesBytes += Buffer.byteLength(text);
    if (thread.maxVariablesBytes <= maxVariablesBytes) return;
    thread.maxVariablesBytes = Buffer.byteLength(JSON.stringify(thread.variables)); // some may have been assigned again
    if (thread.maxVariablesBytes <= maxVariablesBytes) return;
    const sentence = `The variables together are larger than ${maxVariablesBytes} bytes.`;
    throw new StatesError("States.DataLimitExceeded", sentence, { terminal: true });
  }
}

/** The limit of all variables together, as JSON in UTF-8. */
const maxVariablesBytes = 10 * 1024 * 1024;

function variableDetails(assigned: Payload | undefined): EventDetails {
  if (assigned === undefined) return {};
  const texts = Object.entries(assigned.value as Readonly<Record<string, Json>>).map(([name, value]) => [name, JSON.stringify(value)]);
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: { truncated: false } };
}
