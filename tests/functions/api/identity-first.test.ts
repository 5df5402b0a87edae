import { expect, test } from "vitest";
import { findDocumentsRoute } from "../../../functions/api/find-documents.ts";
import { createHttpHandler, type HttpRequest } from "../../../functions/api/http.ts";
import { listJobsRoute } from "../../../functions/api/list-jobs.ts";
import { JobList } from "../../../functions/jobs/job-list.ts";
import { about, problem } from "../../support/answers.ts";
import { httpEvent } from "../../support/http-event.ts";
import { createPipeline, type Pipeline, type Route } from "../../support/pipeline.ts";

const withoutSubject = { authorizer: { jwt: { claims: { iss: "https://a.example" }, scopes: null } } } as never;
const refusal = problem(403, "Forbidden", "TokenClaimMissing", "The token has no sub claim.");

function send(pipeline: Pipeline, route: Route | "search" | "list", event: Partial<HttpRequest>) {
  const request = { ...event, requestContext: withoutSubject };
  if (route === "list")
    return createHttpHandler(listJobsRoute(new JobList(pipeline.aws.documents, "jobs", () => 0)), console)(httpEvent(request));
  if (route !== "search") return pipeline.request(route, request);
  return createHttpHandler(findDocumentsRoute(pipeline.related), console)(httpEvent(request));
}

const json = { "content-type": "application/json" };
const posts: readonly [string, Route, Partial<HttpRequest>][] = [
  ["POST /jobs with a text", "create", { headers: json, body: '{"text":"good work"}' }],
  ["POST /jobs with a broken body", "create", { headers: json, body: "{" }],
  ["POST /jobs with an unsupported type", "create", { headers: { "content-type": "video/mp4" }, body: "x" }],
  ["POST /jobs with an invalid Idempotency-Key", "create", { headers: { ...json, "idempotency-key": "short" }, body: '{"text":"a"}' }],
  ["POST /uploads with an image", "upload", { headers: json, body: '{"contentType":"image/png","bytes":100}' }],
  ["POST /uploads with a broken body", "upload", { headers: json, body: "{" }],
  ["POST /uploads with too many bytes", "upload", { headers: json, body: '{"contentType":"image/png","bytes":1e12}' }],
];

test.each([
  ...posts,
  ["GET /search with a word", "search", { queryStringParameters: { q: "glacier" } }],
  ["GET /search without a query", "search", {}],
  ["GET /jobs", "list", {}],
  ["GET /jobs with a wrong cursor", "list", { queryStringParameters: { cursor: "x" } }],
] as const)("%s and a token without a subject is refused for the token", async (_, route, event) => {
  const pipeline = await createPipeline();

  const { statusCode, body = "" } = await send(pipeline, route, event);

  expect([statusCode, JSON.parse(body)]).toEqual([403, refusal]);
  expect(pipeline.started).toEqual([]);
});

test.each(["get", "text", "delete"] as const)("a token without a subject does not learn by %s whether a job exists", async (route) => {
  const pipeline = await createPipeline();
  const { jobId } = await pipeline.submit("good work");

  const answers = [];
  for (const id of [jobId, "f47ac10b-58cc-4372-a567-0e02b2c3d479", "no-uuid", ""]) answers.push(await send(pipeline, route, about(id)));

  const [first] = answers;
  expect(JSON.parse(first?.body ?? "")).toEqual(refusal);
  expect(answers).toEqual(answers.map(() => first));
  expect(await pipeline.record(jobId)).toMatchObject({ status: "PENDING" });
});
