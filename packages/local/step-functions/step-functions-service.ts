import { randomBytes, randomUUID } from "node:crypto";
import { AwsError } from "../aws.ts";
import { linkedController } from "../deadline.ts";
import type { Stack } from "../service.ts";
import type { ExecutionUsage } from "../usage.ts";
import type { ExecutionEvent } from "./events.ts";
import { ExecutionFaults } from "./faults.ts";
import { isKnownResource, type TaskCalls, taskIntegration } from "./integrations.ts";
import type { ExecutionJournal, StartedExecution } from "./journal.ts";
import { logEventsFor } from "./log-level.ts";
import { isJson } from "./payload.ts";
import { type ExecutionOutcome, StateMachine } from "./state-machine.ts";
import {
  type StartOptions,
  type StateMachineSpec,
  type StateMachines,
  StepFunctionsApi,
  type SyncExecution,
} from "./step-functions-api.ts";

/** An execution that meets a fault of the interpreter's own starts again with the next process. */
export interface StepFunctionsOptions
  extends Pick<Stack, "clock" | "onFault" | "onUsage">,
    Partial<Pick<Stack, "onNotice" | "onDiskFault">> {
  readonly journal: ExecutionJournal;
  readonly calls: TaskCalls;
}

interface Deployed {
  readonly spec: StateMachineSpec;
  readonly stateMachine: StateMachine;
}

/** Executions that begin in one turn of the event loop. */
const beginningsPerTurn = 8;

/** Longest input of an execution, in bytes of UTF-8. */
const inputLimitBytes = 262_144;

/** @param run differs where one execution runs twice, or again after it was lost. */
export type ExecutionObserver = (execution: ObservedExecution, run: string, event: ExecutionEvent) => void;

export interface ObservedExecution extends StartedExecution {
  /** The state machine's when it began. */
  readonly definition: string;
}

/** The state machines of the account, and their executions: at least once, as Express has it. */
export class StepFunctionsService implements StateMachines {
  /** Which executions go astray; may be changed while they run. */
  readonly faults = new ExecutionFaults();
  /** Executions that {@link resume} has started again. */
  resumed = 0;
  readonly #options: StepFunctionsOptions;
  readonly #api: StepFunctionsApi;
  readonly #deployed = new Map<string, Deployed>();
  readonly #beginning: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #listeners: ((execution: ExecutionUsage) => void)[] = [];
  readonly #observers = new Set<ExecutionObserver>();
  readonly #stopped = new AbortController();
  /** Of an earlier process. */
  readonly #left: StartedExecution[];

  constructor(options: StepFunctionsOptions) {
    this.#options = options;
    this.#left = [...options.journal.open];
    this.#api = new StepFunctionsApi(this, options.clock);
  }

