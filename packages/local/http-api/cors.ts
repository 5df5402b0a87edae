import type { IncomingMessage } from "node:http";
import type { GatewayAnswer } from "./response.ts";

/** The permissions of pages of other origins, as the API declares them. */
export interface CorsConfiguration {
  /** Origins, `*`, or `https://*` and `http://*` for any host. */
  readonly allowOrigins?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly allowCredentials?: boolean;
  /** Seconds for which a browser may remember the answer to a preflight. */
  readonly maxAge?: number;
}

type Headers = GatewayAnswer["headers"];

/**
 * True for a browser's preflight request. The gateway answers it only where no route matches it: one with `ANY` or
 * `$default` is called like for any other request.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
}

export function answerToPreflight(cors: CorsConfiguration, request: IncomingMessage): GatewayAnswer {
  return { status: 204, headers: corsHeaders(cors, request), body: Buffer.alloc(0) };
}

/** Replaces an integration's CORS headers by the configured ones. */
export function withCors(answer: GatewayAnswer, cors: CorsConfiguration, request: IncomingMessage): GatewayAnswer {
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith("access-control-"));
  return { ...answer, headers: { ...Object.fromEntries(own), ...corsHeaders(cors, request) } };
}

function corsHeaders(cors: CorsConfiguration, request: IncomingMessage): Headers {
  const origin = allowedOrigin(cors.allowOrigins ?? [], request.headers.origin);
  if (origin === undefined) return {};
  const credentials = cors.allowCredentials && { "access-control-allow-credentials": "true" };
  return { "access-control-allow-origin": origin, ...credentials, ...(isPreflight(request) ? askedFor(cors) : exposed(cors)) };
}

export function allowedOrigin(allowed: readonly string[], origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  if (allowed.includes("*")) return "*";
  const isAllowed = allowed.some((one) => one === origin || (one.endsWith("://*") && origin.startsWith(one.slice(0, -1))));
  return isAllowed ? origin : undefined;
}

const askedFor = ({ allowMethods, allowHeaders, maxAge }: CorsConfiguration): Headers => ({
  ...listed("access-control-allow-methods", allowMethods),
  ...listed("access-control-allow-headers", allowHeaders),
  ...(maxAge !== undefined && { "access-control-max-age": String(maxAge) }),
});

const exposed = ({ exposeHeaders }: CorsConfiguration): Headers => listed("access-control-expose-headers", exposeHeaders);

const listed = (header: string, values: readonly string[] = []): Headers => (values.length > 0 ? { [header]: values.join(",") } : {});
