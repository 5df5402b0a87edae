import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import type { StartedStack } from "../runtime.ts";
import { Faults } from "./faults.ts";
import type { JobDetail, StackView, StreamMessage } from "./model/console-api.ts";
import { pageBundle } from "./page-bundle.ts";
import { Recorder, type RecordTable } from "./recorder.ts";
import { plainItem } from "./update-expression.ts";

export interface ConsoleOptions {
  readonly stackName: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** A job's changes are sent this often at most, and the figures this often. */
const sendMilliseconds = 60;
const statsMilliseconds = 1_000;
const maxRestored = 10_000;

/** A page of another origin must not be able to do what this one can, and nothing of a document may run. */
const headers = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

const policyFor = (uploads: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ${uploads}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const faultSchema = z.strictObject({
  target: z.string().max(200),
  kind: z.enum(["fail", "slow", "hang", "out-of-memory", "throttle", "deny", "lose", "duplicate"]),
  error: z.string().max(200).optional(),
  milliseconds: z.number().min(0).max(900_000).optional(),
  calls: z.int().min(1).optional(),
});

type Answer = { readonly status: number; readonly body?: unknown };

/** The console of a running stack: what its jobs do, as a page and as JSON. */
export class Console {
  readonly #stack: StartedStack;
  readonly #options: ConsoleOptions;
  readonly #recorder: Recorder;
  readonly #faults: Faults;
  readonly #table: RecordTable;
  #restored: Promise<void> | undefined;

  /** @returns nothing where the program declares no table of records. */
  static open(stack: StartedStack, options: ConsoleOptions): Console | undefined {
    const table = recordTableIn(stack);
    if (table === undefined) return undefined;
    const opened = new Console(stack, options, table);
    stack.apiServer.mountConsole((request, response) => opened.#answer(request, response));
    return opened;
  }

  private constructor(stack: StartedStack, options: ConsoleOptions, table: RecordTable) {
    this.#stack = stack;
    this.#options = options;
    this.#table = table;
    const memories = new Map(functionsOf(stack).map(({ name, memoryMiB }) => [name, memoryMiB]));
    this.#recorder = new Recorder(table, options.now, (name) => memories.get(name) ?? 128);
    this.#faults = new Faults(stack);
    stack.account.observe((call) => this.#recorder.call(call));
    stack.services.stepFunctions.observe((execution, run, event) => this.#recorder.event(execution, run, event));
    stack.services.logs.onLine((line) => this.#recorder.line(line));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request, response).catch((error) => {
      this.#options.onFault(error);
      if (!response.headersSent) send(response, { status: 500, body: { message: "The console has failed; npm start has printed why." } });
    });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://console");
    const [, , section = "", resource = "", id = "", part = ""] = pathname.split("/").map(decodeURIComponent);
    if (section !== "api") return this.#sendPage(section, response);
    const route = `${request.method} ${resource}${id && "/id"}${part && `/${part}`}`;
    if (route === "GET stream") return this.#stream(searchParams.get("job") ?? undefined, response);
    if (route === "GET jobs/id/document") return this.#sendDocument(id, response);
    send(response, await this.#call(route, id, request));
  }

  async #call(route: string, id: string, request: IncomingMessage): Promise<Answer> {
    await this.#restore();
    if (route === "GET jobs") return { status: 200, body: this.#recorder.jobs.toReversed() };
    if (route === "GET jobs/id") return found(this.#recorder.detail(id));
    if (route === "PUT jobs/id/name") return this.#name(id, await bodyOf(request));
    if (route === "POST jobs/id/runs") return this.#runAgain(id);
    if (route === "GET stack") return { status: 200, body: this.#stackView() };
    if (route === "GET faults") return { status: 200, body: this.#faults.all };
    if (route === "PUT faults") return this.#setFaults(await bodyOf(request));
    return { status: 404, body: { message: "The console's API has no such route." } };
  }

  async #sendPage(section: string, response: ServerResponse): Promise<void> {
    const { script, style, html } = await pageBundle();
    const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
      "main.js": ["text/javascript", script],
      "main.css": ["text/css", style],
    };
    const [type, body] = files[section] ?? ["text/html", html];
    const policy = policyFor(this.#stack.awsEndpointUrl);
    response.writeHead(200, { ...headers, "content-type": `${type}; charset=utf-8`, "content-security-policy": policy }).end(body);
  }

  /** The jobs that are known, those that change, and the details of one of them. */
  async #stream(followed: string | undefined, response: ServerResponse): Promise<void> {
    await this.#restore();
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    const write = (message: StreamMessage) => response.write(`data: ${JSON.stringify(message)}\n\n`);
    const changed = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    const flush = () => {
      timer = undefined;
      const known = [...changed].map((jobId) => [jobId, this.#recorder.summary(jobId)] as const);
      const jobs = known.flatMap(([, summary]) => summary ?? []);
      const deleted = known.flatMap(([jobId, summary]) => (summary === undefined ? [jobId] : []));
      if (known.length > 0) write({ type: "jobs", jobs, deleted });
      if (followed !== undefined && changed.has(followed)) write({ type: "job", job: this.#recorder.detail(followed) });
      changed.clear();
    };
    const stopListening = this.#recorder.onChange((jobId) => {
      changed.add(jobId);
      timer ??= setTimeout(flush, sendMilliseconds);
    });
    write({ type: "hello", jobs: this.#recorder.jobs, stats: this.#stats() });
    if (followed !== undefined) write({ type: "job", job: this.#recorder.detail(followed) });
    const figures = setInterval(() => write({ type: "stats", stats: this.#stats() }), statsMilliseconds);
    response.on("close", () => {
      stopListening();
      clearTimeout(timer);
      clearInterval(figures);
    });
  }

  #stats() {
    const queued = [...this.#stack.services.lambda.all].reduce((sum, { waiting }) => sum + waiting, 0);
    return { ...this.#recorder.stats, queued, faults: this.#faults.all.length };
  }

  /** Reads the records that earlier processes have left, once. */
  #restore(): Promise<void> {
    this.#restored ??= this.#readRecords();
    return this.#restored;
  }

  async #readRecords(): Promise<void> {
    let ExclusiveStartKey: unknown;
    let count = 0;
    do {
      const page = await this.#stack.services.dynamodb.execute("Scan", {
        TableName: this.#table.name,
        ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
      });
      const items = (page["Items"] ?? []) as Parameters<typeof plainItem>[0][];
      for (const item of items) this.#recorder.restore(plainItem(item));
      count += items.length;
      ExclusiveStartKey = page["LastEvaluatedKey"];
    } while (ExclusiveStartKey !== undefined && count < maxRestored);
  }

  #name(jobId: string, body: unknown): Answer {
    const { data } = z.strictObject({ name: z.string().min(1) }).safeParse(body);
    if (data === undefined) return { status: 400, body: { message: "The body has one member, name, a text." } };
    this.#recorder.name(jobId, data.name);
    return { status: 204 };
  }

  #setFaults(body: unknown): Answer {
    const { data, error } = z.array(faultSchema).safeParse(body);
    if (data === undefined) return { status: 400, body: { message: z.prettifyError(error) } };
    this.#faults.set(data.map((fault) => JSON.parse(JSON.stringify(fault))));
    return { status: 200, body: this.#faults.all };
  }

  /** Submits the document of a job anew. */
  async #runAgain(jobId: string): Promise<Answer> {
    const detail = this.#recorder.detail(jobId);
    if (detail === undefined) return found(detail);
    const { apiUrl } = this.#stack;
    const document = await this.#documentOf(jobId, detail);
    const text = document === undefined ? await fetch(`${apiUrl}/jobs/${encodeURIComponent(jobId)}/text`) : undefined;
    if (text !== undefined && !text.ok) return { status: text.status, body: await text.json() };
    const [contentType, body] = document ?? ["text/plain; charset=utf-8", await text?.text()];
    const answer = await fetch(`${apiUrl}/jobs`, { method: "POST", headers: { "content-type": contentType }, body: body ?? "" });
    const submitted = (await answer.json()) as { readonly jobId: string };
    if (answer.ok) this.#recorder.name(submitted.jobId, detail.summary.title);
    return { status: answer.status, body: submitted };
  }

  /** The document as it was sent, where it is an object of a bucket. */
  async #documentOf(jobId: string, { record }: JobDetail): Promise<readonly [type: string, body: Buffer] | undefined> {
    const { name, type } = Object(record?.["document"]);
    if (typeof name !== "string") return undefined;
    const { s3 } = this.#stack.services;
    for (const bucket of s3.buckets) {
      const object = s3.list(bucket.name, "").find(({ key }) => key.split("/").includes(jobId) && key.endsWith(`/${name}`));
      if (object !== undefined) return [String(type), (await s3.get(bucket.name, object.key)).body];
    }
    return undefined;
  }

  async #sendDocument(jobId: string, response: ServerResponse): Promise<void> {
    const detail = this.#recorder.detail(jobId);
    const document = detail && (await this.#documentOf(jobId, detail));
    if (document === undefined) return send(response, { status: 404, body: { message: "There is no such document." } });
    const [type, body] = document;
    // A text is shown as one, also HTML; a browser opens a PDF in a frame of its own.
    const shown = type.startsWith("text/") ? "text/plain; charset=utf-8" : type;
    response.writeHead(200, {
      ...headers,
      "content-type": shown,
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    });
    response.end(body);
  }

  #stackView(): StackView {
    const { manifest, services, account } = this.#stack;
    const declared = new Map(functionsOf(this.#stack).map((each) => [each.name, each]));
    return {
      stack: this.#options.stackName,
      outputs: manifest.outputs,
      settings: this.#options.settings,
      stateMachines: services.stepFunctions.all.map(({ arn, name, definition }) => ({ arn, name, definition: JSON.parse(definition) })),
      functions: [...services.lambda.all].map(({ name, pids, idle, running, waiting }) => ({
        ...{ name, warm: pids.length, busy: Math.max(running, pids.length - idle), waiting },
        memoryMiB: declared.get(name)?.memoryMiB ?? 128,
        timeoutSeconds: declared.get(name)?.timeoutSeconds ?? 3,
      })),
      resources: manifest.resources.map(({ type, name, id }) => ({ type, name, id })),
      roles: [...services.iam.credentials.values()].map(({ roleName, policies }) => {
        const unused = account.ledger.unused(roleName, policies).map(({ action }) => action);
        const granted = policies.flatMap(({ statements }) =>
          statements.filter(({ effect }) => effect === "Allow").flatMap(({ actions }) => actions.map(({ text }) => text)),
        );
        return { name: roleName, used: granted.filter((action) => !unused.includes(action)), unused };
      }),
    };
  }
}

function recordTableIn({ manifest }: StartedStack): RecordTable | undefined {
  const table = manifest.resources.find(({ type, inputs }) => type === "aws:dynamodb/table:Table" && inputs["rangeKey"] === undefined);
  return table && { name: String(table.outputs["name"]), key: String(table.inputs["hashKey"]) };
}

function functionsOf({ manifest }: StartedStack) {
  return manifest.resources
    .filter(({ type }) => type === "aws:lambda/function:Function")
    .map(({ inputs, outputs }) => ({
      name: String(outputs["name"]),
      memoryMiB: Number(inputs["memorySize"] ?? 128),
      timeoutSeconds: Number(inputs["timeout"] ?? 3),
    }));
}

const found = (body: unknown): Answer =>
  body === undefined ? { status: 404, body: { message: "There is no such job." } } : { status: 200, body };

const maxBodyBytes = 64 * 1_024;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers["content-length"] ?? Number.NaN) <= maxBodyBytes) {
    try {
      return JSON.parse(await readText(request));
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
