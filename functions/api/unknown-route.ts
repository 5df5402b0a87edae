import type { Route } from "./http.ts";
import { HttpError } from "./problems.ts";

/** A path that `POST` has in any case. */
const listOfJobs = "GET /jobs";

/**
 * `$default`: the answer to a request that matches no other route.
 *
 * @param routeKeys the API's routes, such as `GET /jobs/{jobId}`.
 * @returns `204` with `Allow` for `OPTIONS` of a known path: the gateway adds to it what a browser's preflight asks for.
 * @throws {@link HttpError} `MethodNotAllowed` where the path is known, `RouteNotFound` otherwise, and for the list of jobs.
 */
export function unknownRoute(routeKeys: readonly string[]): Route {
  return async ({ rawPath, requestContext }) => {
    if (`${requestContext.http.method} ${rawPath}` === listOfJobs) {
      const sentence =
        "Jobs are listed only where callers authenticate (auth: iam or jwt): without an identity a job is protected by its id.";
      throw new HttpError("RouteNotFound", sentence);
    }
    const allowed = routeKeys.map((key) => key.split(" ") as [string, string]).filter(([, path]) => matchesPath(path, rawPath));
    if (allowed.length === 0) throw new HttpError("RouteNotFound", `Route '${rawPath}' not found`);
    const allow = allowed.map(([method]) => method).join(", ");
    if (requestContext.http.method === "OPTIONS") return { statusCode: 204, headers: { allow } };
    const sentence = `Method ${requestContext.http.method} is not allowed for ${rawPath}. Use ${allow}.`;
    throw new HttpError("MethodNotAllowed", sentence, { allow });
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