  /**
   * Adds a state machine, in place of one of its ARN, whose executions go on as they began.
   *
   * @returns how to remove it.
   * @throws {@link DefinitionError} for a broken definition.
   */
  add(spec: StateMachineSpec): () => void {
    const { clock, calls } = this.#options;
    const runTask = taskIntegration(calls, spec.principal);
    const { name, arn, roleArn, definition } = spec;
    const options = { name, arn, roleArn, clock, random: Math.random, runTask, knownResources: isKnownResource };
    this.#deployed.set(arn, { spec, stateMachine: new StateMachine(definition, options) });
    return () => {
      if (this.#deployed.get(arn)?.spec === spec) this.#deployed.delete(arn);
    };
  }

  /** Listens to the executions that end. */
  onEnd(listener: (execution: ExecutionUsage) => void): void {
    this.#listeners.push(listener);
  }

  /** The state machines, in the order of their declaration. */
  get all(): readonly StateMachineSpec[] {
    return Array.from(this.#deployed.values(), ({ spec }) => spec);
  }

  /** The number of executions that have begun, or are about to. */
  get underWay(): number {
    return this.#beginning.length + this.#running.size;
  }

  /** @param observer called with each event of each execution. */
  observe(observer: ExecutionObserver): void {
    this.#observers.add(observer);
  }

  /** Step Functions' API. The caller's permission has been checked. */
  call(operation: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#api.call(operation, input);
  }

  /**
   * Starts an execution, and answers once it can no longer be lost.
   *
   * @returns `startDate` in seconds since 1970.
   * @throws {@link AwsError} as Step Functions answers it: `ServiceUnavailable` where nothing can be kept.
   */
  start(stateMachineArn: string, options: StartOptions = {}): { readonly executionArn: string; readonly startDate: number } {
    const { deployed, execution } = this.#accept(stateMachineArn, options);
    const { runs, lostAfterEvents } = this.faults.deal();
    if (runs > 0) this.#remember(execution);
    for (let run = 0; run < runs; run++) this.#begin(() => this.#run(deployed, execution, lostAfterEvents));
    return { executionArn: execution.executionArn, startDate: this.#options.clock.now() / 1_000 };
  }

  /**
   * Runs an execution at once and once only, for a caller who waits: it does not survive the process.
   *
   * @throws {@link AwsError} as Step Functions answers it: `ServiceUnavailable` where this process stops meanwhile.
   */
  async startSync(stateMachineArn: string, options: StartOptions = {}): Promise<SyncExecution> {
    const { deployed, execution } = this.#accept(stateMachineArn, options);
    const { clock } = this.#options;
    const startedAt = clock.now();
    const running = this.#execute(deployed, execution, { isSynchronous: true });
    this.#track(running);
    const outcome = await running;
    if (outcome === undefined) throw serviceUnavailable();
    const { executionArn, name, input } = execution;
    return { executionArn, name, input, startedAt, endedAt: clock.now(), outcome };
  }

  /** Starts again, from the beginning, what an earlier process started and did not end. Another call does nothing. */
  resume(): void {
    for (const execution of this.#left.splice(0)) {
      const deployed = this.#deployed.get(execution.stateMachineArn);
      if (deployed === undefined) {
        this.#giveUp(execution);
      } else {
        this.#begin(() => this.#run(deployed, execution));
        this.resumed++;
      }
    }
  }

  /** Stops all executions where they are; they start again with the next process. Safe twice. */
  async stop(): Promise<void> {
    this.#beginning.length = 0;
    this.#stopped.abort();
    await Promise.all(this.#running);
  }

  #accept(stateMachineArn: string, { name = randomUUID(), input = "{}" }: StartOptions) {
    const deployed = this.#deployed.get(stateMachineArn);
    if (deployed === undefined) throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
    if (name.length > 80 || !validName.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
    if (Buffer.byteLength(input) > inputLimitBytes || !isJson(input)) {
      throw new AwsError("InvalidExecutionInput", "Invalid State Machine Execution Input");
    }
    if (this.#stopped.signal.aborted) throw serviceUnavailable();
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":express:")}:${name}:${randomUUID()}`;
    return { deployed, execution: { stateMachineArn, executionArn, name, input } };
  }

  #remember(execution: StartedExecution): void {
    try {
      this.#options.journal.started(execution);
    } catch (error) {
      this.#options.onDiskFault?.(error);
      throw serviceUnavailable();
    }
  }

  /** An execution that cannot be noted as ended starts again with the next process, as Express may. */
  #forget({ executionArn }: StartedExecution): void {
    try {
      this.#options.journal.ended(executionArn);
    } catch (error) {
      this.#options.onDiskFault?.(error);
    }
  }

  #giveUp(execution: StartedExecution): void {
    const { onNotice } = this.#options;
    onNotice?.(`The execution ${execution.executionArn} is given up: its state machine is not declared any more.`);
    this.#forget(execution);
  }

  /** Lets an execution begin once the caller has its answer. */
  #begin(run: () => Promise<void>): void {
    this.#beginning.push(run);
    if (this.#beginning.length === 1) setImmediate(() => this.#beginSome());
  }

  #beginSome(): void {
    for (const run of this.#beginning.splice(0, beginningsPerTurn)) this.#track(run());
    if (this.#beginning.length > 0) setImmediate(() => this.#beginSome());
  }

  #track(execution: Promise<unknown>): void {
    const running = execution
      .then(() => undefined, this.#options.onFault)
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  async #run(deployed: Deployed, execution: StartedExecution, lostAfterEvents?: number): Promise<void> {
    const outcome = (await this.#execute(deployed, execution, { lostAfterEvents })) ?? (await this.#execute(deployed, execution));
    if (outcome !== undefined) this.#forget(execution);
  }

  /** @returns how it ended, or nothing where it was stopped or lost on its way: then it has not ended, and nothing says so. */
  async #execute(
    { spec, stateMachine }: Deployed,
    execution: StartedExecution,
    { isSynchronous = false, lostAfterEvents }: { readonly isSynchronous?: boolean; readonly lostAfterEvents?: number | undefined } = {},
  ): Promise<ExecutionOutcome | undefined> {
    const { name, executionArn, input } = execution;
    const { clock, onUsage } = this.#options;
    const stateMachineArn = spec.arn;
    const { controller: lost, free } = linkedController(this.#stopped.signal);
    const log = logOf(spec);
    const run = randomUUID();
    const observed = { ...execution, definition: spec.definition };
    let events = 0;
    const onEvent = (event: ExecutionEvent) => {
      if (lost.signal.aborted) return;
      log(event);
      for (const observe of this.#observers) observe(observed, run, event);
      const state = onUsage && enteredState(event);
      if (state !== undefined) onUsage?.({ kind: "state", stateMachineArn, name, state });
      events += 1;
      if (events === lostAfterEvents) lost.abort();
    };
    const startedAt = clock.now();
    const outcome = await stateMachine
      .execute(JSON.parse(input), { name, executionArn, onEvent, isSynchronous, signal: lost.signal })
      .finally(free);
    if (lost.signal.aborted) return undefined;
    const error = outcome.status === "SUCCEEDED" ? "" : outcome.error;
    const ended = {
      kind: "execution",
      stateMachineArn,
      name,
      status: outcome.status,
      error,
      milliseconds: clock.now() - startedAt,
    } as const;
    onUsage?.(ended);
    for (const listener of this.#listeners) listener(ended);
    spec.writeTrace?.(JSON.stringify(segmentOf(spec.name, startedAt, clock.now(), outcome)));
    return outcome;
  }
}

/** Names have no spaces, brackets, wildcards, control characters and characters with a meaning of their own. */
const validName = /^[^\s\p{Cc}<>{}[\]?*"#%\\^|~`$&,;:/]+$/u;

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html */
function serviceUnavailable(): AwsError {
  return new AwsError("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503);
}

function logOf({ logLevel, includeExecutionData, writeLog }: StateMachineSpec): (event: ExecutionEvent) => void {
  const logged = logEventsFor(logLevel, includeExecutionData);
  return (event) => {
    const line = writeLog && logged(event);
    if (line !== undefined) writeLog?.(JSON.stringify(line));
  };
}

/** @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
function segmentOf(name: string, startedAt: number, endedAt: number, { status }: ExecutionOutcome) {
  const trace_id = `1-${Math.floor(startedAt / 1_000).toString(16)}-${randomBytes(12).toString("hex")}`;
  return {
    name,
    id: randomBytes(8).toString("hex"),
    trace_id,
    start_time: startedAt / 1_000,
    end_time: endedAt / 1_000,
    fault: status !== "SUCCEEDED",
  };
}

/** @returns the name of the state that the event says was entered. */
function enteredState({ type, details }: ExecutionEvent): string | undefined {
  return type.endsWith("StateEntered") ? details.name : undefined;
}
