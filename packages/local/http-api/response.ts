import { type ServerResponse, STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";

/** The answer to the client. */
export interface GatewayAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** A request that the gateway answers itself. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: number;
  /** For the access log only; the client sees no more than the status and its standard phrase. */
  readonly integrationError: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, integrationError?: string, headers: Readonly<Record<string, string>> = {}) {
    // The gateway keeps the older phrase of RFC 2616 here.
    super(status === 413 ? "Request Entity Too Large" : STATUS_CODES[status]);
    this.status = status;
    this.integrationError = integrationError;
    this.headers = headers;
  }

  toAnswer(): GatewayAnswer {
    return {
      status: this.status,
      headers: { "content-type": "application/json", ...this.headers },
      body: Buffer.from(JSON.stringify({ message: this.message })),
    };
  }
}

/** Headers that belong to a connection: they are not a function's to set. */
const connectionHeaders = ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/**
 * Reads what a function returned, by payload format 2.0: with `statusCode` as given, without it all of it is the body of a 200.
 *
 * @param payload JSON text.
 * @throws GatewayError 500 for what the format does not allow.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function answerFrom(payload: string): GatewayAnswer {
  const returned = parse(payload);
  if (typeof returned === "object" && returned !== null && "statusCode" in returned) return structured(returned);
  const body = Buffer.from(typeof returned === "string" ? returned : payload);
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

/** Sends an answer. Node drops one whose client has gone. */
export function send(answer: GatewayAnswer, requestId: string, response: ServerResponse): void {
  const empty = answer.status === 204 || answer.status === 304;
  const length = empty ? {} : { "content-length": String(answer.body.length) };
  response.writeHead(answer.status, { ...answer.headers, ...length, "apigw-requestid": requestId });
  response.end(empty ? undefined : answer.body);
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    throw malformed("JSON");
  }
}

type StructuredResult = Partial<Record<"statusCode" | "headers" | "cookies" | "body" | "isBase64Encoded", unknown>>;

function structured({ statusCode, headers, cookies, body, isBase64Encoded }: StructuredResult): GatewayAnswer {
  if (typeof statusCode !== "number" || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    throw malformed("statusCode");
  const bytes = bodyBytes(body ?? "", isBase64Encoded ?? false);
  const given = new Map(headerEntries(headers ?? {}));
  if (bytes.length > 0 && !given.has("content-type")) given.set("content-type", "text/plain; charset=utf-8");
  const setCookie = [...[given.get("set-cookie") ?? []].flat(), ...cookieList(cookies ?? [])];
  if (setCookie.length > 0) given.set("set-cookie", setCookie);
  return { status: statusCode, headers: Object.fromEntries(given), body: bytes };
}

function bodyBytes(body: unknown, isBase64Encoded: unknown): Buffer {
  if (typeof body !== "string") throw malformed("body");
  if (typeof isBase64Encoded !== "boolean") throw malformed("isBase64Encoded");
  if (!isBase64Encoded) return Buffer.from(body);
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) throw malformed("base64 body");
  return Buffer.from(body, "base64");
}

function headerEntries(headers: unknown): [string, string | string[]][] {
  if (typeof headers !== "object" || headers === null) throw malformed("headers");
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), headerValue(name, value)]);
  return entries.filter(([name]) => !connectionHeaders.includes(name));
}

function cookieList(cookies: unknown): string[] {
  if (!Array.isArray(cookies)) throw malformed("cookies");
  return cookies.map((cookie: unknown) => headerValue("set-cookie", cookie));
}

function headerValue(name: string, value: unknown): string {
  if (!["string", "number", "boolean"].includes(typeof value)) throw malformed("headers");
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
  } catch {
    throw malformed("headers");
  }
  return String(value);
}

function malformed(what: string): GatewayError {
  return new GatewayError(500, `The response from the Lambda function doesn't match the format that API Gateway expects: ${what}`);
}
