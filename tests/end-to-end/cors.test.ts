import type { Runtime } from "@async-text-processing/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluatedProgram } from "../support/evaluated-program.ts";
import { request, startLocalRuntime } from "../support/local-runtime.ts";

const origin = "https://app.example.com";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startLocalRuntime({ set: [`corsOrigins=https://other.example, ${origin}`] });
});
afterAll(() => runtime.stop());

test("a preflight is answered for each call", async () => {
  const headers = { origin, "access-control-request-method": "DELETE", "access-control-request-headers": "idempotency-key" };

  const asked = await request(runtime, "/jobs/f47ac10b-58cc-4372-a567-0e02b2c3d479", { method: "OPTIONS", headers });

  expect(asked.status).toBe(204);
  expect(Object.fromEntries([...asked.headers].filter(([name]) => name.startsWith("access-control-")))).toEqual({
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "POST,GET,DELETE",
    "access-control-allow-headers": "authorization,content-type,idempotency-key,if-none-match",
    "access-control-max-age": "3600",
  });
});

test("its page reads the answer, and where the job is", async () => {
  const body = JSON.stringify({ text: "From a page" });

  const created = await request(runtime, "/jobs", { method: "POST", headers: { origin, "content-type": "application/json" }, body });

  expect(created.status).toBe(202);
  expect(created.headers.get("access-control-allow-origin")).toBe(origin);
  expect(created.headers.get("access-control-expose-headers")).toBe("etag,idempotency-replayed,location,retry-after");
});

test("a page of another origin creates nothing and reads nothing", async () => {
  // What the local runtime refuses is not the API's own answer, and so not in its description.
  const { status, headers } = await fetch(`${runtime.apiUrl}/jobs`, {
    ...{ method: "POST", body: JSON.stringify({ text: "From a foreign page" }) },
    headers: { origin: "https://evil.example", "content-type": "text/plain" },
  });

  expect(status).toBe(403);
  expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

test("where callers must authenticate, a preflight still needs no authentication", async () => {
  const program = await evaluatedProgram(`corsOrigins=${origin}`, "auth=iam");

  const routes = program.resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route");
  const open = routes.filter(({ inputs }) => inputs["authorizationType"] === "NONE").map(({ inputs }) => inputs["routeKey"]);
  expect(open.sort()).toEqual(["GET /openapi.json", "OPTIONS /{proxy+}"]);
});
