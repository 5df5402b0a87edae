import { expect, test } from "vitest";
import { AwsError } from "../../aws.ts";
import type { Invocation } from "../../lambda/invocation.ts";
import { serve } from "./serve.ts";

test.each([
  {
    outcome: "failed",
    invoke: async () => ({ errorType: "Unhandled", errorMessage: "" }),
    status: 500,
    message: "Internal Server Error",
    logged: "The Lambda function returned an error",
  },
  {
    outcome: "may not be called",
    invoke: () => Promise.reject(new AwsError("AccessDeniedException", "")),
    status: 500,
    message: "Internal Server Error",
    logged:
      "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.",
  },
  {
    outcome: "was throttled",
    invoke: () => Promise.reject(new AwsError("TooManyRequestsException", "", 429)),
    status: 503,
    message: "Service Unavailable",
    logged: "The Lambda function was throttled",
  },
])("a function that $outcome: $status", async ({ invoke, status, message, logged }) => {
  const { url, log } = await serve(["$default"], invoke);

  const response = await fetch(url);

  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.text()).toBe(`{"message":"${message}"}`);
  expect(log[0]).toMatchObject({ integrationError: logged, errorMessage: message });
});

test("a call that fails unexpectedly is a 500, with the reason only in the log", async () => {
  const { url, log } = await serve(["$default"], () => Promise.reject(new Error("no worker")));

  const response = await fetch(url);

  expect(response.status).toBe(500);
  expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  expect(log[0]?.integrationError).toBe("Error: no worker");
});

/** A function that answers on request, and reports when it was called. */
function pending() {
  const called = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<Invocation["outcome"]>();
  const invoke = () => {
    called.resolve();
    return outcome.promise;
  };
  return { invoke, called: called.promise, outcome };
}

test.each([
  { declared: 10_000, timeout: 10_000 },
  { declared: 30_000, timeout: 30_000 },
  { declared: 900_000, timeout: 30_000 },
])("an integration of $declared ms times out after $timeout ms", async ({ declared, timeout }) => {
  const { invoke, called } = pending();
  const { clock } = await serve();
  const route = { routeKey: "$default", timeoutMilliseconds: declared, invoke };
  const { url } = await serve([], undefined, { routes: [route], clock });
  let answered = false;

  const answer = fetch(url).finally(() => {
    answered = true;
  });
  await called;
  await clock.advance(timeout - 1);
  const early = answered;
  await clock.advance(1);
  const response = await answer;

  expect(early).toBe(false);
  expect(response.status).toBe(503);
  expect(await response.text()).toBe('{"message":"Service Unavailable"}');
});

test.each(["resolves", "rejects"] as const)("a function that %s after the timeout changes nothing", async (how) => {
  const { invoke, called, outcome } = pending();
  const { url, clock, log } = await serve(["GET /slow", "GET /fast"], (event) =>
    event.rawPath === "/slow" ? invoke() : Promise.resolve({ payload: '{"statusCode":200}' }),
  );

  const slow = fetch(`${url}/slow`);
  await called;
  await clock.advance(30_000);
  const { status } = await slow;
  if (how === "resolves") outcome.resolve({ payload: '{"statusCode":200}' });
  else outcome.reject(new Error("late"));
  const next = await fetch(`${url}/fast`);

  expect(status).toBe(503);
  expect(next.status).toBe(200);
  expect(log).toHaveLength(2);
});

test("no timer is left behind by an answer", async () => {
  const { url, clock } = await serve();

  await fetch(url);

  expect(clock.sleeping).toBe(0);
});
