import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { AwsError } from "../../aws.ts";
import { type AccessLogEntry, compileAccessLogFormat } from "../../http-api/access-log.ts";
import { openSocket, serve } from "./serve.ts";

const entry: AccessLogEntry = {
  context: {
    accountId: "123456789012",
    apiId: "a1b2c3",
    domainName: "a1b2c3.execute-api.us-east-1.amazonaws.com",
    domainPrefix: "a1b2c3",
    http: { method: "GET", path: "/jobs/7", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "agent" },
    requestId: "JKJaXmPLvHcESHA=",
    routeKey: "GET /jobs/{jobId}",
    stage: "$default",
    time: "12/Mar/2020:19:03:58 +0000",
    timeEpoch: 1584039838390,
  },
  status: 503,
  responseLength: 33,
  responseLatencyMilliseconds: 30_001,
  errorMessage: "Service Unavailable",
  integrationError: "The integration timed out",
  integrationLatencyMilliseconds: 30_000,
};

test.each([
  ["accountId", "123456789012"],
  ["apiId", "a1b2c3"],
  ["domainName", "a1b2c3.execute-api.us-east-1.amazonaws.com"],
  ["domainPrefix", "a1b2c3"],
  ["error.message", "Service Unavailable"],
  ["extendedRequestId", "JKJaXmPLvHcESHA="],
  ["httpMethod", "GET"],
  ["identity.sourceIp", "127.0.0.1"],
  ["identity.userAgent", "agent"],
  ["integration.error", "The integration timed out"],
  ["integration.latency", "30000"],
  ["integrationErrorMessage", "The integration timed out"],
  ["integrationLatency", "30000"],
  ["path", "/jobs/7"],
  ["protocol", "HTTP/1.1"],
  ["requestId", "JKJaXmPLvHcESHA="],
  ["requestTime", "12/Mar/2020:19:03:58 +0000"],
  ["requestTimeEpoch", "1584039838390"],
  ["responseLatency", "30001"],
  ["responseLength", "33"],
  ["routeKey", "GET /jobs/{jobId}"],
  ["stage", "$default"],
  ["status", "503"],
])("$context.%s is %s", (name, value) => {
  const render = compileAccessLogFormat(`{"requestId":"$context.requestId","it":"$context.${name}"}`);

  expect(render(entry)).toBe(`{"requestId":"JKJaXmPLvHcESHA=","it":"${value}"}`);
});

test("a variable without a value is a dash", () => {
  const render = compileAccessLogFormat("$context.requestId $context.integrationErrorMessage $context.routeKey");

  const line = render({ ...entry, integrationError: undefined, context: { ...entry.context, routeKey: "" } });

  expect(line).toBe("JKJaXmPLvHcESHA= - -");
});

test("a line of a JSON format stays one JSON object, whatever the client sent", () => {
  const render = compileAccessLogFormat('{"requestId":"$context.requestId","path":"$context.path","agent":"$context.identity.userAgent"}');
  const hostile = { path: '/a"},{"b":"\n$context.status', userAgent: "\\" };

  const line = render({ ...entry, context: { ...entry.context, http: { ...entry.context.http, ...hostile } } });

  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({ requestId: "JKJaXmPLvHcESHA=", path: hostile.path, agent: hostile.userAgent });
});

test.each(["$context.authorizer.claims.sub", "$context.constructor", "$context.identity", "$context", "$context.statuses"])(
  "%s is refused",
  (variable) => {
    expect(() => compileAccessLogFormat(`$context.requestId ${variable}`)).toThrow(`Access log variable ${variable} is not supported`);
  },
);

test("a format needs the request id, and at most 3 KB", () => {
  expect(() => compileAccessLogFormat("$context.status")).toThrow("lacks $context.requestId");
  expect(compileAccessLogFormat(`$context.requestId ${"x".repeat(3053)}`)(entry)).toBe(`JKJaXmPLvHcESHA= ${"x".repeat(3053)}`);
  expect(() => compileAccessLogFormat(`$context.requestId ${"x".repeat(3054)}`)).toThrow("larger than 3 KB");
});

test("each request is logged once, with what it was answered", async () => {
  const payloads = ['{"statusCode":201,"body":"four"}', "}"];
  let call = 0;
  const { url, log } = await serve(["POST /jobs"], async () => {
    const payload = payloads[call++];
    if (payload === undefined) throw new AwsError("AccessDeniedException", "");
    return { payload };
  });

  for (let sent = 0; sent < 3; sent++) await fetch(`${url}/jobs`, { method: "POST" });
  await fetch(`${url}/nowhere`);
  const response = await fetch(`${url}/%ff`);

  const seen = log.map(({ context, status, responseLength, integrationError }) => [
    context.routeKey,
    context.http.path,
    status,
    responseLength,
    integrationError,
  ]);
  expect(seen).toEqual([
    ["POST /jobs", "/jobs", 201, 4, undefined],
    ["POST /jobs", "/jobs", 500, 35, "The response from the Lambda function doesn't match the format that API Gateway expects: JSON"],
    [
      "POST /jobs",
      "/jobs",
      500,
      35,
      "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.",
    ],
    ["", "/nowhere", 404, 23, undefined],
    ["", "/%ff", 400, 25, undefined],
  ]);
  expect(log[3]).toMatchObject({ errorMessage: "Not Found" });
  expect(log[0]?.errorMessage).toBeUndefined();
  expect(log[4]?.context.requestId).toBe(response.headers.get("apigw-requestid"));
});

test("the latencies are the clock's", async () => {
  const { url, log, clock } = await serve(["$default"], async () => {
    await clock.advance(250);
    return { payload: "{}" };
  });

  await fetch(url);

  expect(log[0]).toMatchObject({ responseLatencyMilliseconds: 250, integrationLatencyMilliseconds: 250 });
});

test("a client that leaves in the middle of its body is logged once and calls no function", async () => {
  const { port, log, events } = await serve();
  const socket = await openSocket(port);

  socket.write("POST /jobs HTTP/1.1\r\nHost: local\r\nContent-Length: 100\r\n\r\nhalf");
  socket.destroy();
  await once(socket, "close");
  await vi.waitFor(() => expect(log).toHaveLength(1));

  expect(log[0]).toMatchObject({ status: 400, context: { routeKey: "$default" } });
  expect(log[0]?.integrationError).toBeUndefined();
  expect(events).toEqual([]);
});
