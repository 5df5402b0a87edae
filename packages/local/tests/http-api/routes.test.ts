import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routeMatcher } from "../../http-api/routes.ts";

const tableOf = (...routeKeys: string[]) => ({ match: routeMatcher(routeKeys.map((routeKey) => ({ routeKey }))) });

const select = (table: ReturnType<typeof tableOf>, method: string, path: string) =>
  table.match(method, path.slice(1).split("/"))?.route.routeKey;

describe("the worked example of the API Gateway guide", () => {
  const table = tableOf("$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1");

  test.each([
    { method: "GET", path: "/pets/dog/1", selected: "GET /pets/dog/1" },
    { method: "GET", path: "/pets/dog/2", selected: "GET /pets/dog/{id}" },
    { method: "GET", path: "/pets/cat/1", selected: "GET /pets/{proxy+}" },
    { method: "POST", path: "/test/5", selected: "ANY /{proxy+}" },
  ])("$method $path goes to $selected", ({ method, path, selected }) => {
    expect(select(table, method, path)).toBe(selected);
  });
});

test.each([
  { routes: ["ANY /jobs", "POST /jobs"], request: "POST /jobs", selected: "POST /jobs" },
  { routes: ["ANY /jobs", "POST /jobs"], request: "PUT /jobs", selected: "ANY /jobs" },
  { routes: ["GET /{proxy+}", "ANY /jobs"], request: "GET /jobs", selected: "ANY /jobs" },
  { routes: ["GET /{a}/{b}", "GET /{a}/text"], request: "GET /7/text", selected: "GET /{a}/text" },
  { routes: ["GET /{a}/text", "GET /jobs/{b}"], request: "GET /jobs/text", selected: "GET /jobs/{b}" },
  { routes: ["ANY /{proxy+}", "ANY /jobs/{proxy+}"], request: "GET /jobs/7", selected: "ANY /jobs/{proxy+}" },
  { routes: ["ANY /{a}/{proxy+}", "ANY /jobs/{proxy+}"], request: "GET /jobs/7", selected: "ANY /jobs/{proxy+}" },
  { routes: ["POST /jobs", "$default"], request: "GET /jobs", selected: "$default" },
  { routes: ["POST /jobs"], request: "GET /jobs", selected: undefined },
  { routes: ["GET /jobs"], request: "HEAD /jobs", selected: undefined },
  { routes: ["GET /jobs"], request: "GET /Jobs", selected: undefined },
  { routes: ["GET /jobs"], request: "GET /jobs/", selected: undefined },
  { routes: ["GET /jobs/{id}"], request: "GET /jobs/", selected: undefined },
  { routes: ["GET /jobs/{id}"], request: "GET /jobs/7/text", selected: undefined },
  { routes: ["GET /jobs/{proxy+}"], request: "GET /jobs", selected: undefined },
  { routes: ["GET /jobs/{proxy+}"], request: "GET /jobs/", selected: "GET /jobs/{proxy+}" },
  { routes: ["GET /{proxy+}"], request: "GET /", selected: "GET /{proxy+}" },
  { routes: ["GET /", "GET /{proxy+}"], request: "GET /", selected: "GET /" },
])("of $routes, $request goes to $selected", ({ routes, request, selected }) => {
  const [method = "", path = ""] = request.split(" ");

  expect(select(tableOf(...routes), method, path)).toBe(selected);
  expect(select(tableOf(...routes.toReversed()), method, path)).toBe(selected);
});

test.each([
  { routeKey: "GET /jobs/{jobId}/text", path: "/jobs/7/text", parameters: { jobId: "7" } },
  { routeKey: "GET /{a}/{b}", path: "/1/2", parameters: { a: "1", b: "2" } },
  { routeKey: "ANY /x/{proxy+}", path: "/x/a/b/", parameters: { proxy: "a/b/" } },
  { routeKey: "GET /jobs", path: "/jobs", parameters: undefined },
  { routeKey: "$default", path: "/jobs", parameters: undefined },
])("$routeKey reads $parameters from $path", ({ routeKey, path, parameters }) => {
  const match = tableOf(routeKey).match("GET", path.slice(1).split("/"));

  expect(match?.pathParameters).toEqual(parameters);
});

test("a variable may have any name", () => {
  const match = tableOf("GET /{constructor}/{__proto__}").match("GET", ["7", "8"]);

  expect(Object.entries(match?.pathParameters ?? {})).toEqual([
    ["constructor", "7"],
    ["__proto__", "8"],
  ]);
});

test.each([
  "GET",
  "get /jobs",
  "FETCH /jobs",
  "GET jobs",
  "GET /jobs/",
  "GET //jobs",
  "GET /{proxy+}/text",
  "GET /{}",
  "GET /{id",
  "GET /a{id}",
  "$connect",
])("%s is refused", (routeKey) => {
  expect(() => tableOf(routeKey)).toThrow(`Route key ${routeKey} is not one of an HTTP API`);
});

test.each([
  { first: "GET /jobs", second: "GET /jobs" },
  { first: "GET /jobs/{id}", second: "GET /jobs/{jobId}" },
  { first: "$default", second: "$default" },
])("$second beside $first is refused", ({ first, second }) => {
  expect(() => tableOf(first, second)).toThrow(`Route key ${second} is declared twice`);
});

test("a greedy variable and a plain one may stand side by side", () => {
  const table = tableOf("GET /{proxy+}", "GET /{id}");

  expect(select(table, "GET", "/7")).toBe("GET /{id}");
  expect(select(table, "GET", "/7/8")).toBe("GET /{proxy+}");
});

describe("properties", () => {
  const word = fc.constantFrom("jobs", "text", "a", "b");
  const routeKey = fc
    .tuple(
      fc.constantFrom("GET", "POST", "ANY"),
      fc.array(fc.oneof(word, fc.constant("{v}")), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
    )
    .map(([method, parts, greedy]) => `${method} /${[...parts, ...(greedy ? ["{rest+}"] : [])].join("/")}`);

  test("the order of declaration does not matter", () => {
    const declared = fc.uniqueArray(fc.oneof(routeKey, fc.constant("$default")), { minLength: 1, maxLength: 8 });
    const shuffled = declared.chain((keys) => fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })));

    fc.assert(
      fc.property(
        shuffled,
        fc.constantFrom("GET", "POST", "PUT"),
        fc.array(word, { minLength: 1, maxLength: 4 }),
        ([keys, other], method, path) => {
          const selected = tableOf(...keys).match(method, path);

          expect(tableOf(...other).match(method, path)).toEqual(selected);
        },
      ),
    );
  });

  test("a path made from a route comes back as its parameters", () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));
    const parts = fc.array(
      fc.oneof(
        word,
        value.map((text) => ({ text })),
      ),
      { minLength: 1, maxLength: 5 },
    );

    fc.assert(
      fc.property(parts, (all) => {
        const template = all.map((part, index) => (typeof part === "string" ? part : `{v${index}}`)).join("/");
        const values = all.flatMap((part, index) => (typeof part === "string" ? [] : [[`v${index}`, part.text]]));

        const match = tableOf(`GET /${template}`).match(
          "GET",
          all.map((part) => (typeof part === "string" ? part : part.text)),
        );

        expect(Object.entries(match?.pathParameters ?? {})).toEqual(values);
      }),
    );
  });
});
