import type { IncomingMessage } from "node:http";
import type { Clock } from "../clock.ts";
import { GatewayError } from "./response.ts";

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const limits = {
  /** Request line and header values together. */
  headBytes: 10_240,
  bodyBytes: 10 * 1024 * 1024,
  integrationMilliseconds: 30_000,
} as const;

/** @throws GatewayError 431 */
export function refuseLongHead(request: IncomingMessage): void {
  const requestLine = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  const values = request.rawHeaders.filter((_, index) => index % 2 === 1);
  // Node hands heads over as Latin-1, one character a byte.
  const bytes = values.reduce((sum, value) => sum + value.length, requestLine.length);
  if (bytes > limits.headBytes) throw new GatewayError(431);
}

/**
 * Reads a body as fast as it is consumed; of one that is too large, no more than the limit is buffered.
 *
 * @throws GatewayError 413, or the stream's error when the client disconnects.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > limits.bodyBytes) throw new GatewayError(413);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // A destroyed request would destroy the answer's socket, too.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.bodyBytes) throw new GatewayError(413);
      chunks.push(chunk);
    }
  } finally {
    request.resume(); // discards the rest, so that the client reads its answer
  }
  return Buffer.concat(chunks);
}

/** Settings of a stage. */
export interface Throttle {
  /** Requests a second. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}

/**
 * A bucket of at most `burstLimit` tokens, each for one request, with `rateLimit` new ones a second.
 *
 * @returns a function that takes a token, and says whether there was one.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function tokenBucket({ rateLimit, burstLimit }: Throttle, clock: Clock): () => boolean {
  let [tokens, filledAt] = [burstLimit, clock.now()];
  return () => {
    const now = clock.now();
    tokens = Math.min(burstLimit, tokens + ((now - filledAt) / 1000) * rateLimit);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
