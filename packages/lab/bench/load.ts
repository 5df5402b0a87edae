import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LoadLimits {
  readonly clients: number;
  readonly count: number;
  /** No call begins later than this after the first. */
  readonly milliseconds: number;
}

export interface LoadResult {
  /** The number of calls; fewer than requested where the time was up. */
  readonly count: number;
  readonly milliseconds: number;
}

/** Repeats a call from concurrent clients, each of which begins its next call when its last has ended. */
export async function load({ clients, count, milliseconds }: LoadLimits, call: () => Promise<void>): Promise<LoadResult> {
  const startedAt = performance.now();
  let begun = 0;
  const client = async () => {
    while (begun < count && performance.now() - startedAt < milliseconds) {
      begun += 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { count: begun, milliseconds: performance.now() - startedAt };
}

/** The nearest-rank percentiles of some durations. */
export function percentiles(durations: readonly number[]): Percentiles {
  const sorted = [...durations].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Connections that stay open, one for each client. */
export const keepAliveAgent = (clients: number): Agent => new Agent({ keepAlive: true, maxSockets: clients });

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request by node:http, which takes a fraction of the CPU time of `fetch`. */
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
