import type { ExecutionEvent } from "../../step-functions/events.ts";
import type { JobExecution } from "./console-api.ts";

export type Status = "waiting" | "running" | "succeeded" | "caught" | "failed" | "aborted";

/** One try of a task: a call of a function or of a service. Times are milliseconds since 1970. */
export interface Attempt {
  readonly scheduledAt: number;
  /** Of the function that it calls; none of another service. */
  readonly functionName?: string;
  /** When its function got the event. */
  startedAt?: number;
  endedAt?: number;
  status: Status;
  error?: string;
  cause?: string;
}

/** One passage through a state; a state in a Map has one for each item. */
export interface Visit {
  /** The id of the event by which it was entered. */
  readonly id: number;
  readonly state: string;
  readonly type: string;
  /** The state that led to it; none before the first of an execution, an iteration or a branch. */
  readonly from?: string;
  readonly enteredAt: number;
  exitedAt?: number;
  status: Status;
  readonly input?: string;
  output?: string;
  error?: string;
  cause?: string;
  readonly attempts: Attempt[];
  /** The place of the item in a Map, from 0. */
  readonly iteration?: number;
  /** Items of a Map: all, and those that have ended. */
  items?: { all: number; ended: number };
}

/** What an execution's events say of it. */
export interface ExecutionView {
  readonly executionArn: string;
  readonly startedAt: number;
  endedAt?: number;
  status: Status;
  error?: string;
  cause?: string;
  readonly input?: string;
  output?: string;
  readonly visits: readonly Visit[];
}

/** The number and the text members of events, as far as they matter here. */
type Details = ExecutionEvent["details"];

/** A Map or Parallel state whose inner states an event belongs to. */
interface Scope {
  readonly group: Visit;
  /** The place of the item in a Map. */
  readonly iteration?: number;
  readonly outer: Scope | undefined;
}

/** The place of an event among the states. */
interface Place {
  readonly type: string;
  readonly visit: Visit | undefined;
  readonly scope: Scope | undefined;
}

/** Folds the events of one execution, in order, into what its drawing and its tables show. */
class ExecutionFold {
  readonly #visits: Visit[] = [];
  /** By the event's id: an event names the one before it on its chain of states. */
  readonly #places = new Map<number, Place>();
  readonly #scopes = new Map<Visit, Scope>();
  readonly view: ExecutionView;

  constructor({ execution_arn: executionArn, event_timestamp, details: { input } }: ExecutionEvent) {
    this.view = { executionArn, startedAt: Number(event_timestamp), status: "running", ...definedOf({ input }), visits: this.#visits };
  }

  add(event: ExecutionEvent): void {
    const { id, type, details, previous_event_id, event_timestamp } = event;
    const at = Number(event_timestamp);
    if (/^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(type)) {
      this.#end(type, details, at);
      return;
    }
    const before = this.#places.get(Number(previous_event_id));
    const scope = scopeOf(type, details, before);
    const visit = type.endsWith("StateEntered") ? this.#enter(event, scope?.iteration, stateLeft(before)) : visitOf(type, before);
    this.#places.set(Number(id), { type, visit, scope });
    if (type.endsWith("StateEntered") && visit !== undefined && scope !== undefined) this.#scopes.set(visit, scope);
    if (visit !== undefined) apply(visit, type, details, at);
    if (visit !== undefined && /^(Map|Parallel)StateFailed$/.test(type)) this.#closeInnerOf(visit, at);
    if (/^MapIteration(Succeeded|Failed|Aborted)$/.test(type) && scope?.group.items !== undefined) scope.group.items.ended += 1;
  }

  #enter({ id, type, event_timestamp, details }: ExecutionEvent, iteration: number | undefined, from: string | undefined): Visit {
    const { name: state = "", input } = details;
    const visit: Visit = {
      ...{ id: Number(id), state, type: type.replace("StateEntered", ""), enteredAt: Number(event_timestamp), status: "running" },
      ...{ attempts: [], ...definedOf({ input, iteration, from }) },
    };
    this.#visits.push(visit);
    return visit;
  }

  /** The first inner state that fails stops all others; their events do not say which is which. */
  #closeInnerOf(group: Visit, at: number): void {
    for (const visit of this.#visits) {
      if (visit.exitedAt !== undefined || !isWithin(this.#scopes.get(visit), group)) continue;
      const { error, cause } = visit;
      Object.assign(visit, { exitedAt: at, status: error === undefined ? "aborted" : "failed" });
      Object.assign(group, definedOf({ error, cause }));
    }
  }

  #end(type: string, { error, cause, output }: Details, at: number): void {
    const status = type === "ExecutionSucceeded" ? "succeeded" : "failed";
    Object.assign(this.view, { endedAt: at, status, ...definedOf({ error, cause, output }) });
    for (const visit of this.#visits) {
      if (visit.exitedAt !== undefined) continue;
      visit.exitedAt = at;
      visit.status = visit.type === "Succeed" ? "succeeded" : "failed";
      Object.assign(visit, definedOf({ error, cause }));
    }
  }
}

