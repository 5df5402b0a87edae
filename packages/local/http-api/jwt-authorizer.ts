import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Clock } from "../clock.ts";
import type { Authorizer } from "./authorizer.ts";
import { GatewayError } from "./response.ts";

export interface JwtAuthorizerOptions {
  readonly issuer: string;
  /** One of these must be the token's audience. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
}

/** API Gateway takes algorithms of RSA only. */
const algorithms = ["RS256", "RS384", "RS512"];

/**
 * The JWT authorizer of an HTTP API, for tokens in the `Authorization` header, with or without `Bearer` before them. The
 * issuer's keys are found through its discovery document, at the first request.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function jwtAuthorizer({ issuer, audiences, clock }: JwtAuthorizerOptions): Authorizer {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async ({ headers }) => {
    const token = headers["authorization"]?.replace(/^Bearer +/i, "");
    if (token === undefined || token === "") throw new GatewayError(401, undefined, { "www-authenticate": "Bearer" });
    refuseOtherAudiences(token, audiences);
    keys ??= keysOf(issuer);
    keys.catch(() => {
      keys = undefined;
    });
    const { payload } = await verified(token, await keys, { issuer, algorithms, currentDate: new Date(clock.now()) });
    return { jwt: { claims: claimsOf(payload), scopes: null } };
  };
}

async function verified(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]) {
  try {
    return await jwtVerify(token, keys, { ...options, requiredClaims: ["exp"] });
  } catch (error) {
    throw refusal(error instanceof errors.JWTExpired ? "the token has expired" : "the token is not valid");
  }
}

/** `client_id` counts only where there is no `aud`. */
function refuseOtherAudiences(token: string, audiences: readonly string[]): void {
  const { aud, client_id: clientId } = payloadOf(token);
  if (![aud ?? clientId].flat().some((audience) => audiences.includes(String(audience)))) {
    throw refusal("the token does not have a valid audience");
  }
}

function payloadOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw refusal("the token is not valid");
  }
}

async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    const { jwks_uri: address } = (await response.json()) as { jwks_uri: string };
    return createRemoteJWKSet(new URL(address));
  } catch {
    throw refusal("OIDC discovery endpoint communication error");
  }
}

/** The documentation shows this header for one reason; the others are worded after it. */
function refusal(reason: string): GatewayError {
  return new GatewayError(401, undefined, { "www-authenticate": `Bearer scope="" error="invalid_token" error_description="${reason}"` });
}

/** API Gateway hands every claim over as a string, a list as `[a b]`. */
function claimsOf(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, claim(value)]));
}

function claim(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(" ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
