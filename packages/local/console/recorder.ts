import type { ObservedCall } from "../account/account.ts";
import type { LogLine } from "../logs/log-groups.ts";
import type { ExecutionEvent } from "../step-functions/events.ts";
import type { ObservedExecution } from "../step-functions/step-functions-service.ts";
import { clipped } from "./clipped.ts";
import type { JobDetail, JobDocument, JobExecution, JobLine, JobSummary, JobUsage, RecordWrite, Stats } from "./model/console-api.ts";
import { isOpen, objectIn } from "./model/format.ts";
import { priceOf } from "./price.ts";
import { summaryOf } from "./summary.ts";
import { type Members, memberAt, plainItem, updatedMembers, withMembers } from "./update-expression.ts";

/** The table whose items are the records of jobs: the one with a partition key alone. */
export interface RecordTable {
  readonly name: string;
  readonly key: string;
  /** The member that has the time, in seconds, after which an item counts as deleted. */
  readonly expiry?: string | undefined;
}

/** How much is kept; what is older goes. */
export interface RecorderLimits {
  /** Jobs that the list knows. */
  readonly jobs: number;
  /** Characters of the details of all of them. */
  readonly characters: number;
  /** Characters of one, so that one that goes on and on does not push all others out. */
  readonly charactersOfOne: number;
}

const usualLimits: RecorderLimits = { jobs: 10_000, characters: 50_000_000, charactersOfOne: 2_500_000 };

interface Details {
  readonly writes: RecordWrite[];
  readonly executions: Map<string, JobExecution & { readonly events: ExecutionEvent[] }>;
  readonly lines: JobLine[];
  readonly requests: Map<string, number>;
  readUnits: number;
  writeUnits: number;
  logBytes: number;
  /** Of what is kept, roughly. */
  characters: number;
}

interface Trace {
  readonly jobId: string;
  /** Milliseconds, also where the record has seconds. */
  readonly createdAt: number;
  updatedAt: number;
  /** Without its long texts. */
  record: Members | undefined;
  /** The document's object, which the record names until it is read. */
  document?: JobDocument;
  name?: string;
  details?: Details;
}

const chartSeconds = 60;
const maxName = 200;
const maxLine = 8_000;
/** Members of an event or a line besides its texts. */
const overhead = 300;

/** Keeps what happens to each job, in memory, as the console shows it. */
export class Recorder {
  readonly #table: RecordTable;
  readonly #now: () => number;
  readonly #memoryOf: (functionName: string) => number;
  readonly #limits: RecorderLimits;
  readonly #traces = new Map<string, Trace>();
  /** Those with details, the oldest first. */
  readonly #detailed = new Set<Trace & { readonly details?: Details }>();
  readonly #jobOfRun = new Map<string, string>();
  readonly #listeners = new Set<(jobId: string) => void>();
  /** By second: jobs that ended in it. */
  readonly #ended = new Map<number, number>();
  #characters = 0;

  /** @param memoryOf the memory of a function in MiB, by the name that its log group has. */
  constructor(table: RecordTable, now: () => number, memoryOf: (functionName: string) => number, limits = usualLimits) {
    this.#table = table;
    this.#now = now;
    this.#memoryOf = memoryOf;
    this.#limits = limits;
  }

