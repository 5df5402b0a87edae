import { z } from "zod";
import { faults, jobDetail, jobMessage, jobName, jobSummary, listMessage, stackView } from "./model/console-api.ts";

/** A call of `/console/api`; without a schema, its answer has no body or is bytes. */
interface CallDescription {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly status?: 202 | 204;
  /** JSON where there is none. */
  readonly type?: string;
  readonly schema?: z.ZodType;
}

const events = "text/event-stream";

/** By path and method: the console's routes have exactly these, which the compiler checks. */
export const calls = {
  "openapi.json": { GET: { summary: "Reads this description.", schema: z.looseObject({ openapi: z.string() }) } },
  jobs: { GET: { summary: "Lists the jobs, newest first.", schema: z.array(jobSummary) } },
  stream: { GET: { summary: "Follows the list: server-sent events, each a message as JSON.", type: events, schema: listMessage } },
  "jobs/{jobId}": { GET: { summary: "Reads a job with its executions, log lines and writes.", schema: jobDetail } },
  "jobs/{jobId}/stream": { GET: { summary: "Follows a job: all of it, each time that it changes.", type: events, schema: jobMessage } },
  "jobs/{jobId}/document": { GET: { summary: "Reads the document as it was sent; a page is text.", type: "*/*" } },
  "jobs/{jobId}/name": { PUT: { summary: "Names a job for the list.", body: jobName, status: 204 } },
  "jobs/{jobId}/runs": {
    POST: {
      summary: "Submits the document of a job again. Errors are those of `POST /jobs`.",
      status: 202,
      schema: z.looseObject({ jobId: z.string() }),
    },
  },
  stack: { GET: { summary: "Reads the stack: its functions, roles, settings and resources.", schema: stackView } },
  faults: {
    GET: { summary: "Reads the faults that are switched on.", schema: faults },
    PUT: { summary: "Replaces the faults that are switched on.", body: faults, schema: faults },
  },
} as const satisfies Record<string, Partial<Record<"GET" | "PUT" | "POST", CallDescription>>>;

export type Calls = typeof calls;

const refusals = {
  400: "The body or the path is not as described.",
  403: "The request is of a page of another origin, or to another host name.",
  404: "There is no such job or document.",
  413: "The body is too large.",
  500: "The console has failed; npm start has printed why.",
};

/** `/console/api` in OpenAPI 3.1, from the schemas that bodies are checked with and types are inferred from. */
export function consoleOpenApi(): Readonly<Record<string, unknown>> {
  const paths = Object.entries(calls).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, call]) => [method.toLowerCase(), operationOf(path, call)]);
    return [`/console/api/${path}`, Object.fromEntries(operations)];
  });
  const info = { title: "Console of the local runtime", version: "1", description: "Any other method is answered with 405." };
  return { openapi: "3.1.0", info, paths: Object.fromEntries(paths) };
}

function operationOf(path: string, { summary, body, status, type = "application/json", schema }: CallDescription): object {
  const hasId = path.includes("{jobId}");
  const refused = [...(hasId || body ? [400] : []), 403, ...(hasId ? [404] : []), ...(body ? [413] : []), 500] as (keyof typeof refusals)[];
  const refusal = z.object({ message: z.string() });
  const content = schema || type === "*/*" ? { content: contentOf(type, schema) } : {};
  return {
    summary,
    ...(hasId && { parameters: [{ name: "jobId", in: "path", required: true, schema: { type: "string" } }] }),
    ...(body && { requestBody: { required: true, content: contentOf("application/json", body) } }),
    responses: {
      [status ?? 200]: { description: "As the summary says.", ...content },
      ...Object.fromEntries(
        refused.map((code) => [code, { description: refusals[code], content: contentOf("application/json", refusal) }]),
      ),
    },
  };
}

function contentOf(type: string, schema?: z.ZodType) {
  const { $schema, ...described } = schema ? z.toJSONSchema(schema) : {};
  return { [type]: { schema: described } };
}
