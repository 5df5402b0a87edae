import { type HttpRequest, type HttpResponse, problem } from "./http.ts";

/**
 * `$default`: our own answer to a request that no route takes.
 *
 * @param routeKeys the API's routes, such as `GET /jobs/{jobId}`.
 * @returns `405` with `Allow` where the path is known, `404` otherwise. To `OPTIONS` of a known path, `204` with `Allow`: so
 * a browser is answered that asks what it may send, with what the gateway adds.
 */
export function unknownRoute(routeKeys: readonly string[]) {
  return async ({ rawPath, requestContext }: HttpRequest): Promise<HttpResponse> => {
    const allowed = routeKeys.map((key) => key.split(" ") as [string, string]).filter(([, path]) => matchesPath(path, rawPath));
    if (allowed.length === 0) return problem(404, `There is nothing at ${rawPath}.`);
    const allow = allowed.map(([method]) => method).join(", ");
    if (requestContext.http.method === "OPTIONS") return { statusCode: 204, headers: { allow } };
    return problem(405, `${requestContext.http.method} is not possible at ${rawPath}. Use ${allow}.`, { allow });
  };
}

function matchesPath(pattern: string, path: string): boolean {
  const parts = path.split("/");
  const patternParts = pattern.split("/");
  return (
    parts.length === patternParts.length &&
    patternParts.every((part, at) => part === parts[at] || (part.startsWith("{") && parts[at] !== ""))
  );
}
