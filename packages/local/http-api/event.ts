import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayEventRequestContextV2, APIGatewayProxyEventV2 } from "aws-lambda";
import { GatewayError } from "./response.ts";

/** A request target, taken apart. */
export interface Target {
  /** Percent-decoded, as HTTP APIs hand it over in `rawPath` (unlike REST APIs and function URLs). */
  readonly path: string;
  /** Of the path after its first slash; each decoded separately. */
  readonly segments: readonly string[];
  /** Still encoded, without the question mark. */
  readonly query: string;
}

/** @throws GatewayError 400 for a target that is no path, or one that does not decode. */
export function parseTarget(url: string): Target {
  const at = url.indexOf("?");
  const [path, query] = at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
  if (!path.startsWith("/")) throw new GatewayError(400);
  try {
    decodeURIComponent(query);
    const segments = path.slice(1).split("/").map(decodeURIComponent);
    // Observed, not documented: what follows an encoded question mark does not reach the function.
    return { path: `/${segments.join("/")}`.replace(/\?.*$/s, ""), segments, query };
  } catch {
    throw new GatewayError(400);
  }
}

/** The request context as far as it is known before the target is parsed. */
export function openContext(
  request: IncomingMessage,
  api: { readonly accountId: string; readonly apiId: string; readonly domainName: string },
  receivedAt: number,
): APIGatewayEventRequestContextV2 {
  return {
    accountId: api.accountId,
    apiId: api.apiId,
    domainName: api.domainName,
    domainPrefix: api.domainName.split(".")[0] ?? "",
    http: {
      method: request.method ?? "",
      path: request.url ?? "",
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? "",
      userAgent: request.headers["user-agent"] ?? "",
    },
    requestId: newRequestId(),
    routeKey: "",
    stage: "$default",
    time: clfTime(receivedAt),
    timeEpoch: receivedAt,
  };
}

/** In the form of API Gateway's: 16 characters, the last one `=`. */
export function newRequestId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}

/** The event of payload format 2.0, which has no member for what is not there. */
export function proxyEvent(
  request: IncomingMessage,
  requestContext: APIGatewayEventRequestContextV2,
  target: Target,
  pathParameters: Record<string, string> | undefined,
  body: Buffer,
): APIGatewayProxyEventV2 {
  const cookies = (request.headersDistinct["cookie"] ?? []).flatMap((line) => line.split(";").map((cookie) => cookie.trim()));
  const queryStringParameters = joinedParameters(target.query);
  const isBase64Encoded = body.length > 0 && !isText(request.headers["content-type"]);
  return {
    version: "2.0",
    routeKey: requestContext.routeKey,
    rawPath: target.path,
    rawQueryString: target.query,
    ...(cookies.length > 0 && { cookies }),
    headers: eventHeaders(request, requestContext, body.length),
    ...(Object.keys(queryStringParameters).length > 0 && { queryStringParameters }),
    requestContext,
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
    ...(pathParameters && { pathParameters }),
    isBase64Encoded,
  };
}

/** As `12/Mar/2020:19:03:58 +0000`, the form of the Common Log Format. */
function clfTime(epochMilliseconds: number): string {
  const [, day, month, year, time] = new Date(epochMilliseconds).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

/**
 * True for the types whose bodies are handed over as they are. AWS names none; this list was measured on an HTTP API
 * (ministackorg/ministack#766): form data, `+json` types and bodies without a type arrive in base64.
 */
function isText(contentType: string | undefined): boolean {
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || ["application/json", "application/javascript", "application/xml"].includes(type);
}

const withheldHeaders = ["connection", "cookie", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

function eventHeaders(request: IncomingMessage, context: APIGatewayEventRequestContextV2, bodyBytes: number): Record<string, string> {
  const given = Object.entries(request.headersDistinct).filter(([name]) => !withheldHeaders.includes(name));
  const epochSeconds = Math.floor(context.timeEpoch / 1000).toString(16);
  return {
    "x-amzn-trace-id": `Root=1-${epochSeconds}-${randomBytes(12).toString("hex")}`,
    ...Object.fromEntries(given.map(([name, values = []]) => [name, values.join(",")])),
    "content-length": String(bodyBytes),
    "x-forwarded-for": [...(request.headersDistinct["x-forwarded-for"] ?? []), context.http.sourceIp].join(", "),
    "x-forwarded-port": String(request.socket.localPort),
    "x-forwarded-proto": "http",
  };
}

function joinedParameters(query: string): Record<string, string> {
  const byName = Map.groupBy(new URLSearchParams(query), ([name]) => name);
  return Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(",")]));
}
