import type { ObservedCall } from "../account/account.ts";
import type { LogLine } from "../logs/log-groups.ts";
import type { ExecutionEvent } from "../step-functions/events.ts";
import type { StartedExecution } from "../step-functions/journal.ts";
import type { JobDetail, JobExecution, JobLine, JobSummary, JobUsage, RecordWrite, Stats } from "./model/console-api.ts";
import { priceOf } from "./price.ts";
import { summaryOf } from "./summary.ts";
import { type Members, memberAt, plainItem, updatedMembers, withMembers } from "./update-expression.ts";

/** The table whose items are the records of jobs: the one with a partition key alone. */
export interface RecordTable {
  readonly name: string;
  readonly key: string;
}

/** Jobs that the list knows, and those of them whose details are kept. */
const maxJobs = 10_000;
const maxDetailed = 1_000;
/** Of one job, so that one that goes on and on cannot fill the memory. */
const maxEvents = 5_000;
const maxLines = 1_000;
const maxWrites = 100;

interface Details {
  readonly writes: RecordWrite[];
  readonly executions: Map<string, JobExecution & { readonly events: ExecutionEvent[] }>;
  readonly lines: JobLine[];
  readonly requests: Map<string, number>;
  readUnits: number;
  writeUnits: number;
  logBytes: number;
}

interface Trace {
  readonly jobId: string;
  readonly createdAt: number;
  updatedAt: number;
  record: Members | undefined;
  name?: string;
  details?: Details;
}

const seconds = 60;

/** Keeps what happens to each job, in memory, as the console shows it. */
export class Recorder {
  readonly #table: RecordTable;
  readonly #now: () => number;
  readonly #memoryOf: (functionName: string) => number;
  /** In order of creation. */
  readonly #traces = new Map<string, Trace>();
  readonly #jobOfRun = new Map<string, string>();
  readonly #listeners = new Set<(jobId: string) => void>();
  readonly #ended: number[] = [];

  /** @param memoryOf the memory of a function in MiB, by the name that its log group has. */
  constructor(table: RecordTable, now: () => number, memoryOf: (functionName: string) => number) {
    this.#table = table;
    this.#now = now;
    this.#memoryOf = memoryOf;
  }

