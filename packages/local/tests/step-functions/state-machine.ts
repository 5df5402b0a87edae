import { createRequire } from "node:module";
import { afterAll, expect } from "vitest";
import { DefinitionError, StatesError } from "../../step-functions/errors.ts";
import type { ExecutionEvent } from "../../step-functions/events.ts";
import { type ExecutionOutcome, StateMachine } from "../../step-functions/state-machine.ts";
import type { TaskIntegration, TaskRequest } from "../../step-functions/thread.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

export const invoke = "arn:aws:states:::lambda:invoke";
export const machineArn = "arn:aws:states:eu-central-1:111111111111:stateMachine:process-job";
export const executionArn = "arn:aws:states:eu-central-1:111111111111:express:process-job:job-1:run-1";
export const roleArn = "arn:aws:iam::111111111111:role/process-job";

/** asl-validator ships no types. */
const aslValidator: (definition: unknown) => { readonly errors: readonly { readonly "Error code": string; readonly Message: string }[] } =
  createRequire(import.meta.url)("asl-validator");

/** The graphs of all definitions that a test file takes to be valid. */
const shown = new Set<string>();

/** The errors that asl-validator reports. It compiles its schemas again at every call, so it gets them as the branches of one state. */
export function objectionsTo(graphs: Iterable<string>): readonly string[] {
  const Branches = Array.from(graphs, (text): unknown => JSON.parse(text));
  const { errors } = aslValidator({ QueryLanguage: "JSONata", StartAt: "All", States: { All: { Type: "Parallel", Branches, End: true } } });
  return errors.filter((error) => error["Error code"] !== "DUPLICATE_STATE_NAMES").map(({ Message }) => Message);
}

afterAll(() => {
  if (shown.size > 0) expect(objectionsTo(shown)).toEqual([]);
});

interface Setting {
  readonly runTask?: TaskIntegration;
  readonly random?: () => number;
  /** True where asl-validator rejects the definition although AWS accepts it. */
  readonly rejectedByValidator?: boolean;
}

/** A machine on a stopped clock, with everything that it records. */
export class Bench {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 31, 12));
  readonly events: ExecutionEvent[] = [];
  readonly requests: TaskRequest[] = [];
  readonly #machine: StateMachine;

  constructor(definition: object, { runTask = async () => ({}), random = () => 0.5, rejectedByValidator = false }: Setting = {}) {
    const text = JSON.stringify({ QueryLanguage: "JSONata", ...definition });
    const { StartAt, States } = JSON.parse(text);
    if (!rejectedByValidator) shown.add(JSON.stringify({ StartAt, States }));
    const record: TaskIntegration = (request) => {
      this.requests.push(request);
      return runTask(request);
    };
    this.#machine = build(text, record, this.clock, random);
  }

  execute(input: unknown = {}, signal?: AbortSignal): Promise<ExecutionOutcome> {
    const onEvent = (event: ExecutionEvent) => void this.events.push(event);
    return this.#machine.execute(input, { name: "job-1", executionArn, onEvent, ...(signal && { signal }) });
  }

  /** Executes while the clock runs on by `milliseconds`. */
  async executeFor(milliseconds: number, input: unknown = {}): Promise<ExecutionOutcome> {
    const outcome = this.execute(input);
    await this.clock.advance(milliseconds);
    return outcome;
  }

  /** `2 PassStateEntered < 0`: id, type and predecessor of every event. */
  get chain(): readonly string[] {
    return this.events.map(({ id, type, previous_event_id }) => `${id} ${type} < ${previous_event_id}`);
  }

  details(type: ExecutionEvent["type"]): readonly ExecutionEvent["details"][] {
    return this.events.filter((event) => event.type === type).map(({ details }) => details);
  }
}

const knownResources = [invoke, "arn:aws:states:::aws-sdk:dynamodb:updateItem", "arn:aws:lambda:eu-central-1:111111111111:function:ocr"];

/** A definition of one state, which ends it. */
export const only = (state: object, name = "X") => ({ StartAt: name, States: { [name]: state } });

/** A Task state that invokes `name`. */
export const task = (name: string, more: object = { End: true }) => ({
  Type: "Task",
  Resource: invoke,
  Arguments: { FunctionName: name },
  ...more,
});

/** The outcome of one expression as the output of a Pass state. */
export async function evaluate(expression: string, input: unknown = {}, setting: Setting = {}): Promise<unknown> {
  const outcome = await new Bench(only({ Type: "Pass", Output: `{% ${expression} %}`, End: true }), setting).execute(input);
  return outcome.status === "SUCCEEDED" ? outcome.output : `${outcome.error}: ${outcome.cause}`;
}

/** The sentence with which a definition is refused. */
export function refusal(definition: unknown): string {
  try {
    build(typeof definition === "string" ? definition : JSON.stringify(definition), hanging);
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
  return "is taken";
}

function build(definition: string, runTask: TaskIntegration, clock = new ManualClock(), random = () => 0): StateMachine {
  const isKnown = (resource: string) => knownResources.includes(resource);
  return new StateMachine(definition, { name: "process-job", arn: machineArn, roleArn, clock, random, runTask, knownResources: isKnown });
}

/** An integration that fails with each of `names` in turn, and then answers. */
export function failing(names: readonly string[], answer: unknown = {}): TaskIntegration {
  const left = [...names];
  return async () => {
    const name = left.shift();
    if (name !== undefined) throw new StatesError(name, `cause of ${name}`);
    return answer;
  };
}

/** An integration that answers only when its signal aborts. */
export const hanging: TaskIntegration = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
