import { expect, test } from "vitest";
import { createHttpHandler } from "../../../functions/api/http.ts";
import { unknownRoute } from "../../../functions/api/unknown-route.ts";
import { bodyOf, problem } from "../../support/answers.ts";
import { httpEvent } from "../../support/http-event.ts";

const routeKeys = ["POST /jobs", "GET /jobs/{jobId}", "DELETE /jobs/{jobId}", "GET /jobs/{jobId}/text"];
const answer = createHttpHandler(unknownRoute(routeKeys), console);
const request = (method: string, rawPath: string) => {
  const { requestContext } = httpEvent({});
  return httpEvent({ rawPath, requestContext: { ...requestContext, http: { ...requestContext.http, method } } });
};

test.each([
  { method: "PATCH", path: "/jobs", allow: "POST" },
  { method: "PUT", path: "/jobs/1", allow: "GET, DELETE" },
  { method: "POST", path: "/jobs/1/text", allow: "GET" },
])("$method $path is a 405 that says what is possible", async ({ method, path, allow }) => {
  const { statusCode, headers, ...rest } = await answer(request(method, path));

  expect({ statusCode, headers }).toEqual({ statusCode: 405, headers: { "content-type": "application/problem+json", allow } });
  expect(bodyOf(rest)).toEqual(
    problem(405, "Method Not Allowed", "MethodNotAllowed", `Method ${method} is not allowed for ${path}. Use ${allow}.`),
  );
});

test("OPTIONS of a known path is a 204 that says what is possible", async () => {
  expect(await answer(request("OPTIONS", "/jobs/1"))).toEqual({ statusCode: 204, headers: { allow: "GET, DELETE" } });
  expect(await answer(request("OPTIONS", "/job"))).toMatchObject({ statusCode: 404 });
});

test("GET /jobs of an API without authentication is a 404 that says why there is no list", async () => {
  const { statusCode, ...rest } = await answer(request("GET", "/jobs"));

  const sentence = "Jobs are listed only where callers authenticate (auth: iam or jwt): without an identity a job is protected by its id.";
  expect([statusCode, bodyOf(rest)]).toEqual([404, problem(404, "Not Found", "RouteNotFound", sentence)]);
});

test.each(["/", "/job", "/jobs/", "/jobs/1/2", "/jobs/1/text/2", "/jobs//text"])("%s is a 404", async (path) => {
  const { statusCode, headers, ...rest } = await answer(request("GET", path));

  expect({ statusCode, headers }).toEqual({ statusCode: 404, headers: { "content-type": "application/problem+json" } });
  expect(bodyOf(rest)).toEqual(problem(404, "Not Found", "RouteNotFound", `Route '${path}' not found`));
});
