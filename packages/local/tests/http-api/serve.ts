import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { onTestFinished } from "vitest";
import type { AccessLogEntry } from "../../http-api/access-log.ts";
import { HttpApi, type HttpApiOptions } from "../../http-api/http-api.ts";
import type { Invocation } from "../../lambda/invocation.ts";
import { ManualClock } from "../../testing/manual-clock.ts";

type Invoke = (event: APIGatewayProxyEventV2) => Promise<Invocation["outcome"]>;

interface Served {
  readonly url: string;
  readonly port: number;
  /** Every event that a function was called with, as the JSON that Lambda would make of it. */
  readonly events: APIGatewayProxyEventV2[];
  readonly log: AccessLogEntry[];
  readonly clock: ManualClock;
}

/** Serves an API of the given route keys, all answered by one function, until the test is over. */
export async function serve(
  routeKeys: readonly string[] = ["$default"],
  invoke: Invoke = async () => ({ payload: '{"statusCode":200}' }),
  options: Partial<HttpApiOptions> = {},
): Promise<Served> {
  const clock = new ManualClock(Date.UTC(2020, 2, 12, 19, 3, 58, 390));
  const events: APIGatewayProxyEventV2[] = [];
  const log: AccessLogEntry[] = [];
  const recorded = (text: string) => {
    const event: APIGatewayProxyEventV2 = JSON.parse(text);
    events.push(event);
    return invoke(event);
  };
  const routes = routeKeys.map((routeKey) => ({ routeKey, timeoutMilliseconds: 30_000, invoke: recorded }));
  const api = { accountId: "123456789012", apiId: "a1b2c3", domainName: "a1b2c3.execute-api.us-east-1.amazonaws.com" };
  const gateway = new HttpApi({ ...api, routes, clock, onAccess: (entry) => log.push(entry), ...options });
  const server = createServer((request, response) => gateway.handle(request, response));
  server.on("clientError", (error, socket) => gateway.handleClientError(error, socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, events, log, clock };
}

/** A client that sends exactly the given bytes. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  return socket;
}

/** Sends `text`, and `next` once the answer has begun, and reads until the server closes the connection. */
export async function sendRaw(port: number, text: string, next?: string): Promise<{ status: number; head: string; body: string }> {
  const socket = await openSocket(port);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(text);
  if (next !== undefined) socket.once("data", () => socket.write(next));
  await once(socket, "close");
  const [head = "", ...rest] = Buffer.concat(chunks).toString().split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head, body: rest.join("\r\n\r\n") };
}
