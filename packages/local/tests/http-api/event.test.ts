import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sendRaw, serve } from "./serve.ts";

test("the event has every member of payload format 2.0", async () => {
  const { url, port, events } = await serve(["POST /my/{name}"]);

  await fetch(`${url}/my/path?parameter1=value1&parameter1=value2&parameter2=value`, {
    method: "POST",
    headers: { "User-Agent": "agent", "Content-Type": "text/plain", Cookie: "cookie1=a; cookie2=b", "X-Forwarded-For": "203.0.113.9" },
    body: "Hello from Lambda",
  });

  expect(events).toEqual([
    {
      version: "2.0",
      routeKey: "POST /my/{name}",
      rawPath: "/my/path",
      rawQueryString: "parameter1=value1&parameter1=value2&parameter2=value",
      cookies: ["cookie1=a", "cookie2=b"],
      headers: {
        accept: "*/*",
        "accept-encoding": "gzip, deflate",
        "accept-language": "*",
        "content-length": "17",
        "content-type": "text/plain",
        host: `127.0.0.1:${port}`,
        "sec-fetch-mode": "cors",
        "user-agent": "agent",
        "x-amzn-trace-id": expect.stringMatching(/^Root=1-5e6a879e-[0-9a-f]{24}$/),
        "x-forwarded-for": "203.0.113.9, 127.0.0.1",
        "x-forwarded-port": String(port),
        "x-forwarded-proto": "http",
      },
      queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
      requestContext: {
        accountId: "123456789012",
        apiId: "a1b2c3",
        domainName: "a1b2c3.execute-api.us-east-1.amazonaws.com",
        domainPrefix: "a1b2c3",
        http: { method: "POST", path: "/my/path", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "agent" },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: "POST /my/{name}",
        stage: "$default",
        time: "12/Mar/2020:19:03:58 +0000",
        timeEpoch: 1584039838390,
      },
      body: "Hello from Lambda",
      pathParameters: { name: "path" },
      isBase64Encoded: false,
    },
  ]);
});

test("what is not there has no member", async () => {
  const { port, events } = await serve();

  await sendRaw(port, "GET / HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");

  const members = ["version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded"];
  expect(Object.keys(events[0] ?? {}).sort()).toEqual(members.sort());
  expect(events[0]).toMatchObject({ rawQueryString: "", isBase64Encoded: false, requestContext: { http: { userAgent: "" } } });
  expect(Object.keys(events[0]?.headers ?? {}).sort()).toEqual([
    "content-length",
    "host",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
  ]);
  expect(events[0]?.headers["content-length"]).toBe("0");
});

test("headers of one name are joined with a comma, those of the connection stay out, a trace goes on", async () => {
  const { port, events } = await serve();
  const repeated = "X-Many: a\r\nx-many: b\r\nContent-Type: text/plain\r\nCONTENT-TYPE: text/html";
  const hop = "Connection: close, upgrade\r\nUpgrade: h2c\r\nTE: trailers\r\nKeep-Alive: 5\r\nTransfer-Encoding: chunked";

  await sendRaw(
    port,
    `POST / HTTP/1.1\r\nHost: local\r\n${repeated}\r\n${hop}\r\nX-Amzn-Trace-Id: Root=1-2-3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  );

  const { headers, body } = events[0] ?? { headers: {} };
  expect(headers).toMatchObject({
    "x-many": "a,b",
    "content-type": "text/plain,text/html",
    "x-amzn-trace-id": "Root=1-2-3",
    "content-length": "3",
  });
  expect(Object.keys(headers).filter((name) => /connection|upgrade|^te$|keep-alive|transfer-encoding/.test(name))).toEqual([]);
  expect(body).toBe("abc");
});

describe("paths and queries", () => {
  test.each([
    { target: "/jobs/a%20b", path: "/jobs/a b", id: "a b" },
    { target: "/jobs/%E2%98%95", path: "/jobs/☕", id: "☕" },
    { target: "/jobs/a%2Fb", path: "/jobs/a/b", id: "a/b" },
    { target: "/%6Aobs/7", path: "/jobs/7", id: "7" },
    { target: "/jobs/a+b", path: "/jobs/a+b", id: "a+b" },
    { target: "/jobs/7%3Fadmin=true", path: "/jobs/7", id: "7?admin=true" },
  ])("$target arrives decoded", async ({ target, path, id }) => {
    const { url, events } = await serve(["GET /jobs/{id}"]);

    await fetch(url + target);

    expect(events[0]).toMatchObject({ rawPath: path, requestContext: { http: { path } }, pathParameters: { id } });
  });

  test.each([
    { query: "q=Hello%20World&tag=C%23%20Programming&tag=.NET%20Core", parameters: { q: "Hello World", tag: "C# Programming,.NET Core" } },
    { query: "q=a+b", parameters: { q: "a b" } },
    { query: "q", parameters: { q: "" } },
    { query: "q=1?2", parameters: { q: "1?2" } },
    { query: "%5F%5Fproto__=1", parameters: { ["__proto__"]: "1" } },
    { query: "&&", parameters: undefined },
  ])("?$query arrives raw and decoded", async ({ query, parameters }) => {
    const { url, events } = await serve();

    await fetch(`${url}/search?${query}`);

    expect(events[0]?.rawQueryString).toBe(query);
    expect(events[0]?.queryStringParameters).toEqual(parameters);
  });
});

describe("bodies", () => {
  const text = '{"text":"Grüße ☕"}';
  const encoded = "eyJ0ZXh0IjoiR3LDvMOfZSDimJUifQ==";

  test.each([
    { type: "text/plain", body: text },
    { type: "text/html; charset=utf-8", body: text },
    { type: "TEXT/CSV", body: text },
    { type: "application/json", body: text },
    { type: "application/json;charset=utf-8", body: text },
    { type: "Application/JSON", body: text },
    { type: "application/javascript", body: text },
    { type: "application/xml", body: text },
    { type: "textile/plain", body: encoded },
    { type: undefined, body: encoded },
    { type: "application/x-www-form-urlencoded", body: encoded },
    { type: "application/problem+json", body: encoded },
    { type: "application/atom+xml", body: encoded },
    { type: "application/json-seq", body: encoded },
    { type: "application/octet-stream", body: encoded },
    { type: "image/png", body: encoded },
    { type: "application/pdf", body: encoded },
    { type: "multipart/form-data; boundary=text/plain", body: encoded },
  ])("of $type", async ({ type, body }) => {
    const { url, events } = await serve();

    await fetch(url, { method: "POST", body: Buffer.from(text), headers: type === undefined ? {} : { "content-type": type } });

    expect(events[0]?.body).toBe(body);
    expect(events[0]?.isBase64Encoded).toBe(body === encoded);
    expect(events[0]?.headers["content-type"]).toBe(type);
  });

  test.each(["application/json", "image/png"])("an empty one of %s is none", async (type) => {
    const { url, events } = await serve();

    await fetch(url, { method: "POST", body: "", headers: { "content-type": type } });

    expect(events[0]).not.toHaveProperty("body");
    expect(events[0]?.isBase64Encoded).toBe(false);
  });

  test("any bytes come through base64 unchanged, in both directions", async () => {
    const { url, events } = await serve(["$default"], async ({ body }) => ({
      payload: JSON.stringify({ statusCode: 200, body, isBase64Encoded: true }),
    }));

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const response = await fetch(url, { method: "POST", body: Buffer.from(bytes), headers: { "content-type": "image/png" } });

        expect(events.at(-1)?.body).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 50 },
    );
  });
});
