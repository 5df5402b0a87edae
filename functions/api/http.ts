import { STATUS_CODES } from "node:http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { logger } from "../services/logger.ts";
import { causeOf, HttpError } from "../stages/errors.ts";

export type HttpRequest = APIGatewayProxyEventV2;
export type HttpResponse = APIGatewayProxyStructuredResultV2;
type Headers = Readonly<Record<string, string>>;

export function json(statusCode: number, body: unknown, headers: Headers = {}): HttpResponse {
  return { statusCode, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/**
 * An error as one JSON object: `error`, and the members of RFC 9457 beside it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problem(statusCode: number, detail: string, headers: Headers = {}): HttpResponse {
  const body = { error: detail, type: "about:blank", title: STATUS_CODES[statusCode], status: statusCode, detail };
  return json(statusCode, body, headers);
}

/** Wraps a route as a Lambda handler: refusals become answers, and what nobody foresaw a `500` that says nothing of the inside. */
export function createHttpHandler(route: (request: HttpRequest) => Promise<HttpResponse>) {
  return async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof HttpError) return problem(error.statusCode, error.message, error.headers);
      const { requestId } = request.requestContext;
      logger.error("Request failed", { requestId, cause: causeOf(error) });
      return problem(500, `Something went wrong on our side. The logs know more under request id ${requestId}.`);
    }
  };
}

/** What the path says in the place of a job id, which need not be one. */
export const jobIdOf = (request: HttpRequest): string => request.pathParameters?.["jobId"] ?? "";

/** Whether a job or an upload can have this id: all others never reach a table or a bucket. */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

export const jobNotFound = (jobId: string): HttpError => new HttpError(404, `Job '${jobId}' not found`);

/** Reads a header, whatever the case of its name. */
export function header(request: HttpRequest, name: string): string | undefined {
  return Object.entries(request.headers).find(([given]) => given.toLowerCase() === name)?.[1];
}
