import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { APIGatewayEventRequestContextV2 } from "aws-lambda";
import type { Clock } from "../clock.ts";
import type { AwsRequest } from "../transport/aws-message.ts";
import type { AccessLogEntry } from "./access-log.ts";
import { answerToPreflight, type CorsConfiguration, isPreflight, withCors } from "./cors.ts";
import { newRequestId, openContext, parseTarget, proxyEvent } from "./event.ts";
import { type HttpApiRoute, invokeIntegration } from "./integration.ts";
import { readBody, refuseLongHead } from "./limits.ts";
import { answerFrom, type GatewayAnswer, GatewayError, send } from "./response.ts";
import { RouteTable } from "./routes.ts";
import { type Throttle, TokenBucket } from "./throttle.ts";

export interface HttpApiOptions {
  readonly accountId: string;
  readonly apiId: string;
  readonly domainName: string;
  readonly routes: readonly HttpApiRoute[];
  readonly clock: Clock;
  /** Default route settings of the stage: they hold for each route by itself. */
  readonly throttle?: Throttle | undefined;
  readonly cors?: CorsConfiguration | undefined;
  /** Called once for each request that could be parsed, after its answer. */
  readonly onAccess?: ((entry: AccessLogEntry) => void) | undefined;
}

/** What is found out of a request on the way to its answer. */
interface Exchange {
  readonly context: APIGatewayEventRequestContextV2;
  integrationLatencyMilliseconds?: number;
}

/**
 * An API Gateway HTTP API with its `$default` stage, in front of Lambda proxy integrations of payload format 2.0.
 * Its two methods are listeners for `request` and `clientError` of a server of Node's.
 */
export class HttpApi {
  readonly #options: HttpApiOptions;
  readonly #routes: RouteTable<HttpApiRoute>;
  readonly #buckets: ReadonlyMap<HttpApiRoute, TokenBucket>;

  /** @throws Error for a route key that an HTTP API refuses. */
  constructor(options: HttpApiOptions) {
    const { clock, routes, throttle } = options;
    this.#options = options;
    this.#routes = new RouteTable(routes);
    this.#buckets = new Map(throttle && routes.map((route) => [route, new TokenBucket(throttle, clock)]));
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    void this.#serve(request, response);
  }

  /** Answers what Node cannot parse as a request: 431 for an oversized head, otherwise 400. */
  handleClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const { status, headers, body } = new GatewayError(error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400).toAnswer();
    const all = { ...headers, "content-length": body.length, connection: "close", "apigw-requestid": newRequestId() };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} \r\n${lines.join("")}\r\n${body}`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, onAccess } = this.#options;
    const exchange: Exchange = { context: openContext(request, this.#options, clock.now()) };
    const outcome = await this.#answer(request, exchange).catch((error: unknown) => {
      if (error instanceof GatewayError) return error;
      // An incomplete request is a client that went away in the middle of its body.
      return request.complete ? new GatewayError(500, String(error)) : new GatewayError(400);
    });
    const failure = outcome instanceof GatewayError ? outcome : undefined;
    const answer = outcome instanceof GatewayError ? outcome.toAnswer() : outcome;
    send(answer, exchange.context.requestId, response);
    onAccess?.({
      ...exchange,
      status: answer.status,
      responseLength: answer.body.length,
      responseLatencyMilliseconds: clock.now() - exchange.context.timeEpoch,
      errorMessage: failure?.message,
      integrationError: failure?.integrationError,
    });
  }

  async #answer(request: IncomingMessage, exchange: Exchange): Promise<GatewayAnswer> {
    const { context } = exchange;
    const { clock, cors } = this.#options;
    refuseLongHead(request);
    const target = parseTarget(request.url ?? "");
    context.http.path = target.path;
    const match = this.#routes.match(context.http.method, target.segments);
    if (!match && cors && isPreflight(request)) return answerToPreflight(cors, request);
    if (!match) throw new GatewayError(404);
    context.routeKey = match.route.routeKey;
    if (this.#buckets.get(match.route)?.take() === false) throw new GatewayError(429);
    const body = await readBody(request);
    const authorizer = await match.route.authorize?.(messageOf(request, body));
    const authorized = { ...context, ...(authorizer && { authorizer }) };
    const event = proxyEvent(request, authorized, target, match.pathParameters, body);
    const calledAt = clock.now();
    try {
      const answer = answerFrom(await invokeIntegration(match.route, event, clock));
      return cors ? withCors(answer, cors, request) : answer;
    } finally {
      exchange.integrationLatencyMilliseconds = clock.now() - calledAt;
    }
  }
}

/** A request as its signature is of it. */
function messageOf({ method = "", url = "", headersDistinct }: IncomingMessage, body: Buffer): AwsRequest {
  const headers = Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(",")] as const);
  return { method, url, headers: Object.fromEntries(headers), body };
}