const stateLeft = (before: Place | undefined): string | undefined =>
  before?.type.endsWith("StateExited") ? before.visit?.state : undefined;

const isWithin = (scope: Scope | undefined, group: Visit): boolean =>
  scope !== undefined && (scope.group === group || isWithin(scope.outer, group));

/** The end of a group follows its last inner state, or its own start where it has none. */
const isEndAfterInner = (type: string, before: Place | undefined): boolean =>
  /^(Map|Parallel)State(Succeeded|Failed)$/.test(type) && !/^(Map|Parallel)State(Entered|Started)$/.test(before?.type ?? "");

function scopeOf(type: string, { index }: Details, before: Place | undefined): Scope | undefined {
  const outer = before?.scope;
  const group = before?.visit;
  if (type === "MapIterationStarted" && group !== undefined) return { group, outer, ...definedOf({ iteration: index }) };
  if (type.endsWith("StateEntered") && before?.type === "ParallelStateStarted" && group !== undefined) return { group, outer };
  return isEndAfterInner(type, before) ? outer?.outer : outer;
}

function visitOf(type: string, before: Place | undefined): Visit | undefined {
  return isEndAfterInner(type, before) ? before?.scope?.group : before?.visit;
}

/** What an event changes of the visit that it belongs to. */
function apply(visit: Visit, type: string, details: Details, at: number): void {
  const { error, cause, output, length } = details;
  const latest = visit.attempts.at(-1) ?? {};
  if (/Scheduled$/.test(type)) visit.attempts.push({ scheduledAt: at, status: "waiting", ...functionIn(details) });
  else if (/^(Task|LambdaFunction)Started$/.test(type)) Object.assign(latest, { startedAt: at, status: "running" });
  else if (/^(Task|LambdaFunction)Succeeded$/.test(type)) Object.assign(latest, { endedAt: at, status: "succeeded" });
  else if (/^(Task|LambdaFunction)(Failed|TimedOut)$/.test(type)) {
    const failure = definedOf({ error: error ?? "States.Timeout", cause });
    Object.assign(latest, { endedAt: at, status: "failed", ...failure });
    Object.assign(visit, failure);
  } else if (type === "EvaluationFailed" || /State(Failed)$/.test(type)) Object.assign(visit, definedOf({ error, cause }));
  else if (/^(Map|Parallel)StateStarted$/.test(type)) {
    delete visit.error; // of the attempt before
    if (length !== undefined) visit.items = { all: length, ended: 0 };
  } else if (/StateExited$/.test(type)) Object.assign(visit, { exitedAt: at, status: exitStatusOf(visit), ...definedOf({ output }) });
}

/** A state that is left after its last attempt has failed has caught the error. */
function exitStatusOf({ attempts, error, type }: Visit): Status {
  const last = attempts.at(-1);
  const hasFailed = last === undefined ? error !== undefined && type !== "Choice" : last.status === "failed";
  return hasFailed ? "caught" : "succeeded";
}

function functionIn({ parameters, resource }: Details): { functionName?: string } {
  const [, functionName] = /:function:([\w-]+)/.exec(`${resource} ${parameters}`) ?? [];
  return definedOf({ functionName });
}

const definedOf = <Members extends object>(members: Members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };

/** The events of one execution, folded. */
export function viewOf(events: readonly [ExecutionEvent, ...ExecutionEvent[]]): ExecutionView {
  const fold = new ExecutionFold(events[0]);
  for (const event of events) fold.add(event);
  return fold.view;
}

/** An execution with what its events say. */
export interface ViewedExecution {
  readonly execution: JobExecution;
  readonly view: ExecutionView;
}

export function viewedExecutions(executions: readonly JobExecution[]): readonly ViewedExecution[] {
  return executions.flatMap((execution) => {
    const [first, ...rest] = execution.events;
    return first === undefined ? [] : [{ execution, view: viewOf([first, ...rest]) }];
  });
}

/** The worst of what the passages through a state say; nothing where it was not reached. */
export function statusOf(visits: readonly Visit[]): Status | undefined {
  const order: readonly Status[] = ["failed", "running", "waiting", "aborted", "caught", "succeeded"];
  return order.find((status) => visits.some((visit) => visit.status === status));
}
