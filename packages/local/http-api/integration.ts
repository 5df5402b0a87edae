import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Clock } from "../clock.ts";
import type { Authorizer } from "./authorizer.ts";
import { limits } from "./limits.ts";
import { GatewayError } from "./response.ts";

/** What became of a synchronous call of a function: the JSON text that it returned, or why there is none. */
export type InvokeOutcome = { readonly payload: string } | { readonly error: keyof typeof failures };

/** A route and the Lambda proxy integration behind it. */
export interface HttpApiRoute {
  /** `POST /jobs`, `GET /jobs/{jobId}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  /** Of the integration. The function is left to run on after it, as it is after the client has gone. */
  readonly timeoutMilliseconds: number;
  /** None where everybody may call. */
  readonly authorize?: Authorizer | undefined;
  invoke(event: APIGatewayProxyEventV2): Promise<InvokeOutcome>;
}

/** What the gateway makes of a function without an answer. */
const failures = {
  unhandled: new GatewayError(500, "The Lambda function returned an error"),
  denied: new GatewayError(
    500,
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.",
  ),
  // AWS does not say which 5xx an HTTP API makes of this. Nothing has run, so the one that invites a retry is the truer one.
  throttled: new GatewayError(503, "The Lambda function was throttled"),
} as const;

/**
 * Calls the function behind a route.
 *
 * @returns the JSON text that it returned.
 * @throws GatewayError 413 for an event above Lambda's own limit, 500 or 503 for a function without an answer.
 */
export async function invokeIntegration(route: HttpApiRoute, event: APIGatewayProxyEventV2, clock: Clock): Promise<string> {
  if (Buffer.byteLength(JSON.stringify(event)) > limits.lambdaRequestBytes) throw new GatewayError(413);
  const outcome = await outcomeInTime(route, event, clock);
  // An HTTP API says 503 where a REST API says 504 (serverless/serverless#11222).
  if (outcome === "timed out") throw new GatewayError(503, "The integration timed out");
  if ("error" in outcome) throw failures[outcome.error];
  if (Buffer.byteLength(outcome.payload) > limits.lambdaResponseBytes) throw new GatewayError(500, "The response is larger than 6 MB");
  return outcome.payload;
}

async function outcomeInTime(route: HttpApiRoute, event: APIGatewayProxyEventV2, clock: Clock): Promise<InvokeOutcome | "timed out"> {
  const answered = new AbortController();
  const outcome = route.invoke(event);
  const timeout = Math.min(route.timeoutMilliseconds, limits.integrationMilliseconds);
  const timedOut = clock.sleep(timeout, answered.signal).then(() => "timed out" as const);
  try {
    return await Promise.race([outcome, timedOut]);
  } finally {
    answered.abort("answered"); // the default reason is an error, and taking its stack trace the dearest part of a call
  }
}
