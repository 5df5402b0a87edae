import type { HttpRequest } from "../../functions/api/http.ts";

/** An event of the HTTP API, payload 2.0, with what the functions read of one. */
export function httpEvent(event: Partial<HttpRequest>): HttpRequest {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/jobs",
    rawQueryString: "",
    headers: {},
    isBase64Encoded: false,
    requestContext: { requestId: "request-1", http: { method: "POST" } } as HttpRequest["requestContext"],
    ...event,
  };
}
