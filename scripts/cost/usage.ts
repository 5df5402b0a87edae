import type { Manifest, Usage } from "@async-text-processing/local";

/** Numbers by the name of what is counted. */
export type Counts = Readonly<Record<string, number>>;

/** All that one request to the API uses at AWS, with what it sets off. */
export interface RequestUsage {
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
  /** Lines and bytes of each log: `functions`, `executions`, `requests`. */
  readonly lines: Counts;
  readonly bytes: Counts;
  /** States that executions `entered`, and `traces` that they left. */
  readonly states: Counts;
}

type Tally = { [Kind in keyof RequestUsage]: Record<string, number> };

export const noUsage: RequestUsage = {
  ...{ invocations: {}, milliseconds: {}, waits: {}, calls: {}, writeUnits: {}, readUnits: {}, lines: {}, bytes: {}, states: {} },
};

/** Adds up what the local runtime reports, by the logical names of the program's functions and tables. */
export class UsageMeter {
  readonly #nameOf: (fullName: string) => string | undefined;
  #tally = structuredClone(noUsage) as Tally;
  #lastCall = "";

  constructor({ resources }: Manifest) {
    const named = resources.filter(({ type }) => type === "aws:lambda/function:Function" || type === "aws:dynamodb/table:Table");
    const names = new Map(named.map(({ name, outputs }) => [String(outputs["name"]), name]));
    this.#nameOf = (fullName) => names.get(fullName);
  }

  /** For the runtime's `onUsage`. */
  readonly add = (usage: Usage): void => {
    if (usage.kind === "call") this.#call(usage);
    if (usage.kind === "state") this.#count("states", "entered");
    if (usage.kind === "log") this.#log(usage.group, usage.bytes);
    if (usage.kind !== "invocation") return;
    const name = this.#nameOf(usage.functionName) ?? usage.functionName;
    this.#count("invocations", name);
    this.#count("milliseconds", name, usage.cpuMilliseconds ?? 0);
  };

  /** The usage since the last time, divided by a number of requests. */
  take(requests: number): RequestUsage {
    const tally = this.#tally;
    this.#tally = structuredClone(noUsage) as Tally;
    const share = (counts: Counts) => Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / requests]));
    return Object.fromEntries(Object.entries(tally).map(([kind, counts]) => [kind, share(counts)])) as unknown as RequestUsage;
  }

  #call({ service, operation, caller, resource, readUnits, writeUnits }: Extract<Usage, { kind: "call" }>): void {
    if (service === "s3") this.#count("calls", `s3 ${operation}`);
    if (service === "dynamodb") {
      const table = this.#nameOf(/:table\/([^/]+)/.exec(resource)?.[1] ?? "") ?? resource;
      this.#count("calls", `${table} ${operation}`);
      if (writeUnits > 0) this.#count("writeUnits", table, writeUnits);
      if (readUnits > 0) this.#count("readUnits", table, readUnits);
    }
    const name = this.#nameOf(caller);
    const call = `${name} ${operation}`;
    // The queries of one invocation go out together.
    if (name !== undefined && !(operation === "Query" && call === this.#lastCall)) this.#count("waits", `${name} ${service}`);
    this.#lastCall = call;
  }

  #log(group: string, bytes: number): void {
    if (group === "aws/xray") {
      this.#count("states", "traces");
      return;
    }
    const isOfExecutions = group.startsWith("/aws/vendedlogs/states/");
    const log = isOfExecutions ? "executions" : group.startsWith("/aws/lambda/") ? "functions" : "requests";
    this.#count("lines", log);
    this.#count("bytes", log, bytes);
  }

  #count(kind: keyof RequestUsage, name: string, by = 1): void {
    this.#tally[kind][name] = (this.#tally[kind][name] ?? 0) + by;
  }
}
