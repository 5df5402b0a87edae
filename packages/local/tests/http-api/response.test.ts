import { describe, expect, test } from "vitest";
import { sendRaw, serve } from "./serve.ts";

/** The client's response for a function's return value. */
async function answerTo(returned: unknown, method = "GET"): Promise<Response> {
  const { url } = await serve(["$default"], async () => ({ payload: typeof returned === "string" ? returned : JSON.stringify(returned) }));
  return fetch(url, { method });
}

const withoutGateway = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => !["apigw-requestid", "connection", "date", "keep-alive"].includes(name)));

describe("without a statusCode all of it is the body", () => {
  test.each([
    { payload: '"Hello from Lambda!"', body: "Hello from Lambda!" },
    { payload: '{ "message": "Hello from Lambda!" }', body: '{ "message": "Hello from Lambda!" }' },
    { payload: '{"body":"hi","headers":{"x-a":"1"}}', body: '{"body":"hi","headers":{"x-a":"1"}}' },
    { payload: "[1]", body: "[1]" },
    { payload: "7", body: "7" },
    { payload: "null", body: "null" },
    { payload: '"Grüße"', body: "Grüße" },
  ])("$payload", async ({ payload, body }) => {
    const response = await answerTo(payload);

    expect(response.status).toBe(200);
    expect(withoutGateway(response)).toEqual({ "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
    expect(await response.text()).toBe(body);
  });
});

describe("with a statusCode it is taken as given", () => {
  test("headers of any scalar, and the body", async () => {
    const response = await answerTo({
      statusCode: 202,
      headers: { Location: "/jobs/7", "retry-after": 1, "X-Cached": false },
      body: "Grüße",
    });

    expect(response.status).toBe(202);
    expect(withoutGateway(response)).toEqual({
      "content-length": "7",
      "content-type": "text/plain; charset=utf-8",
      location: "/jobs/7",
      "retry-after": "1",
      "x-cached": "false",
    });
    expect(await response.text()).toBe("Grüße");
  });

  test("each cookie is a set-cookie header of its own", async () => {
    const response = await answerTo({ statusCode: 200, headers: { "Set-Cookie": "a=1" }, cookies: ["b=2; Path=/", "c=3"] });

    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2; Path=/", "c=3"]);
  });

  test("a base64 body is decoded whatever the client accepts", async () => {
    const response = await answerTo({ statusCode: 200, headers: { "content-type": "image/png" }, body: "iVBORw0=", isBase64Encoded: true });

    expect(response.headers.get("content-type")).toBe("image/png");
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d]);
  });

  test("headers of the connection, the length and the request id are the gateway's", async () => {
    const headers = { "Content-Length": "999", "transfer-encoding": "chunked", Connection: "upgrade", "Apigw-Requestid": "mine" };
    const response = await answerTo({ statusCode: 200, headers, body: "x" });

    expect(response.headers.get("content-length")).toBe("1");
    expect(response.headers.get("transfer-encoding")).toBeNull();
    expect(response.headers.get("connection")).not.toBe("upgrade");
    expect(response.headers.get("apigw-requestid")).toMatch(/^[\w-]{15}=$/);
  });

  test("members that are null are members that are not there", async () => {
    const response = await answerTo({ statusCode: 200, headers: null, cookies: null, body: null, isBase64Encoded: null });

    expect(response.status).toBe(200);
    expect(withoutGateway(response)).toEqual({ "content-length": "0" });
  });

  test.each([204, 304])("a %i has no body, and keeps its ETag", async (statusCode) => {
    const { port } = await serve(["$default"], async () => ({
      payload: JSON.stringify({
        statusCode,
        headers: { ETag: '"7"', "content-type": "text/plain", "content-length": 8 },
        body: "not sent",
      }),
    }));

    const { status, head, body } = await sendRaw(port, "GET / HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");

    expect(status).toBe(statusCode);
    expect(head.toLowerCase()).toContain('etag: "7"');
    expect(head.toLowerCase()).not.toContain("content-length");
    expect(body).toBe("");
  });

  test("If-None-Match is the function's own business", async () => {
    const { url, events } = await serve(["$default"], async () => ({
      payload: '{"statusCode":200,"headers":{"etag":"\\"7\\""},"body":"x"}',
    }));

    const response = await fetch(url, { headers: { "if-none-match": '"7"' } });

    expect(response.status).toBe(200);
    expect(events[0]?.headers["if-none-match"]).toBe('"7"');
  });

  test("HEAD has the headers of the body, without it", async () => {
    const { port } = await serve(["$default"], async () => ({ payload: '{"statusCode":200,"body":"hidden"}' }));

    const { head, body } = await sendRaw(port, "HEAD / HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");

    expect(head.toLowerCase()).toContain("content-length: 6");
    expect(body).toBe("");
  });
});

describe("a malformed answer is a 500", () => {
  test.each([
    { returned: "not JSON" },
    { returned: "" },
    { returned: { statusCode: 0 } },
    { returned: { statusCode: 199 } },
    { returned: { statusCode: 600 } },
    { returned: { statusCode: 200.5 } },
    { returned: { statusCode: "200" } },
    { returned: { statusCode: null } },
    { returned: { statusCode: 200, body: { a: 1 } } },
    { returned: { statusCode: 200, body: "not base64", isBase64Encoded: true } },
    { returned: { statusCode: 200, body: "abcde", isBase64Encoded: true } },
    { returned: { statusCode: 200, body: "YQ==", isBase64Encoded: "true" } },
    { returned: { statusCode: 200, headers: "x" } },
    { returned: { statusCode: 200, headers: { "x-a": ["1"] } } },
    { returned: { statusCode: 200, headers: { "x-a": null } } },
    { returned: { statusCode: 200, headers: { "x a": "1" } } },
    { returned: { statusCode: 200, headers: { "x-a": "1\r\nx-b: 2" } } },
    { returned: { statusCode: 200, headers: { "x-a": "☕" } } },
    { returned: { statusCode: 200, cookies: "a=1" } },
    { returned: { statusCode: 200, cookies: ["a=1\r\n"] } },
  ])("$returned", async ({ returned }) => {
    const response = await answerTo(returned);

    expect(response.status).toBe(500);
    expect(withoutGateway(response)).toEqual({ "content-type": "application/json", "content-length": "35" });
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  });
});
