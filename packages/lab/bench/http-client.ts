import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** Connections that stay open, one for each of the clients. */
export const keepAliveAgent = (clients: number): Agent => new Agent({ keepAlive: true, maxSockets: clients });

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request over node:http, which costs the benchmark a fraction of what `fetch` does. */
export function send(agent: Agent, method: "GET" | "POST", url: string, json?: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = json === undefined ? "" : JSON.stringify(json);
  const headers = json === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const outgoing = request(url, { agent, method, headers }, (incoming) => {
    text(incoming).then((received) => resolve({ status: incoming.statusCode ?? 0, body: received }), reject);
  });
  outgoing.on("error", reject).end(body);
  return promise;
}
