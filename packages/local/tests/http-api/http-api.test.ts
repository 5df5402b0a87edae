import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { HttpApi } from "../../http-api/http-api.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { openSocket, sendRaw, serve } from "./serve.ts";

test("no route and no $default: 404, not 405", async () => {
  const { url, events } = await serve(["POST /jobs"]);

  const responses = [await fetch(`${url}/`), await fetch(`${url}/jobs`), await fetch(`${url}/jobs/`, { method: "POST" })];

  for (const response of responses) {
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("apigw-requestid")).toMatch(/^[\w-]{15}=$/);
    expect(await response.text()).toBe('{"message":"Not Found"}');
  }
  expect(events).toEqual([]);
});

test("every answer has a request id of its own, the one that the function saw", async () => {
  const { url, events } = await serve();

  const ids = [await fetch(url), await fetch(url)].map(({ headers }) => headers.get("apigw-requestid"));

  expect(events.map(({ requestContext }) => requestContext.requestId)).toEqual(ids);
  expect(new Set(ids).size).toBe(2);
});

test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])("ANY takes %s", async (method) => {
  const { url, events } = await serve(["ANY /{proxy+}"]);

  const response = await fetch(`${url}/x`, { method });

  expect(response.status).toBe(200);
  expect(events[0]).toMatchObject({ routeKey: "ANY /{proxy+}", requestContext: { http: { method } }, pathParameters: { proxy: "x" } });
});

describe("malformed requests get a 400 and do not stop the server", () => {
  const head = "Host: local\r\nConnection: close\r\n";

  test.each([
    { what: "a percent sign without digits", request: `GET /% HTTP/1.1\r\n${head}\r\n` },
    { what: "bytes that are not UTF-8", request: `GET /%FF HTTP/1.1\r\n${head}\r\n` },
    { what: "a query that does not decode", request: `GET /?q=%zz HTTP/1.1\r\n${head}\r\n` },
    { what: "a target that is no path", request: `OPTIONS * HTTP/1.1\r\n${head}\r\n` },
    { what: "no HTTP at all", request: "hello\r\n\r\n" },
    { what: "a header without a colon", request: `GET / HTTP/1.1\r\n${head}nonsense\r\n\r\n` },
    { what: "a bad chunk", request: `POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n` },
    { what: "two lengths", request: `POST / HTTP/1.1\r\n${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab` },
  ])("$what", async ({ request }) => {
    const { url, port, events } = await serve();

    const answer = await sendRaw(port, request);
    const next = await fetch(url);

    expect(answer.status).toBe(400);
    expect(answer.head.toLowerCase()).toContain("content-type: application/json");
    expect(answer.head.toLowerCase()).toMatch(/apigw-requestid: [\w-]{15}=/);
    expect(answer.body).toBe('{"message":"Bad Request"}');
    expect(next.status).toBe(200);
    expect(events).toHaveLength(1);
  });

  test("also on a connection that was in good order before", async () => {
    const { port } = await serve();
    const socket = await openSocket(port);

    socket.write("GET / HTTP/1.1\r\nHost: local\r\n\r\n");
    await once(socket, "data");
    socket.write("nonsense\r\n\r\n");
    const [answer] = await once(socket, "data");

    expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
  });
});

test("an answer that is on its way is not cut by what cannot be parsed behind it", async () => {
  const { port } = await serve(["$default"], async () => ({ payload: JSON.stringify({ statusCode: 200, body: "x".repeat(6_000_000) }) }));

  const { body } = await sendRaw(port, "GET / HTTP/1.1\r\nHost: local\r\n\r\n", "nonsense\r\n\r\n");

  expect(body.slice(0, 6_000_000)).toBe("x".repeat(6_000_000));
  expect(body.slice(6_000_000)).toMatch(/^HTTP\/1.1 400 /);
});

test("a connection that accepts no answer is closed", () => {
  const gateway = new HttpApi({ accountId: "", apiId: "", domainName: "", routes: [], clock: new ManualClock() });
  const socket = new PassThrough();
  socket.end();

  gateway.handleClientError(new Error("read ECONNRESET"), socket);

  expect(socket.destroyed).toBe(true);
});

describe("a client that goes away", () => {
  test("does not stop the function, and its answer is dropped", async () => {
    const called = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    let finished = false;
    const { url, port, log } = await serve(["GET /slow", "GET /fast"], async ({ rawPath }) => {
      if (rawPath === "/slow") {
        called.resolve();
        await finish.promise;
        finished = true;
      }
      return { payload: '{"statusCode":200,"body":"done"}' };
    });
    const socket = await openSocket(port);

    socket.write("GET /slow HTTP/1.1\r\nHost: local\r\n\r\n");
    await called.promise;
    socket.destroy();
    await once(socket, "close");
    finish.resolve();
    await vi.waitFor(() => expect(log).toHaveLength(1));
    const next = await fetch(`${url}/fast`);

    expect(finished).toBe(true);
    expect(log[0]).toMatchObject({ status: 200, context: { routeKey: "GET /slow" } });
    expect(await next.text()).toBe("done");
  });

  test("in the middle of its body leaves the server as it was", async () => {
    const { url, port, events } = await serve();
    const socket = await openSocket(port);

    socket.write("POST / HTTP/1.1\r\nHost: local\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
    const next = await fetch(url);

    expect(next.status).toBe(200);
    expect(events).toHaveLength(1);
  });
});

test("requests on one connection are answered in order", async () => {
  const first = Promise.withResolvers<void>();
  const { port, events } = await serve(["GET /{id}"], async ({ pathParameters }) => {
    if (pathParameters?.["id"] === "1") await first.promise;
    return { payload: JSON.stringify({ statusCode: 200, body: `answer ${pathParameters?.["id"]}` }) };
  });

  const answers = sendRaw(port, "GET /1 HTTP/1.1\r\nHost: local\r\n\r\nGET /2 HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n");
  await vi.waitFor(() => expect(events).toHaveLength(2));
  first.resolve();

  expect((await answers).body).toMatch(/^answer 1HTTP\/1.1 200 OK.*answer 2$/s);
});