  /** @returns how to stop listening. */
  onChange(listener: (jobId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in a record that was written before the runtime started. Its times are in seconds. */
  restore(record: Members): void {
    const jobId = String(record[this.#table.key]);
    if (this.#traces.has(jobId) || this.#isExpired(record)) return;
    const at = (member: string) => 1_000 * Number(record[member] ?? 0);
    this.#keep({ jobId, record: clipped(record), createdAt: at("createdAt"), updatedAt: at("updatedAt") });
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

  /** @param run differs where an execution runs twice. */
  event({ executionArn, stateMachineArn, input, definition }: ObservedExecution, run: string, event: ExecutionEvent): void {
    const jobId = this.#jobOfRun.get(run) ?? jobIdIn(input, this.#table.key);
    if (jobId === undefined) return;
    this.#jobOfRun.set(run, jobId);
    const trace = this.#traceOf(jobId);
    const { executions } = this.#detailsOf(trace);
    const execution = executions.get(run) ?? { executionArn, stateMachineArn, definition, events: [] };
    executions.set(run, execution);
    const { input: given = "", output = "", parameters = "", cause = "" } = event.details;
    if (this.#hasRoom(trace, overhead + given.length + output.length + parameters.length + cause.length)) execution.events.push(event);
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
    const line = { at: timestamp, functionName: group.slice("/aws/lambda/".length), message: message.slice(0, maxLine) };
    if (this.#hasRoom(trace, overhead + line.message.length)) details.lines.push(line);
    this.#changed(trace.jobId);
  }

  /** @returns whether there is such a job. */
  name(jobId: string, name: string): boolean {
    const trace = this.#traces.get(jobId);
    if (trace?.record === undefined) return false;
    trace.name = name.slice(0, maxName);
    this.#changed(jobId);
    return true;
  }

  /** Newest last. */
  get jobs(): readonly JobSummary[] {
    const known = [...this.#traces.values()].flatMap((trace) => this.#summary(trace) ?? []);
    return known.sort((one, other) => one.createdAt - other.createdAt);
  }

  summary(jobId: string): JobSummary | undefined {
    const trace = this.#traces.get(jobId);
    return trace && this.#summary(trace);
  }

  /** @param record as it stands in the table. */
  detail(jobId: string, record: Members): JobDetail | undefined {
    const trace = this.#traces.get(jobId);
    const summary = trace && this.#summary(trace);
    if (trace === undefined || summary === undefined) return undefined;
    const { writes = [], executions = new Map(), lines = [] } = trace.details ?? {};
    const document = documentIn(record) ?? trace.document;
    return {
      ...{ summary, record, writes, lines, usage: this.#usage(trace) },
      executions: [...executions.values()],
      ...(document && { document }),
    };
  }

  /** Tells of jobs that have expired; DynamoDB deletes them some time after, and tells nobody. */
  forgetExpired(): void {
    for (const { jobId, record } of this.#traces.values()) if (record !== undefined && this.#isExpired(record)) this.#forget(jobId);
  }

  #isExpired(record: Members): boolean {
    return this.#table.expiry !== undefined && Number(record[this.#table.expiry]) <= this.#now() / 1_000;
  }

  /** Jobs that ended in each of the last 60 seconds, and those that are open. */
  get stats(): Omit<Stats, "queued" | "faults"> {
    const now = Math.floor(this.#now() / 1_000);
    const perSecond = Array.from({ length: chartSeconds }, (_, at) => this.#ended.get(now - chartSeconds + 1 + at) ?? 0);
    const open = this.#traces.values().filter(({ record }) => isOpen(record?.["status"]));
    return { running: open.reduce((sum) => sum + 1, 0), perSecond };
  }

  #summary({ jobId, record, name, createdAt, updatedAt }: Trace): JobSummary | undefined {
    return record && !this.#isExpired(record)
      ? summaryOf({ jobId, record, createdAt, updatedAt, ...(name !== undefined && { name }) })
      : undefined;
  }

  #jobOfCall(service: string, operation: string, input: unknown): string | undefined {
    const { TableName, Key, Item, key, name } = Object(input);
    if (service === "dynamodb" && TableName === this.#table.name) return (Key ?? Item)?.[this.#table.key]?.S;
    if (service === "s3" && typeof key === "string") return key.split("/").find((part) => this.#traces.has(part));
    if (service === "states" && operation === "StartExecution") return this.#traces.has(name) ? name : undefined;
    return undefined;
  }

  #write(jobId: string, operation: string, input: unknown, writer: string): Trace | undefined {
    if (operation === "DeleteItem") return this.#forget(jobId);
    if (operation !== "PutItem" && operation !== "UpdateItem") return this.#traces.get(jobId);
    if (operation === "PutItem") this.#forget(jobId); // a job created again under its id is another job
    const trace = this.#traceOf(jobId);
    const before = trace.record ?? {};
    const members = clipped(operation === "PutItem" ? plainItem(Object(input).Item) : updatedMembers(Object(input), before));
    const wasOpen = isOpen(before["status"]);
    trace.record = withMembers(before, members);
    trace.updatedAt = this.#now();
    const document = documentIn(trace.record);
    if (document !== undefined) trace.document = document;
    if (wasOpen && !isOpen(trace.record["status"])) this.#countEnd(trace.updatedAt);
    const write = { at: trace.updatedAt, writer, operation, changes: changesOf(before, members) };
    const { writes } = this.#detailsOf(trace);
    if (this.#hasRoom(trace, overhead + JSON.stringify(write.changes).length)) writes.push(write);
    return trace;
  }

  #countEnd(at: number): void {
    const second = Math.floor(at / 1_000);
    this.#ended.set(second, (this.#ended.get(second) ?? 0) + 1);
    for (const old of this.#ended.keys()) if (old <= second - chartSeconds) this.#ended.delete(old);
  }

  #traceOf(jobId: string): Trace {
    const at = this.#now();
    return this.#traces.get(jobId) ?? this.#keep({ jobId, createdAt: at, updatedAt: at, record: undefined });
  }

  #keep(trace: Trace): Trace {
    this.#traces.set(trace.jobId, trace);
    if (this.#traces.size > this.#limits.jobs) {
      const oldest = [...this.#traces.values()].sort((one, other) => one.createdAt - other.createdAt);
      for (const { jobId } of oldest.slice(0, 1 + this.#limits.jobs / 20)) this.#forget(jobId);
    }
    return trace;
  }

  #forget(jobId: string): undefined {
    const trace = this.#traces.get(jobId);
    if (trace === undefined) return;
    this.#traces.delete(jobId);
    this.#forgetDetails(trace);
    this.#changed(jobId);
  }

  #detailsOf(trace: Trace): Details {
    if (trace.details === undefined) {
      const counts = { readUnits: 0, writeUnits: 0, logBytes: 0, characters: 0 };
      trace.details = { writes: [], executions: new Map(), lines: [], requests: new Map(), ...counts };
      this.#detailed.add(trace);
    }
    return trace.details;
  }

  #forgetDetails(trace: Trace): void {
    this.#characters -= trace.details?.characters ?? 0;
    this.#detailed.delete(trace);
    delete trace.details;
  }

  /** Counts what is to be kept of a job, and forgets the details of others for it. */
  #hasRoom(trace: Trace, characters: number): boolean {
    const details = this.#detailsOf(trace);
    if (details.characters + characters > this.#limits.charactersOfOne) return false;
    details.characters += characters;
    this.#characters += characters;
    for (const oldest of this.#detailed) {
      if (this.#characters <= this.#limits.characters) break;
      if (oldest !== trace) this.#forgetDetails(oldest);
    }
    return true;
  }

  #usage({ details }: Trace): JobUsage {
    const { requests, readUnits = 0, writeUnits = 0, logBytes = 0, executions } = details ?? {};
    const runs = [...(executions?.values() ?? [])].map(({ events }) => events);
    const calls = runs.flatMap(invocationsIn);
    const gigabyteSeconds = calls.reduce((sum, { functionName, seconds: time }) => sum + (time * this.#memoryOf(functionName)) / 1_024, 0);
    const transitions = runs.flat().filter(({ type }) => type.endsWith("StateEntered")).length;
    const usage = {
      ...{ requests: Object.fromEntries(requests ?? []), readUnits, writeUnits, gigabyteSeconds, transitions, logBytes },
      executionGigabyteSeconds: runs.reduce((sum, events) => sum + (Math.ceil(millisecondsOf(events) / 100) / 10) * (64 / 1_024), 0),
      invocations: calls.length,
    };
    return { ...usage, dollars: priceOf(usage, executions?.size ?? 0) };
  }

  #changed(jobId: string): void {
    for (const listener of this.#listeners) listener(jobId);
  }
}

function documentIn(record: Members): JobDocument | undefined {
  const { name, type } = Object(record["document"]);
  return typeof name === "string" && typeof type === "string" ? { name, type } : undefined;
}

function changesOf(before: Members, members: Members): RecordWrite["changes"] {
  const paths = Object.keys(members).filter((path) => JSON.stringify(memberAt(before, path)) !== JSON.stringify(members[path]));
  return Object.fromEntries(paths.map((path) => [path, { before: memberAt(before, path), after: members[path] }]));
}

/** The job that a JSON text names; most texts that name none are told without being read. */
function jobIdIn(text: string, key: string): string | undefined {
  const found = text.includes(`"${key}"`) ? objectIn(text)?.[key] : undefined;
  return typeof found === "string" ? found : undefined;
}

const millisecondsOf = (events: readonly ExecutionEvent[]): number =>
  Number(events.at(-1)?.event_timestamp ?? 0) - Number(events[0]?.event_timestamp ?? 0);

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
