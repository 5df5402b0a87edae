import { createHash } from "node:crypto";
import { type HttpRequest, type HttpResponse, header, json } from "../http.ts";
import { matches } from "../job-answer.ts";
import { type ApiSettings, openApiDocument } from "./openapi-document.ts";

/** `GET /openapi.json`: the description of the API, or `304` where the client has it as it is. */
export function openApiRoute(settings: ApiSettings) {
  const description = openApiDocument(settings);
  const etag = `"${createHash("sha256").update(JSON.stringify(description)).digest("base64url").slice(0, 16)}"`;
  return async (request: HttpRequest): Promise<HttpResponse> =>
    matches(header(request, "if-none-match"), etag) ? { statusCode: 304, headers: { etag } } : json(200, description, { etag });
}
