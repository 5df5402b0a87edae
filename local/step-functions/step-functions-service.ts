import { randomBytes, randomUUID } from "node:crypto";
import type { Principal } from "../aws-endpoint/services.ts";
import { AwsError } from "../aws-error.ts";
import type { Clock } from "../clock.ts";
import type { SideWrite } from "../side-writes.ts";
import type { ExecutionEvent } from "./events.ts";
import { isKnownResource, type TaskCalls, taskIntegration } from "./integrations.ts";
import type { ExecutionJournal, StartedExecution } from "./journal.ts";
import { type LogLevel, logEventsFor } from "./log-level.ts";
import { type ExecutionOutcome, StateMachine } from "./state-machine.ts";

/** An Express state machine as it is declared. */
export interface StateMachineSpec {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The role, taken on. */
  readonly principal: Principal;
  readonly definition: string;
  readonly logLevel: LogLevel;
  readonly includeExecutionData: boolean;
  /** Takes what the log level lets through, as JSON; none where nothing is logged. */
  readonly writeLog: SideWrite | undefined;
  /** Takes a segment of each execution, as JSON; none where nothing is traced. */
  readonly writeTrace: SideWrite | undefined;
}

export interface StepFunctionsOptions {
  readonly clock: Clock;
  readonly journal: ExecutionJournal;
  /** Executions that may run at once; those beyond them wait, their time not yet running. */
  readonly concurrency: number;
  readonly calls: TaskCalls;
  /** Told of faults of the interpreter's own; the execution starts again with the next process. */
  readonly onFault: (error: unknown) => void;
  readonly onEnd?: (execution: StartedExecution, outcome: ExecutionOutcome) => void;
}

interface Deployed {
  readonly spec: StateMachineSpec;
  readonly stateMachine: StateMachine;
}

/** Longest input of an execution, in bytes of UTF-8. */
const inputLimitBytes = 262_144;

/** The state machines of the account, and their executions. */
export class StepFunctionsService {
  readonly #options: StepFunctionsOptions;
  readonly #deployed = new Map<string, Deployed>();
  readonly #waiting: StartedExecution[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(options: StepFunctionsOptions) {
    this.#options = options;
  }

  /** @throws {@link DefinitionError} for a broken definition. */
  add(spec: StateMachineSpec): void {
    const { clock, calls } = this.#options;
    const runTask = taskIntegration(calls, spec.principal);
    const { name, arn, roleArn, definition } = spec;
    const options = { name, arn, roleArn, clock, random: Math.random, runTask, knownResources: isKnownResource };
    this.#deployed.set(arn, { spec, stateMachine: new StateMachine(definition, options) });
  }

  /** Step Functions' API. The caller's permission has been checked. */
  async call(operation: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (operation !== "StartExecution")
      throw new AwsError("UnknownOperationException", `The local Step Functions does not simulate ${operation}.`);
    return this.start(String(input["stateMachineArn"]), input as { name?: string; input?: string });
  }

  /**
   * Starts an execution, and answers once it can no longer be lost.
   *
   * @param input JSON.
   * @throws {@link AwsError} as Step Functions answers it.
   */
  start(stateMachineArn: string, { name = randomUUID(), input = "{}" }: { name?: string; input?: string } = {}) {
    this.#check(stateMachineArn, name, input);
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":express:")}:${name}:${randomUUID()}`;
    const execution = { stateMachineArn, executionArn, name, input };
    this.#options.journal.started(execution);
    this.#enqueue(execution);
    return { executionArn, startDate: this.#options.clock.now() / 1_000 };
  }

  /** Starts again, from the beginning, what an earlier process started and did not end. */
  resume(): number {
    const { open } = this.#options.journal;
    for (const execution of open) this.#enqueue(execution);
    return open.length;
  }

  /** Stops all executions where they are; they start again with the next process. Safe twice. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stopped.abort();
    await Promise.all(this.#running);
  }

  #check(stateMachineArn: string, name: string, input: string): void {
    if (!this.#deployed.has(stateMachineArn)) {
      throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
    }
    if (name.length > 80 || !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]+$/.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
    if (Buffer.byteLength(input) > inputLimitBytes || !isJson(input)) {
      throw new AwsError("InvalidExecutionInput", "Invalid State Machine Execution Input");
    }
  }

  #enqueue(execution: StartedExecution): void {
    this.#waiting.push(execution);
    this.#startNext();
  }

  #startNext(): void {
    if (this.#running.size >= this.#options.concurrency) return;
    const execution = this.#waiting.shift();
    if (execution === undefined) return;
    const running = this.#run(execution)
      .catch(this.#options.onFault)
      .finally(() => {
        this.#running.delete(running);
        this.#startNext();
      });
    this.#running.add(running);
  }

  async #run(execution: StartedExecution): Promise<void> {
    const deployed = this.#deployed.get(execution.stateMachineArn);
    const { journal, onEnd } = this.#options;
    if (deployed !== undefined) {
      const outcome = await this.#execute(deployed, execution);
      if (this.#stopped.signal.aborted) return;
      onEnd?.(execution, outcome);
    }
    journal.ended(execution.executionArn);
  }

  async #execute({ spec, stateMachine }: Deployed, { name, executionArn, input }: StartedExecution): Promise<ExecutionOutcome> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const options = { name, executionArn, onEvent: logOf(spec), signal: this.#stopped.signal };
    const outcome = await stateMachine.execute(JSON.parse(input), options);
    spec.writeTrace?.(JSON.stringify(segmentOf(spec.name, startedAt, clock.now(), outcome)));
    return outcome;
  }
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
