import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Telemetry } from "../jobs/telemetry.ts";
import { causeOf } from "../stages/errors.ts";
import { HttpError, problemAnswer, refusalOf } from "./problems.ts";

export type HttpRequest = APIGatewayProxyEventV2;
export type HttpResponse = APIGatewayProxyStructuredResultV2;
export type Route = (request: HttpRequest) => Promise<HttpResponse>;

export function json(statusCode: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { statusCode, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** Wraps a route as a Lambda handler: an error becomes an answer, an unforeseen one a `500` that reveals nothing but the request ID. */
export function createHttpHandler(route: Route, logger: Telemetry["logger"]): Route {
  return async (request) => {
    try {
      return await route(request);
    } catch (error) {
      return problemAnswer(refusalOf(error) ?? internalError(error, request, logger));
    }
  };
}

function internalError(error: unknown, { requestContext: { requestId } }: HttpRequest, logger: Telemetry["logger"]): HttpError {
  logger.error("Request failed", { requestId, cause: causeOf(error) });
  return new HttpError("InternalError", `Internal error. Request ID: ${requestId}`);
}

/** The job id in the path, which need not be a possible one. */
export const jobIdOf = (request: HttpRequest): string => request.pathParameters?.["jobId"] ?? "";

/** Reads a header; the case of its name does not matter. */
export function header(request: HttpRequest, name: string): string | undefined {
  return Object.entries(request.headers).find(([given]) => given.toLowerCase() === name)?.[1];
}

/** `true` where `If-None-Match` names the tag; a weak mark does not matter to it (RFC 9110, 13.1.2). */
export function isUnchanged(request: HttpRequest, etag: string): boolean {
  const named = (header(request, "if-none-match") ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  return named.includes(etag) || named.includes("*");
}
