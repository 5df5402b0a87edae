import { once } from "node:events";
import { request } from "node:http";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import type { CorsConfiguration } from "../../http-api/cors.ts";
import { HttpApi } from "../../http-api/http-api.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { ApiServer } from "../../transport/api-server.ts";

interface Served {
  readonly port: string;
  /** Called with the events that reach the function. */
  readonly calls: string[];
}

async function serve(cors?: CorsConfiguration): Promise<Served> {
  const server = await ApiServer.listen(0);
  onTestFinished(() => server.close());
  const calls: string[] = [];
  const invoke = async (event: string) => {
    calls.push(event);
    return { payload: '{"statusCode":200}' };
  };
  const routes = [{ routeKey: "POST /jobs", timeoutMilliseconds: 30_000, invoke }];
  server.deploy(new HttpApi({ accountId: "1", apiId: "a", domainName: "a.example", clock: new ManualClock(), routes, cors }));
  return { port: new URL(server.url).port, calls };
}

/** Posts a job with these headers; PORT in them is the server's. */
async function post({ port }: Pick<Served, "port">, headers: Record<string, string>, method = "POST") {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace("PORT", port)]));
  const sent = request({ port, host: "127.0.0.1", method, path: "/jobs", headers: own }).end();
  const [response] = await once(sent, "response");
  const length = Number(response.headers["content-length"] ?? Number.NaN);
  return { status: response.statusCode, headers: response.headers, body: length === 0 ? {} : await json(response) };
}

const named = (port: string) => ({ message: `This API answers to 127.0.0.1 and localhost only; call http://127.0.0.1:${port}.` });

test.each([
  ["another name", "evil.example:PORT"],
  ["another port", "127.0.0.1:1"],
  ["no port", "localhost"],
  ["a name that begins like ours", "127.0.0.1.evil.example:PORT"],
  ["a name below ours", "documents.localhost:PORT"],
])("a request to %s is refused, and told the right one", async (_, host) => {
  const served = await serve({ allowOrigins: ["*"] });

  const answer = await post(served, { host, origin: "http://rebound.example" });

  expect([answer.status, answer.body]).toEqual([403, named(served.port)]);
  expect(served.calls).toEqual([]);
});

test.each(["https://evil.example", "http://127.0.0.1.evil.example", "file://localhost", "null"])(
  "a page of %s cannot post, nor ask whether it may, and is told what is missing",
  async (origin) => {
    const served = await serve({ allowOrigins: ["https://app.example.com"] });
    const headers = { host: "127.0.0.1:PORT", origin };

    const posted = await post(served, headers);
    const asked = await post(served, { ...headers, "access-control-request-method": "POST" }, "OPTIONS");

    const message = `This API does not answer pages of ${origin}; its CORS configuration (allowOrigins) has to name that origin.`;
    expect([posted.status, posted.body]).toEqual([403, { message }]);
    expect(asked.status).toBe(403);
    expect(asked.headers).not.toHaveProperty("access-control-allow-origin");
    expect(served.calls).toEqual([]);
  },
);

test.each([
  ["a client", { host: "127.0.0.1:PORT" }],
  ["a client that calls it localhost", { host: "localhost:PORT" }],
  ["a client of IPv6", { host: "[::1]:PORT" }],
  ["a page of this machine", { host: "localhost:PORT", origin: "http://localhost:5173" }],
  ["a page of a configured origin", { host: "127.0.0.1:PORT", origin: "https://app.example.com" }],
  ["a page of a configured scheme", { host: "127.0.0.1:PORT", origin: "http://10.0.0.1:8080" }],
])("%s is answered", async (_, headers: Record<string, string>) => {
  const served = await serve({ allowOrigins: ["https://app.example.com", "http://*"] });

  const { status } = await post(served, headers);

  expect([status, served.calls.length]).toEqual([200, 1]);
});

test("before the API is deployed, a client is asked to come again, and another name is refused already", async () => {
  const server = await ApiServer.listen(0);
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);

  const [client, rebound] = [await post({ port }, { host: "127.0.0.1:PORT" }), await post({ port }, { host: "evil.example:PORT" })];

  expect([client.status, client.headers["retry-after"], client.body]).toEqual([503, "1", { message: "Service Unavailable" }]);
  expect([rebound.status, rebound.body]).toEqual([403, named(port)]);
});
