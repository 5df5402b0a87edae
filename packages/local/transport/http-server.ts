import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AwsRequest, AwsResponse } from "../aws.ts";
import { type Clock, systemClock } from "../clock.ts";
import { refusalOfForeign } from "./foreign-requests.ts";

export interface EndpointServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

// Above what DynamoDB takes (16 MiB) and what an upload of a document can need.
const maxBytes = 64 * 1024 * 1024;

/** Answers requests of AWS clients. */
type Endpoint = { handle(request: AwsRequest): Promise<AwsResponse> };

interface ServerOptions {
  readonly clock?: Pick<Clock, "now">;
  /** Called for each connection that cannot be accepted. */
  readonly onFault?: (error: unknown) => void;
}

/** Serves the endpoint on the loopback only, to requests that mean it: a page of another site must not reach it by name or by script. */
export async function listen(
  endpoint: Endpoint,
  port = 0,
  { clock = systemClock, onFault = () => undefined }: ServerOptions = {},
): Promise<EndpointServer> {
  let listening = 0;
  const server = createServer((incoming, outgoing) => {
    // By the clock that signatures are checked by: clients set theirs by the answers.
    outgoing.setHeader("date", new Date(clock.now()).toUTCString());
    answer(endpoint, incoming, listening).then(
      (response) => send(outgoing, incoming.method, response),
      () => incoming.destroy(), // the client is gone
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  server.on("error", onFault); // a connection could not be accepted
  listening = (server.address() as AddressInfo).port;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${listening}`, close };
}

async function answer(endpoint: Endpoint, incoming: IncomingMessage, port: number): Promise<AwsResponse> {
  const remedy = "serve the page from this machine";
  const foreign = refusalOfForeign(incoming.headers, { port, name: "This endpoint", allowsOrigin: () => false, remedy });
  if (foreign !== undefined) return refusal(403, foreign);
  const body = await readBody(incoming);
  if (body === undefined) return refusal(413, `A request has at most ${maxBytes} bytes.`);
  return endpoint.handle({
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    headers: headersOf(incoming),
    body,
  } satisfies AwsRequest);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : String(value)]));
}

/** A body goes where it stays as it comes: a large upload is held once. One without a stated length is not. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(incoming.headers["content-length"] ?? Number.NaN);
  const whole = declared <= maxBytes ? Buffer.allocUnsafe(declared) : undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (whole !== undefined) chunk.copy(whole, bytes);
    else if (bytes + chunk.length <= maxBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return bytes > maxBytes ? undefined : (whole ?? Buffer.concat(chunks));
}

function send(outgoing: ServerResponse, method: string | undefined, { status, headers, body }: AwsResponse): void {
  const length = method === "HEAD" ? (headers["content-length"] ?? "0") : String(Buffer.byteLength(body));
  outgoing.writeHead(status, status === 204 || status === 304 ? headers : { ...headers, "content-length": length });
  outgoing.end(body);
}

function refusal(status: number, message: string): AwsResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ message }) };
}
