interface Part {
  readonly kind: "literal" | "variable" | "greedy";
  /** The literal itself, or the variable's name. */
  readonly text: string;
}

interface CompiledRoute<R> {
  readonly route: R;
  /** Sorts before that of every less specific route. */
  readonly rank: string;
  /** `ANY` or one method; undefined for `$default`, which matches everything. */
  readonly method?: string;
  readonly parts: readonly Part[];
}

export interface RouteMatch<R> {
  readonly route: R;
  /** Undefined where the route has no variable. */
  readonly pathParameters?: Record<string, string>;
}

/** @param segments of the path after its first slash, percent-decoded. */
export type RouteMatcher<R> = (method: string, segments: readonly string[]) => RouteMatch<R> | undefined;

/**
 * Selects the route of a request as an HTTP API does: a full match before one with a greedy variable before `$default`;
 * among those the route's own method before `ANY`; among those the most specific path, read from the left.
 * A trailing slash is a segment of its own, so `/jobs/` is not `/jobs`, and `/jobs/{proxy+}` matches the first but not the second.
 *
 * @throws Error for a route key that an HTTP API refuses, or one that is declared twice (names of variables aside).
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function routeMatcher<R extends { readonly routeKey: string }>(routes: readonly R[]): RouteMatcher<R> {
  const shapes = routes.map((route) => route.routeKey.replaceAll(/\{[^}+]*/g, "{"));
  const doubled = routes.find((_, index) => shapes.indexOf(shapes[index] ?? "") !== index);
  if (doubled) throw new Error(`Route key ${doubled.routeKey} is declared twice`);
  const compiled = routes.map(compile).sort((a, b) => a.rank.localeCompare(b.rank));
  return (method, segments) => {
    for (const candidate of compiled) {
      if (candidate.method === undefined) return { route: candidate.route };
      if (candidate.method !== "ANY" && candidate.method !== method) continue;
      const captured = capture(candidate.parts, segments);
      if (captured?.length === 0) return { route: candidate.route };
      if (captured) return { route: candidate.route, pathParameters: Object.fromEntries(captured) };
    }
    return undefined;
  };
}

function compile<R extends { readonly routeKey: string }>(route: R): CompiledRoute<R> {
  if (route.routeKey === "$default") return { route, rank: "2", parts: [] };
  const [, method, path] = /^(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/(.*)$/.exec(route.routeKey) ?? [];
  const parts = path?.split("/").map(parsePart);
  const greedyAt = parts?.findIndex((part) => part?.kind === "greedy") ?? -1;
  if (method === undefined || !parts?.every((part) => part !== undefined) || (greedyAt >= 0 && greedyAt < parts.length - 1)) {
    throw new Error(`Route key ${route.routeKey} is not one of an HTTP API`);
  }
  const specificity = parts.map((part) => ["literal", "variable", "greedy"].indexOf(part.kind)).join("");
  return { route, rank: `${greedyAt < 0 ? 0 : 1}${method === "ANY" ? 1 : 0}${specificity}`, method, parts };
}

function parsePart(text: string, index: number, all: readonly string[]): Part | undefined {
  const [, name, plus] = /^\{([\w.:-]+)(\+?)\}$/.exec(text) ?? [];
  if (name !== undefined) return { kind: plus ? "greedy" : "variable", text: name };
  const root = all.length === 1 && index === 0;
  return /^[^{}]+$/.test(text) || (root && text === "") ? { kind: "literal", text } : undefined;
}

function capture(parts: readonly Part[], segments: readonly string[]): [name: string, value: string][] | undefined {
  const greedy = parts.at(-1)?.kind === "greedy";
  if (greedy ? segments.length < parts.length : segments.length !== parts.length) return undefined;
  const captured: [string, string][] = [];
  for (const [index, { kind, text }] of parts.entries()) {
    const segment = segments[index] ?? "";
    if (kind === "literal" ? segment !== text : kind === "variable" && segment === "") return undefined;
    if (kind !== "literal") captured.push([text, kind === "greedy" ? segments.slice(index).join("/") : segment]);
  }
  return captured;
}
