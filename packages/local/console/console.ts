import type { IncomingMessage, ServerResponse } from "node:http";
import type { StartedStack } from "../runtime.ts";
import { commonHeaders, EventStream } from "./event-stream.ts";
import { Faults } from "./faults.ts";
import { Metrics, metricCounters } from "./metrics.ts";
import type { Fault, JobDetail, JobMessage, ListMessage } from "./model/console-api.ts";
import type { Calls } from "./openapi.ts";
import { pageBundle } from "./page-bundle.ts";
import { Recorder, type RecordTable } from "./recorder.ts";
import { type StackSettings, stackView } from "./stack-view.ts";
import { plainItem } from "./update-expression.ts";

export interface ConsoleOptions extends StackSettings {
  readonly onFault: (error: unknown) => void;
}

/** The figures are sent this often. */
const statsMilliseconds = 1_000;
const maxBodyBytes = 64 * 1_024;

/** Nothing of a document may run, and no request may leave this machine. */
const policyFor = (uploads: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; connect-src 'self' ${uploads}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** An answer in JSON, or of bytes of another type. */
interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly bytes?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Request {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers undefined where it has taken the response over. */
type Handler = (request: Request) => Promise<Answer | undefined> | Answer | undefined;

type Route = Readonly<Partial<Record<string, Handler>>>;

/** Bodies by the names of their schemas. */
interface Bodies {
  readonly jobName: { readonly name: string };
  readonly faults: readonly Fault[];
}

/** Those that are described, and no other. */
type Routes = { readonly [Path in keyof Calls]: { readonly [Method in keyof Calls[Path]]: Handler } };

/** The console of a running stack: what its jobs do, as a page and as JSON. */
export class Console {
  readonly #stack: StartedStack;
  readonly #options: ConsoleOptions;
  readonly #recorder: Recorder;
  readonly #faults: Faults;
  readonly #metrics: Metrics;
  readonly #table: RecordTable;
  /** By path below `/console/api/`, and by method. */
  readonly #routes: Routes;
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
    const memoryOf = (name: string) => [...stack.services.lambda.all].find((lambda) => lambda.name === name)?.memoryMiB ?? 128;
    this.#recorder = new Recorder(table, options.now, memoryOf);
    this.#faults = new Faults(stack);
    this.#metrics = new Metrics(options.now);
    this.#routes = this.#allRoutes();
    this.#observe(stack);
  }

  get url(): string {
    return `${this.#stack.apiUrl}/console`;
  }

  /** A fault of the console's own must not become one of what it looks at. */
  #observe({ account, services, apiServer, manifest }: StartedStack): void {
    const safely =
      <Args extends readonly unknown[]>(record: (...args: Args) => void) =>
      (...args: Args): void => {
        try {
          record(...args);
        } catch (error) {
          this.#options.onFault(error);
        }
      };
    const api = manifest.resources.find(({ type }) => type === "aws:apigatewayv2/api:Api");
    const count = metricCounters(this.#metrics, api?.id ?? "");
    account.observe(safely((call) => this.#recorder.call(call)));
    account.observe(safely(count.call));
    services.stepFunctions.observe(safely((execution, run, event) => this.#recorder.event(execution, run, event)));
    services.stepFunctions.observe(safely((execution, _, event) => count.event(execution, event)));
    services.logs.onLine(safely((line) => this.#recorder.line(line)));
    services.logs.onLine(safely(count.line));
    services.lambda.observe(safely(count.invocation));
    apiServer.observe(safely(count.answer));
  }

  #allRoutes(): Routes {
    return {
      // zod, which the description and the checks of bodies need, is slow to load
      "openapi.json": { GET: async () => ({ status: 200, body: (await import("./openapi.ts")).consoleOpenApi() }) },
      jobs: { GET: () => ({ status: 200, body: this.#recorder.jobs.toReversed() }) },
      "jobs/{jobId}": { GET: async ({ id }) => found(await this.#detail(id)) },
      "jobs/{jobId}/stream": { GET: (request) => this.#followJob(request) },
      "jobs/{jobId}/document": { GET: ({ id }) => this.#document(id) },
      "jobs/{jobId}/name": { PUT: async ({ id, request }) => this.#name(id, request) },
      "jobs/{jobId}/runs": { POST: ({ id, request }) => this.#runAgain(id, request.headers.authorization) },
      stream: { GET: (request) => this.#followJobs(request) },
      stack: { GET: async () => ({ status: 200, body: await stackView(this.#stack, this.#metrics, this.#options) }) },
      faults: { GET: () => ({ status: 200, body: this.#faults.all }), PUT: ({ request }) => this.#setFaults(request) },
    };
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#route(request, response)
      .then((answer) => answer && send(response, answer))
      .catch((error) => {
        this.#options.onFault(error);
        if (response.headersSent) response.destroy();
        else send(response, refusal(500, "The console has failed; npm start has printed why."));
      });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const parts = partsOf(path);
    if (parts === undefined) return refusal(400, "The path has a percent sign that begins no character in UTF-8.");
    const [section, resource = "", id = "", ...rest] = parts;
    const key = [resource, ...(id === "" ? [] : ["{jobId}"]), ...rest].join("/");
    const routes: Readonly<Partial<Record<string, Route>>> = this.#routes;
    const route = section === "api" ? routes[key] : this.#pageRoute(parts);
    if (route === undefined) return refusal(404, `The console has no ${path}.`);
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
    const handler = route[method];
    if (handler === undefined) return notAllowed(route);
    if (section === "api") await this.#restore();
    return handler({ id, query: new URLSearchParams(query), request, response });
  }

  /** The page has the addresses of its views, and two files. */
  #pageRoute(parts: readonly string[]): Route | undefined {
    const [section = "", ...rest] = parts;
    const isView = section === "" || section === "jobs" ? rest.length <= 1 : ["faults", "stack"].includes(section) && rest.length === 0;
    const isFile = (section === "main.js" || section === "main.css") && rest.length === 0;
    return isView || isFile ? { GET: () => this.#page(section) } : undefined;
  }

  async #page(section: string): Promise<Answer> {
    const { script, style, html } = await pageBundle();
    const policy = { "content-security-policy": policyFor(this.#stack.awsEndpointUrl) };
    const answer = (type: string, bytes: string) =>
      ({ status: 200, bytes, headers: { ...policy, "content-type": `${type}; charset=utf-8` } }) as const;
    if (section === "main.js") return answer("text/javascript", script);
    return section === "main.css" ? answer("text/css", style) : answer("text/html", html);
  }

  /** The jobs that are known, those that change, and the figures. */
  #followJobs({ request, response }: Request): Answer | undefined {
    if (request.method === "HEAD") return eventStreamHead;
    const changed = new Set<string>();
    const changes = (): ListMessage => {
      const known = [...changed].map((jobId) => [jobId, this.#recorder.summary(jobId)] as const);
      changed.clear();
      const deleted = known.flatMap(([jobId, summary]) => (summary === undefined ? [jobId] : []));
      return { type: "jobs", jobs: known.flatMap(([, summary]) => summary ?? []), deleted };
    };
    const stats = (): ListMessage => ({ type: "stats", stats: this.#stats() });
    const stop = this.#recorder.onChange((jobId) => {
      changed.add(jobId);
      stream.changed(changes);
    });
    const figures = setInterval(() => stream.changed(stats), statsMilliseconds);
    const stream = new EventStream(response, () => {
      stop();
      clearInterval(figures);
    });
    void stream.send({ type: "hello", jobs: this.#recorder.jobs, stats: this.#stats() } satisfies ListMessage);
    return undefined;
  }

  /** The details of a job, each time that something of it changes. */
  #followJob({ id, request, response }: Request): Answer | undefined {
    if (request.method === "HEAD") return eventStreamHead;
    const message = async (): Promise<JobMessage> => ({ job: (await this.#detail(id)) ?? null });
    const stop = this.#recorder.onChange((jobId) => jobId === id && stream.changed(message));
    const stream = new EventStream(response, stop);
    stream.changed(message);
    return undefined;
  }

  #stats() {
    this.#recorder.forgetExpired();
    const queued = [...this.#stack.services.lambda.all].reduce((sum, { waiting }) => sum + waiting, 0);
    return { ...this.#recorder.stats, queued, faults: this.#faults.all.length };
  }

  /** What was recorded of a job, with its record as it stands in the table. */
  async #detail(jobId: string): Promise<JobDetail | undefined> {
    const { name: TableName, key } = this.#table;
    const { Item: item } = await this.#stack.services.dynamodb.execute("GetItem", { TableName, Key: { [key]: { S: jobId } } });
    if (item === undefined) return undefined;
    const record = plainItem(item as Parameters<typeof plainItem>[0]);
    this.#recorder.restore(record);
    const detail = this.#recorder.detail(jobId, record);
    if (detail === undefined || detail.document !== undefined || detail.executions.length > 0) return detail;
    const [first] = this.#objectsOf(jobId);
    const document = first && { name: first.key.replace(/^.*\//, ""), type: first.headers["content-type"] ?? "" };
    return { ...detail, ...(document && { document }) };
  }

  /** The objects of a job, in the order in which they were written: its document is the first. */
  #objectsOf(jobId: string) {
    const { s3 } = this.#stack.services;
    const objects = s3.buckets.flatMap(({ name: bucket }) => s3.list(bucket, "").map((object) => ({ ...object, bucket })));
    return objects.filter(({ key }) => key.split("/").includes(jobId)).sort((one, other) => one.lastModified - other.lastModified);
  }

  /** Reads the records that earlier processes have left, once. */
  #restore(): Promise<void> {
    this.#restored ??= this.#readRecords();
    return this.#restored;
  }

  async #readRecords(): Promise<void> {
    let ExclusiveStartKey: unknown;
    do {
      const page = await this.#stack.services.dynamodb.execute("Scan", {
        TableName: this.#table.name,
        ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
      });
      for (const item of (page["Items"] ?? []) as Parameters<typeof plainItem>[0][]) this.#recorder.restore(plainItem(item));
      ExclusiveStartKey = page["LastEvaluatedKey"];
    } while (ExclusiveStartKey !== undefined);
  }

  async #name(jobId: string, request: IncomingMessage): Promise<Answer> {
    const body = await bodyOf(request, "jobName");
    if ("status" in body) return body;
    return this.#recorder.name(jobId, body.data.name) ? { status: 204 } : found(undefined);
  }

  async #setFaults(request: IncomingMessage): Promise<Answer> {
    const body = await bodyOf(request, "faults");
    if ("status" in body) return body;
    this.#faults.set(body.data);
    return { status: 200, body: this.#faults.all };
  }

  /** Submits the document of a job anew, for the caller whose token the request has. */
  async #runAgain(jobId: string, authorization?: string): Promise<Answer> {
    const detail = await this.#detail(jobId);
    if (detail === undefined) return found(detail);
    const { apiUrl } = this.#stack;
    const document = await this.#documentOf(detail);
    const headers = authorization === undefined ? {} : { authorization };
    const text = document === undefined ? await fetch(`${apiUrl}/jobs/${encodeURIComponent(jobId)}/text`, { headers }) : undefined;
    if (text !== undefined && !text.ok) return { status: text.status, body: await text.json() };
    const [contentType, body] = document ?? ["text/plain; charset=utf-8", await text?.text()];
    const answer = await fetch(`${apiUrl}/jobs`, {
      method: "POST",
      headers: { ...headers, "content-type": contentType },
      body: body ?? "",
    });
    const submitted = (await answer.json()) as { readonly jobId: string };
    if (answer.ok) this.#recorder.name(submitted.jobId, detail.summary.title);
    return { status: answer.status, body: submitted };
  }

  /** The document as it was sent, where it is an object of a bucket. */
  async #documentOf({ summary, document }: JobDetail): Promise<readonly [type: string, body: Buffer] | undefined> {
    if (document === undefined) return undefined;
    const object = this.#objectsOf(summary.jobId).find(({ key }) => key.endsWith(`/${document.name}`));
    return object && [document.type, (await this.#stack.services.s3.get(object.bucket, object.key)).body];
  }

  async #document(jobId: string): Promise<Answer> {
    const detail = await this.#detail(jobId);
    const document = detail && (await this.#documentOf(detail));
    if (document === undefined) return refusal(404, "There is no such document.");
    const [type, bytes] = document;
    // A text is shown as one, also HTML.
    const shown = type.startsWith("text/") ? "text/plain; charset=utf-8" : type;
    const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";
    return { status: 200, bytes, headers: { "content-type": shown, "content-security-policy": policy } };
  }
}

const eventStreamHead = { status: 200, bytes: "", headers: { "content-type": "text/event-stream" } } as const;

function recordTableIn({ manifest }: StartedStack): RecordTable | undefined {
  const table = manifest.resources.find(({ type, inputs }) => type === "aws:dynamodb/table:Table" && inputs["rangeKey"] === undefined);
  const { attributeName: expiry } = Object(table?.inputs["ttl"]);
  return table && { name: String(table.outputs["name"]), key: String(table.inputs["hashKey"]), expiry };
}

/** The parts of a path below `/console`; nothing for one that cannot be decoded. */
function partsOf(path: string): readonly string[] | undefined {
  try {
    return path.split("/").slice(2).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const refusal = (status: number, message: string): Answer => ({ status, body: { message } });

function notAllowed(route: Route): Answer {
  const methods = Object.keys(route).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return { status: 405, headers: { allow: methods.join(", ") }, body: { message: `This takes ${methods.join(", ")} only.` } };
}

const found = (body: unknown): Answer => (body === undefined ? refusal(404, "There is no such job.") : { status: 200, body });

/** @returns a body that is as its schema says, or else its refusal. */
async function bodyOf<Name extends keyof Bodies>(request: IncomingMessage, name: Name): Promise<{ readonly data: Bodies[Name] } | Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return refusal(413, `The body has ${bytes} bytes; the maximum is ${maxBodyBytes}.`);
  const [{ z }, schemas] = await Promise.all([import("zod"), import("./model/console-api.ts")]); // slow to load
  try {
    const { data, error } = schemas[name].safeParse(JSON.parse(Buffer.concat(chunks).toString()));
    return error === undefined ? { data: data as Bodies[Name] } : refusal(400, z.prettifyError(error));
  } catch {
    return refusal(400, "The body is not JSON.");
  }
}

function send(response: ServerResponse, { status, body, bytes, headers }: Answer): void {
  const type = body !== undefined && { "content-type": "application/json" };
  response.writeHead(status, { ...commonHeaders, ...type, ...headers });
  response.end(bytes ?? JSON.stringify(body));
}
