import { describe, expect, test } from "vitest";
import { serve } from "./serve.ts";

const cors = {
  allowOrigins: ["https://app.example.com", "http://*"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["content-type"],
  exposeHeaders: ["location"],
  maxAge: 3600,
};
const app = "https://app.example.com";
const preflight = (origin = app) => ({ method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

const corsHeadersOf = ({ headers }: Response) => Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));

describe("a preflight that matches no route", () => {
  test("is answered by the gateway, with what is configured", async () => {
    const { url, events } = await serve(["POST /jobs"], undefined, { cors });

    const response = await fetch(`${url}/jobs`, preflight());

    expect(response.status).toBe(204);
    expect(corsHeadersOf(response)).toEqual({
      "access-control-allow-origin": app,
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "3600",
    });
    expect(events).toEqual([]);
  });

  test("of an origin that is not allowed has no header that would let it pass", async () => {
    const { url } = await serve(["POST /jobs"], undefined, { cors });

    const response = await fetch(`${url}/jobs`, preflight("https://app.example.com.evil.example"));

    expect(response.status).toBe(204);
    expect(corsHeadersOf(response)).toEqual({});
  });

  test.each([
    ["there is no configuration", preflight(), undefined],
    ["it has no origin", { method: "OPTIONS", headers: { "access-control-request-method": "POST" } }, cors],
    ["it asks for no method", { method: "OPTIONS", headers: { origin: app } }, cors],
  ])("is any request where %s", async (_, request, configured) => {
    const { url } = await serve(["POST /jobs"], undefined, { cors: configured });

    const response = await fetch(`${url}/jobs`, request);

    expect(response.status).toBe(404);
    expect(corsHeadersOf(response)).toEqual({});
  });
});

test("a preflight goes to the route that it matches, and its answer gets the headers", async () => {
  const { url, events } = await serve(["POST /jobs", "$default"], async () => ({ payload: '{"statusCode":204}' }), { cors });

  const response = await fetch(`${url}/jobs`, preflight());

  expect(events.map(({ routeKey }) => routeKey)).toEqual(["$default"]);
  expect(response.status).toBe(204);
  expect(response.headers.get("access-control-allow-methods")).toBe("GET,POST");
});

describe("the answer of a function", () => {
  const own = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "https://other.example", "x-own": "kept" } };
  const invoke = async () => ({ payload: JSON.stringify(own) });

  test("has the configured headers in the place of its own", async () => {
    const { url } = await serve(["GET /jobs"], invoke, { cors: { ...cors, allowCredentials: true } });

    const response = await fetch(`${url}/jobs`, { headers: { origin: app } });

    expect(corsHeadersOf(response)).toEqual({
      "access-control-allow-origin": app,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "location",
    });
    expect(response.headers.get("x-own")).toBe("kept");
  });

  test.each([
    ["every host of a scheme", "http://10.0.0.1:8080", cors.allowOrigins, "http://10.0.0.1:8080"],
    ["every origin", "https://any.example", ["*"], "*"],
    ["no other host", "https://any.example", cors.allowOrigins, null],
  ])("lets %s read it", async (_, origin, allowOrigins, allowed) => {
    const { url } = await serve(["GET /jobs"], invoke, { cors: { ...cors, allowOrigins } });

    const response = await fetch(`${url}/jobs`, { headers: { origin } });

    expect(response.headers.get("access-control-allow-origin")).toBe(allowed);
  });

  test("has none of them for a request without an origin", async () => {
    const { url } = await serve(["GET /jobs"], invoke, { cors });

    expect(corsHeadersOf(await fetch(`${url}/jobs`))).toEqual({});
  });

  test("keeps its own where there is no configuration", async () => {
    const { url } = await serve(["GET /jobs"], invoke);

    const response = await fetch(`${url}/jobs`, { headers: { origin: app } });

    expect(corsHeadersOf(response)).toEqual({ "access-control-allow-origin": "https://other.example" });
  });
});
