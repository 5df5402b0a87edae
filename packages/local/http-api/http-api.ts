import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { APIGatewayEventRequestContextV2 } from "aws-lambda";
import { AwsError, type AwsRequest } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { withDeadline } from "../deadline.ts";
import { type Invocation, invocationTypes } from "../lambda/invocation.ts";
import type { HttpHandler } from "../service.ts";
import type { AccessLogEntry } from "./access-log.ts";
import type { Authorizer } from "./authorizers.ts";
import { allowedOrigin, answerToPreflight, type CorsConfiguration, isPreflight, withCors } from "./cors.ts";
import { newRequestId, openContext, parseTarget, proxyEvent } from "./event.ts";
import { limits, readBody, refuseLongHead, type Throttle, tokenBucket } from "./limits.ts";
import { answerFrom, type GatewayAnswer, GatewayError, send } from "./response.ts";
import { type RouteMatcher, routeMatcher } from "./routes.ts";

/** A route and the Lambda proxy integration behind it. */
export interface HttpApiRoute {
  /** `POST /jobs`, `GET /jobs/{jobId}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  /** Of the integration. The function is left to run on after it, as it is after the client has gone. */
  readonly timeoutMilliseconds: number;
  /** None where no authentication is needed. */
  readonly authorize?: Authorizer | undefined;
  /**
   * @param event JSON.
   * @throws AwsError where Lambda does not let the function run.
   */
  invoke(event: string): Promise<Invocation["outcome"]>;
}

export interface HttpApiOptions {
  readonly accountId: string;
  readonly apiId: string;
  readonly domainName: string;
  readonly routes: readonly HttpApiRoute[];
  readonly clock: Clock;
  /** Default route settings of the stage: they apply to each route separately. */
  readonly throttle?: Throttle | undefined;
  readonly cors?: CorsConfiguration | undefined;
  /** Called once for each request that could be parsed, after its answer. */
  readonly onAccess?: ((entry: AccessLogEntry) => void) | undefined;
}

/** The state of a request until its answer. */
interface Exchange {
  readonly context: APIGatewayEventRequestContextV2;
  integrationLatencyMilliseconds?: number;
}

/**
 * An API Gateway HTTP API with its `$default` stage, in front of Lambda proxy integrations of payload format 2.0.
 * Its two methods are listeners for `request` and `clientError` of a server of Node's.
 */
export class HttpApi implements HttpHandler {
  readonly #options: HttpApiOptions;
  readonly #match: RouteMatcher<HttpApiRoute>;
  readonly #takeToken: ReadonlyMap<HttpApiRoute, () => boolean>;

  /** @throws Error for a route key that an HTTP API refuses. */
  constructor(options: HttpApiOptions) {
    const { clock, routes, throttle } = options;
    this.#options = options;
    this.#match = routeMatcher(routes);
    this.#takeToken = new Map(throttle && routes.map((route) => [route, tokenBucket(throttle, clock)]));
  }

  allowsOrigin(origin: string): boolean {
    return allowedOrigin(this.#options.cors?.allowOrigins ?? [], origin) !== undefined;
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
    const match = this.#match(context.http.method, target.segments);
    if (!match && cors && isPreflight(request)) return answerToPreflight(cors, request);
    if (!match) throw new GatewayError(404);
    context.routeKey = match.route.routeKey;
    if (this.#takeToken.get(match.route)?.() === false) throw new GatewayError(429);
    const body = await readBody(request);
    const authorizer = await match.route.authorize?.(messageOf(request, body));
    const authorized = { ...context, ...(authorizer && { authorizer }) };
    const event = JSON.stringify(proxyEvent(request, authorized, target, match.pathParameters, body));
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

/** An HTTP API answers 503 where a REST API answers 504 (serverless/serverless#11222). */
const timedOut = new GatewayError(503, "The integration timed out");

/** @throws GatewayError 413 for an event above Lambda's own limit, 500 or 503 for a function without an answer. */
async function invokeIntegration(route: HttpApiRoute, event: string, clock: Clock): Promise<string> {
  if (Buffer.byteLength(event) > invocationTypes.RequestResponse) throw new GatewayError(413);
  const milliseconds = Math.min(route.timeoutMilliseconds, limits.integrationMilliseconds);
  const outcome = await withDeadline({ clock, milliseconds, expired: timedOut }, () => route.invoke(event)).catch((error: unknown) => {
    throw error instanceof AwsError ? refusedInvocation(error) : error;
  });
  if ("errorType" in outcome) throw new GatewayError(500, "The Lambda function returned an error");
  return outcome.payload;
}

/** The gateway's answer where Lambda did not let the function run. */
function refusedInvocation({ name }: AwsError): GatewayError {
  // AWS does not document which 5xx an HTTP API answers for a throttle. Nothing has run, so it is the one that suggests a retry.
  if (name === "TooManyRequestsException") return new GatewayError(503, "The Lambda function was throttled");
  const message =
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.";
  return new GatewayError(500, message);
}
