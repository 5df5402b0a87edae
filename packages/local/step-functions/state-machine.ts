import type { Clock } from "../clock.ts";
import { withDeadline } from "../deadline.ts";
import { compileDefinition, type Definition } from "./definition.ts";
import { StatesError } from "./errors.ts";
import { type ExecutionEvent, eventRecorder, failureDetails, inputDetails, outputDetails } from "./events.ts";
import { copiedPayload, type Json, type Payload } from "./payload.ts";
import type { KnownResource } from "./task.ts";
import { isoTime, type Run, type TaskIntegration, Thread } from "./thread.ts";
import { walk } from "./walk.ts";

/** The maximum duration of an Express execution. */
const expressLimitSeconds = 300;

export interface StateMachineOptions {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly clock: Clock;
  /** Uniform in [0, 1), as `Math.random`: for jitter and for `$random`, `$uuid` and `$shuffle`. */
  readonly random: () => number;
  readonly runTask: TaskIntegration;
  /** A definition that names any other resource is refused. */
  readonly knownResources: KnownResource;
}

export interface ExecutionOptions {
  readonly name: string;
  readonly executionArn: string;
  /** Called for every event, in order, at once. What it throws ends the execution. */
  readonly onEvent?: (event: ExecutionEvent) => void;
  /** Set where a caller waits for the execution. */
  readonly isSynchronous?: boolean;
  /** Its abort ends the execution as ABORTED. */
  readonly signal?: AbortSignal;
}

/** `error` and `cause` may be empty: a time-out has no cause, an abort neither. */
export type ExecutionOutcome =
  | { readonly status: "SUCCEEDED"; readonly output: Json }
  | { readonly status: "FAILED" | "TIMED_OUT" | "ABORTED"; readonly error: string; readonly cause: string };

/** A state machine with the semantics of an Express workflow, defined in the Amazon States Language with JSONata. */
export class StateMachine {
  readonly #options: StateMachineOptions;
  readonly #definition: Definition;
  readonly #region: string;

  /** @throws {@link DefinitionError} for a definition that is broken, or asks for what is not run here. */
  constructor(definition: string, options: StateMachineOptions) {
    this.#options = options;
    this.#definition = compileDefinition(definition, options.knownResources);
    this.#region = options.arn.split(":")[3] ?? "";
  }

  /**
   * Runs one execution to its end. Executions of one machine may overlap.
   *
   * @param input a JSON value; it is copied.
   * @throws only what a task integration threw that is no {@link StatesError}, or what `onEvent` threw.
   */
  async execute(input: unknown, options: ExecutionOptions): Promise<ExecutionOutcome> {
    const { clock, roleArn } = this.#options;
    const payload = copiedPayload(input);
    const run = this.#runOf(payload, options);
    run.recordEvent("ExecutionStarted", { ...inputDetails(payload), roleArn }, 0);
    const milliseconds = Math.min(this.#definition.timeoutSeconds ?? expressLimitSeconds, expressLimitSeconds) * 1000;
    const expired = new StatesError("States.Timeout", "");
    let thread: Thread | undefined;
    try {
      const output = await withDeadline({ clock, milliseconds, signal: options.signal, expired }, (signal, hold) => {
        thread = new Thread({ ...run, hold }, signal, { variables: {}, maxVariablesBytes: 0, lastEventId: 0, mapItem: undefined });
        return walk(this.#definition.graph, payload, thread);
      });
      run.recordEvent("ExecutionSucceeded", outputDetails(output), thread?.lastEventId ?? 0);
      return { status: "SUCCEEDED", output: JSON.parse(output.text) };
    } catch (error) {
      if (error === expired) return end(run, "TIMED_OUT", expired, 0);
      if (options.signal?.aborted && error === options.signal.reason) return end(run, "ABORTED", { name: "", cause: "" }, 0);
      if (error instanceof StatesError) return end(run, "FAILED", error, thread?.lastEventId ?? 0);
      throw error;
    }
  }

  #runOf(input: Payload, { name, executionArn, onEvent, isSynchronous }: ExecutionOptions): Omit<Run, "hold"> {
    const { clock, random, runTask, roleArn, arn, name: machineName } = this.#options;
    const StartTime = isoTime(clock.now());
    return {
      clock,
      random,
      runTask,
      recordEvent: eventRecorder(executionArn, clock, onEvent ?? (() => undefined)),
      region: this.#region,
      context: {
        Execution: {
          Id: executionArn,
          Input: input.value,
          Name: name,
          RoleArn: roleArn,
          StartTime,
          ...(!isSynchronous && { RedriveCount: 0 as const }),
        },
        StateMachine: { Id: arn, Name: machineName },
      },
    };
  }
}

const endings = { FAILED: "ExecutionFailed", TIMED_OUT: "ExecutionTimedOut", ABORTED: "ExecutionAborted" } as const;

function end(
  run: Pick<Run, "recordEvent">,
  status: keyof typeof endings,
  { name, cause }: { readonly name: string; readonly cause: string },
  previousEventId: number,
): ExecutionOutcome {
  run.recordEvent(endings[status], failureDetails({ name, cause }), previousEventId);
  return { status, error: name, cause };
}
