import type { APIGatewayEventRequestContextV2 } from "aws-lambda";

/** One request and its answer. */
export interface AccessLogEntry {
  /** As the function saw it. `routeKey` is empty where no route matched; `http.path` is undecoded where it does not decode. */
  readonly context: APIGatewayEventRequestContextV2;
  readonly status: number;
  /** Bytes of the body. */
  readonly responseLength: number;
  readonly responseLatencyMilliseconds: number;
  /** The gateway's own message to the client, where it answered itself. */
  readonly errorMessage?: string | undefined;
  /** The function's failure; never shown to a client. */
  readonly integrationError?: string | undefined;
  /** Undefined where the request did not get as far as its integration. */
  readonly integrationLatencyMilliseconds?: number | undefined;
}

type Variable = (entry: AccessLogEntry) => string | number | undefined;

/** The variables that have a value here, by their name after `$context.`. */
const variables: Readonly<Record<string, Variable>> = {
  accountId: ({ context }) => context.accountId,
  apiId: ({ context }) => context.apiId,
  domainName: ({ context }) => context.domainName,
  domainPrefix: ({ context }) => context.domainPrefix,
  "error.message": ({ errorMessage }) => errorMessage,
  extendedRequestId: ({ context }) => context.requestId,
  httpMethod: ({ context }) => context.http.method,
  "identity.sourceIp": ({ context }) => context.http.sourceIp,
  "identity.userAgent": ({ context }) => context.http.userAgent,
  "integration.error": ({ integrationError }) => integrationError,
  "integration.latency": ({ integrationLatencyMilliseconds }) => integrationLatencyMilliseconds,
  integrationErrorMessage: ({ integrationError }) => integrationError,
  integrationLatency: ({ integrationLatencyMilliseconds }) => integrationLatencyMilliseconds,
  path: ({ context }) => context.http.path,
  protocol: ({ context }) => context.http.protocol,
  requestId: ({ context }) => context.requestId,
  requestTime: ({ context }) => context.time,
  requestTimeEpoch: ({ context }) => context.timeEpoch,
  responseLatency: ({ responseLatencyMilliseconds }) => responseLatencyMilliseconds,
  responseLength: ({ responseLength }) => responseLength,
  routeKey: ({ context }) => context.routeKey,
  stage: ({ context }) => context.stage,
  status: ({ status }) => status,
};

/**
 * Compiles the declared format of an access log into a function that writes its lines. A variable without a value is `-`.
 *
 * @throws Error for a variable that has no value here, for a format without `$context.requestId`, which AWS asks for, and above 3 KB.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export function compileAccessLogFormat(format: string): (entry: AccessLogEntry) => string {
  if (Buffer.byteLength(format) > 3072) throw new Error("The access log format is larger than 3 KB");
  const pieces = format.split(/(\$context(?:\.\w+)*)/).map(compilePiece);
  if (!/\$context\.requestId\b/.test(format)) throw new Error("The access log format lacks $context.requestId");
  return (entry) => pieces.map((piece) => (typeof piece === "string" ? piece : escaped(piece(entry)))).join("");
}

function compilePiece(piece: string): string | Variable {
  if (!piece.startsWith("$context")) return piece;
  const name = piece.slice("$context.".length);
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (!variable) throw new Error(`Access log variable ${piece} is not supported`);
  return variable;
}

/** Escapes values, so that a line of a JSON format stays one JSON object for any path or user agent. */
function escaped(value: string | number | undefined): string {
  return JSON.stringify(String(value ?? "") || "-").slice(1, -1);
}