  /** @returns how to stop listening. */
  onChange(listener: (jobId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in a record that was there before the runtime started. Its times are in seconds. */
  restore(record: Members): void {
    const jobId = String(record[this.#table.key]);
    if (this.#traces.has(jobId)) return;
    const at = (member: string) => 1_000 * Number(record[member] ?? 0);
    this.#traces.set(jobId, { jobId, record, createdAt: at("createdAt"), updatedAt: at("updatedAt") });
  }

  call({ service, operation, input, caller, readUnits, writeUnits, isRefused }: ObservedCall): void {
    const jobId = this.#jobOfCall(service, operation, input);
    if (jobId === undefined) return;
    const trace = service === "dynamodb" && !isRefused ? this.#write(jobId, operation, input, caller) : this.#traces.get(jobId);
    const details = trace && this.#detailsOf(trace);
    if (details === undefined) return;
    const request = `${service} ${operation}`;
    details.requests.set(request, (details.requests.get(request) ?? 0) + 1);
    details.readUnits += readUnits;
    details.writeUnits += writeUnits;
    this.#changed(jobId);
  }

  event({ executionArn, stateMachineArn, input }: StartedExecution, run: string, event: ExecutionEvent): void {
    const jobId = this.#jobOfRun.get(run) ?? jobIdIn(input, this.#table.key);
    if (jobId === undefined) return;
    this.#jobOfRun.set(run, jobId);
    const details = this.#detailsOf(this.#traceOf(jobId));
    const execution = details.executions.get(run) ?? { executionArn, stateMachineArn, events: [] };
    details.executions.set(run, execution);
    if (execution.events.length < maxEvents) execution.events.push(event);
    if (/^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(event.type)) this.#jobOfRun.delete(run);
    this.#changed(jobId);
  }

  line({ group, timestamp, message }: LogLine): void {
    if (!group.startsWith("/aws/lambda/")) return;
    const jobId = jobIdIn(message, this.#table.key);
    const trace = jobId === undefined ? undefined : this.#traces.get(jobId);
    if (trace === undefined) return;
    const details = this.#detailsOf(trace);
    details.logBytes += Buffer.byteLength(message) + 26; // as CloudWatch counts an event
    if (details.lines.length < maxLines) details.lines.push({ at: timestamp, functionName: group.slice("/aws/lambda/".length), message });
    this.#changed(trace.jobId);
  }

  name(jobId: string, name: string): void {
    const trace = this.#traces.get(jobId);
    if (trace === undefined) return;
    trace.name = name.slice(0, 200);
    this.#changed(jobId);
  }

  /** Newest last. */
  get jobs(): readonly JobSummary[] {
    return [...this.#traces.values()].flatMap((trace) => this.#summary(trace) ?? []);
  }

  summary(jobId: string): JobSummary | undefined {
    const trace = this.#traces.get(jobId);
    return trace && this.#summary(trace);
  }

  detail(jobId: string): JobDetail | undefined {
    const trace = this.#traces.get(jobId);
    const summary = trace && this.#summary(trace);
    if (trace === undefined || summary === undefined) return undefined;
    const { writes = [], executions = new Map(), lines = [] } = trace.details ?? {};
    const document = trace.record?.["document"] as { type?: string } | undefined;
    return {
      ...{ summary, record: trace.record, writes, lines, usage: this.#usage(trace) },
      executions: [...executions.values()],
      documentType: document?.type,
    };
  }

  /** Jobs that ended in each of the last 60 seconds, and those that are open. */
  get stats(): Omit<Stats, "queued" | "faults"> {
    const now = Math.floor(this.#now() / 1_000);
    const perSecond = Array.from({ length: seconds }, () => 0);
    for (const at of this.#ended) {
      const place = seconds - 1 - (now - Math.floor(at / 1_000));
      if (place >= 0 && place < seconds) perSecond[place] = (perSecond[place] ?? 0) + 1;
    }
    let running = 0;
    for (const { record } of this.#traces.values()) if (isOpen(record)) running += 1;
    return { running, perSecond };
  }

  #summary({ jobId, record, name, createdAt, updatedAt }: Trace): JobSummary | undefined {
    return record && summaryOf({ jobId, record, createdAt, updatedAt, ...(name !== undefined && { name }) });
  }

  #jobOfCall(service: string, operation: string, input: unknown): string | undefined {
    const { TableName, Key, Item, key, name } = Object(input);
    if (service === "dynamodb" && TableName === this.#table.name) return (Key ?? Item)?.[this.#table.key]?.S;
    if (service === "s3" && typeof key === "string") return key.split("/").find((part) => this.#traces.has(part));
    if (service === "states" && operation === "StartExecution") return this.#traces.has(name) ? name : undefined;
    return undefined;
  }

  #write(jobId: string, operation: string, input: unknown, writer: string): Trace | undefined {
    const at = this.#now();
    if (operation === "DeleteItem") {
      this.#traces.delete(jobId);
      this.#changed(jobId);
      return undefined;
    }
    if (operation !== "PutItem" && operation !== "UpdateItem") return this.#traces.get(jobId);
    if (operation === "PutItem") this.#traces.delete(jobId); // a job made anew under its id is another job
    const trace = this.#traceOf(jobId);
    const before = trace.record ?? {};
    const members = operation === "PutItem" ? plainItem(Object(input).Item) : updatedMembers(Object(input), before);
    const paths = Object.keys(members).filter((path) => JSON.stringify(memberAt(before, path)) !== JSON.stringify(members[path]));
    const changes = Object.fromEntries(paths.map((path) => [path, { before: memberAt(before, path), after: members[path] }]));
    const wasOpen = isOpen(trace.record);
    trace.record = withMembers(before, members);
    trace.updatedAt = at;
    if (wasOpen && !isOpen(trace.record)) this.#countEnd(at);
    const { writes } = this.#detailsOf(trace);
    if (writes.length < maxWrites) writes.push({ at, writer, operation, changes });
    return trace;
  }

  #countEnd(at: number): void {
    this.#ended.push(at);
    const [first] = this.#ended;
    if (first !== undefined && first < at - 2 * seconds * 1_000)
      this.#ended.splice(
        0,
        this.#ended.findIndex((time) => time >= at - seconds * 1_000),
      );
  }

  #traceOf(jobId: string): Trace {
    const found = this.#traces.get(jobId);
    if (found !== undefined) return found;
    const at = this.#now();
    const trace: Trace = { jobId, createdAt: at, updatedAt: at, record: undefined };
    this.#traces.set(jobId, trace);
    if (this.#traces.size > maxJobs) {
      const [oldest] = this.#traces.keys();
      if (oldest !== undefined) this.#traces.delete(oldest);
    }
    return trace;
  }

  #detailsOf(trace: Trace): Details {
    if (trace.details === undefined) {
      trace.details = { writes: [], executions: new Map(), lines: [], requests: new Map(), readUnits: 0, writeUnits: 0, logBytes: 0 };
      this.#detailed.add(trace);
      const [oldest] = this.#detailed;
      if (this.#detailed.size > maxDetailed && oldest !== undefined) {
        this.#detailed.delete(oldest);
        delete oldest.details;
      }
    }
    return trace.details;
  }

  readonly #detailed = new Set<Trace>();

  #usage({ details }: Trace): JobUsage {
    const { requests, readUnits = 0, writeUnits = 0, logBytes = 0, executions } = details ?? {};
    const runs = [...(executions?.values() ?? [])].map(({ events }) => events);
    const calls = runs.flatMap(invocationsIn);
    const gigabyteSeconds = calls.reduce((sum, { functionName, seconds: time }) => sum + (time * this.#memoryOf(functionName)) / 1_024, 0);
    const transitions = runs.flat().filter(({ type }) => type.endsWith("StateEntered")).length;
    const usage = {
      ...{ requests: Object.fromEntries(requests ?? []), readUnits, writeUnits, gigabyteSeconds, transitions, logBytes },
      invocations: calls.length,
    };
    return { ...usage, dollars: priceOf(usage, executions?.size ?? 0) };
  }

  #changed(jobId: string): void {
    for (const listener of this.#listeners) listener(jobId);
  }
}

const isOpen = (record: Members | undefined): boolean => record?.["status"] === "PENDING" || record?.["status"] === "IN_PROGRESS";

/** The job that a JSON text names; most texts that name none are told without being read. */
function jobIdIn(text: string, key: string): string | undefined {
  if (!text.includes(`"${key}"`)) return undefined;
  try {
    const found: unknown = Object(JSON.parse(text))[key];
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The functions that an execution has invoked, with the seconds that each took. */
function invocationsIn(events: readonly ExecutionEvent[]): readonly { readonly functionName: string; readonly seconds: number }[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  return events.flatMap((event) => {
    if (!/^(Task|LambdaFunction)(Succeeded|Failed|TimedOut)$/.test(event.type)) return [];
    const started = byId.get(event.previous_event_id);
    const scheduled = started && byId.get(started.previous_event_id);
    const [, functionName] = /:function:([\w-]+)/.exec(scheduled?.details.parameters ?? "") ?? [];
    if (started === undefined || functionName === undefined) return [];
    return [{ functionName, seconds: (Number(event.event_timestamp) - Number(started.event_timestamp)) / 1_000 }];
  });
}
