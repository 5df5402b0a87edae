import type { Clock } from "../clock.ts";
import type { Hold } from "../deadline.ts";
import type { EventDetails, EventType, RecordEvent, StateType } from "./events.ts";
import type { Json } from "./payload.ts";
import type { Variables } from "./query.ts";

/** The context object, `$states.context`. Times are ISO 8601 in UTC. */
export interface ContextObject {
  readonly Execution: {
    readonly Id: string;
    readonly Input: Json;
    readonly Name: string;
    readonly RoleArn: string;
    readonly StartTime: string;
    /** Not in an execution whose caller waits. */
    readonly RedriveCount?: 0;
  };
  /** RetryCount is there in the states that can be retried. */
  readonly State: { readonly EnteredTime: string; readonly Name: string; readonly RetryCount?: number };
  readonly StateMachine: { readonly Id: string; readonly Name: string };
  /** In the states of a Map state's ItemProcessor, and in its ItemSelector. */
  readonly Map?: { readonly Item: MapItem };
}

export interface MapItem {
  readonly Index: number;
  readonly Value: Json;
  readonly Source: "STATE_DATA";
}

/** A time in the context object, which has milliseconds only where they are not zero. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(".000Z", "Z");

/** One attempt of a Task state. */
export interface TaskRequest {
  readonly resource: string;
  /** Plain JSON that belongs to the integration. */
  readonly arguments: Json;
  /** Aborts at the state's time-out, and when the execution or the branch ends. */
  readonly signal: AbortSignal;
  readonly context: ContextObject;
  /** Lets the time of the task and of its execution stand still, while the call waits for this machine. */
  readonly hold: Hold;
}

/** Calls the resource of a Task state. Resolves with its result, which must be JSON. @throws {@link StatesError} */
export type TaskIntegration = (request: TaskRequest) => Promise<unknown>;

/** The parts of an execution that all its threads share. */
export interface Run {
  readonly clock: Clock;
  readonly random: () => number;
  readonly runTask: TaskIntegration;
  readonly recordEvent: RecordEvent;
  readonly region: string;
  /** Lets the execution's time stand still. */
  readonly hold: Hold;
  readonly context: Pick<ContextObject, "Execution" | "StateMachine">;
}

/** One chain of states: the execution's own, a branch of a Parallel state, or an iteration of a Map state. */
export class Thread {
  readonly run: Run;
  readonly signal: AbortSignal;
  readonly mapItem: MapItem | undefined;
  /** Its own and those of the scopes around it, which it cannot assign. */
  variables: Variables;
  /** The variables have no more bytes than this. */
  maxVariablesBytes: number;
  lastEventId: number;
  /** The type of the state that it is in. */
  stateType: StateType | undefined;

  constructor(run: Run, signal: AbortSignal, from: Pick<Thread, "variables" | "maxVariablesBytes" | "lastEventId" | "mapItem">) {
    this.run = run;
    this.signal = signal;
    this.variables = from.variables;
    this.maxVariablesBytes = from.maxVariablesBytes;
    this.lastEventId = from.lastEventId;
    this.mapItem = from.mapItem;
  }

  /** Records the next event of the chain. @throws the signal's reason once it is aborted: whatever has ended records nothing. */
  record(type: EventType, details: EventDetails = {}): number {
    this.signal.throwIfAborted();
    this.lastEventId = this.run.recordEvent(type, details, this.lastEventId);
    return this.lastEventId;
  }
}
