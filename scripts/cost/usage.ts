import type { LambdaFunction } from "../../packages/local/lambda/lambda-function.ts";
import type { LogLine } from "../../packages/local/logs/log-groups.ts";
import type { Manifest } from "../../packages/local/program/evaluate-program.ts";
import type { Runtime } from "../../packages/local/runtime.ts";
import { logEventsFor } from "../../packages/local/step-functions/log-level.ts";
import type { PermittedCall } from "../../packages/local/transport/aws-endpoint.ts";
import { functionCpu } from "./function-cpu.ts";
import { meterTables } from "./table-units.ts";

/** What a kind of thing was used, by what it is called. */
export type Counts = Readonly<Record<string, number>>;

/** What one request to the API uses at AWS, with all that it sets off. */
export interface Usage {
  /** Invocations by function. */
  readonly invocations: Counts;
  /** Milliseconds on a core by function. */
  readonly milliseconds: Counts;
  /** AWS calls that each function waits for, one after the other, as `<function> <service>`. */
  readonly waits: Counts;
  /** Calls as `<table> <operation>`, `s3 <operation>`. */
  readonly calls: Counts;
  /** By table. */
  readonly writeUnits: Counts;
  readonly readUnits: Counts;
  /** Lines and bytes of each log: `functions`, `executions`, `requests`; `errors` are those of `executions` that level ERROR leaves. */
  readonly lines: Counts;
  readonly bytes: Counts;
  /** States that executions entered, traces that they left. */
  readonly states: Counts;
}

type Tally = { [Kind in keyof Usage]: Record<string, number> };

const emptyTally = (): Tally => ({
  ...{ invocations: {}, milliseconds: {}, waits: {}, calls: {}, writeUnits: {}, readUnits: {}, lines: {}, bytes: {}, states: {} },
});

const add = (counts: Record<string, number>, name: string, by = 1): void => {
  counts[name] = (counts[name] ?? 0) + by;
};

/** Counts what the jobs of a local runtime use. */
export class UsageMeter {
  #tally = emptyTally();
  #lastCall = "";
  #cpu: ReadonlyMap<string, number> = new Map();
  readonly #functionNames: Map<string, string>;
  readonly #manifest: Manifest;

  constructor(manifest: Manifest) {
    const functions = manifest.resources.filter(({ type }) => type === "aws:lambda/function:Function");
    this.#functionNames = new Map(functions.map(({ name, outputs }) => [String(outputs["name"]), name]));
    this.#manifest = manifest;
  }

  /** For the runtime to tell of each call of an AWS API before it runs. */
  readonly onCall = async ({ service, operation, principal }: PermittedCall): Promise<void> => {
    if (service === "s3") add(this.#tally.calls, `s3 ${operation}`);
    const caller = this.#functionNames.get(principal.sessionName ?? "");
    const call = `${caller} ${operation}`;
    // The queries of one invocation go out together.
    if (caller !== undefined && !(operation === "Query" && call === this.#lastCall)) add(this.#tally.waits, `${caller} ${service}`);
    this.#lastCall = call;
  };

  attach({ services }: Runtime): void {
    const { resources } = this.#manifest;
    meterTables(services.dynamo, resources, ({ table, operation, writeUnits, readUnits }) => {
      add(this.#tally.calls, `${table} ${operation}`);
      add(this.#tally.writeUnits, table, writeUnits);
      add(this.#tally.readUnits, table, readUnits);
    });
    services.logs.onLine((line) => this.#log(line));
    for (const lambda of services.lambda.all) this.#meter(lambda);
  }

  /** What was used since the last time, a part of it for each of so many requests. */
  take(requests: number): Usage {
    this.#addCpu();
    const tally = this.#tally;
    this.#tally = emptyTally();
    const share = (counts: Counts) => Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / requests]));
    const { invocations, milliseconds, waits, calls, writeUnits, readUnits, lines, bytes, states } = tally;
    const inCalls = { calls: share(calls), writeUnits: share(writeUnits), readUnits: share(readUnits) };
    const inFunctions = { invocations: share(invocations), milliseconds: share(milliseconds), waits: share(waits) };
    return { ...inFunctions, ...inCalls, lines: share(lines), bytes: share(bytes), states: share(states) };
  }

  #meter(lambda: LambdaFunction): void {
    const invoke = lambda.invoke.bind(lambda);
    lambda.invoke = (event) => {
      add(this.#tally.invocations, this.#functionNames.get(lambda.name) ?? lambda.name);
      return invoke(event);
    };
  }

  #addCpu(): void {
    const before = this.#cpu;
    this.#cpu = functionCpu();
    for (const [fullName, milliseconds] of this.#cpu) {
      const name = this.#functionNames.get(fullName);
      const since = milliseconds - (before.get(fullName) ?? 0);
      if (name !== undefined && this.#tally.invocations[name] !== undefined) add(this.#tally.milliseconds, name, since);
    }
  }

  #log({ group, message }: LogLine): void {
    if (group === "aws/xray") {
      add(this.#tally.states, "traces");
      return;
    }
    const isOfExecutions = group.startsWith("/aws/vendedlogs/states/");
    const log = isOfExecutions ? "executions" : group.startsWith("/aws/lambda/") ? "functions" : "requests";
    this.#logAs(log, message);
    if (!isOfExecutions) return;
    const event = JSON.parse(message);
    if (event.type.endsWith("StateEntered")) add(this.#tally.states, "entered");
    const error = logEventsFor("ERROR", false)(event);
    if (error !== undefined) this.#logAs("errors", JSON.stringify(error));
  }

  #logAs(log: string, message: string): void {
    add(this.#tally.lines, log);
    add(this.#tally.bytes, log, Buffer.byteLength(message));
  }
}
