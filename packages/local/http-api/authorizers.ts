import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayEventRequestContextJWTAuthorizer } from "aws-lambda";
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { AwsError, type AwsRequest, arn, type Location } from "../aws.ts";
import type { Clock } from "../clock.ts";
import { accessKeyIdOf, type Principal, sessionArnOf } from "../iam/roles.ts";
import type { AccessRequest } from "../service.ts";
import { GatewayError } from "./response.ts";

/** The caller of a request, as the event has it in `requestContext.authorizer`. */
export type AuthorizerContext =
  | Pick<APIGatewayEventRequestContextJWTAuthorizer, "jwt">
  | { readonly iam: { readonly [Member in keyof APIGatewayEventRequestContextIAMAuthorizer["iam"]]: string | null } };

/**
 * Finds the caller of a request.
 *
 * @throws GatewayError 401 or 403 where the request may not pass.
 */
export type Authorizer = (request: AwsRequest) => Promise<AuthorizerContext>;

/** Finds the signer of a request for `execute-api`, and checks that their policies allow it. @throws AwsError */
export type AdmitSigned = (request: AwsRequest, permission: AccessRequest) => Promise<Principal>;

/**
 * IAM authorization of an HTTP API: callers that sign with Signature Version 4 and may invoke the API are authorized.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export const iamAuthorizer =
  (apiId: string, location: Location, admit: AdmitSigned): Authorizer =>
  async (request) => {
    const [path = ""] = request.url.split("?");
    const resource = arn(location, "execute-api", `${apiId}/$default/${request.method}${path}`);
    try {
      return { iam: identityOf(await admit(request, { action: "execute-api:Invoke", resource }), location) };
    } catch (error) {
      throw error instanceof AwsError ? new GatewayError(403) : error; // the answer gives no reason
    }
  };

/** As for the session of an assumed role: its id, a colon, and the session's name. */
function identityOf(principal: Principal, { accountId }: Location) {
  const accessKey = accessKeyIdOf(principal);
  const userId = `AROA${accessKey}:${principal.sessionName ?? principal.roleName}`;
  const userArn = sessionArnOf(principal, accountId);
  return { accessKey, accountId, callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId };
}

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
    // API Gateway hands every claim over as a string.
    const claims = Object.entries(payload).map(([name, value]) => [name, claimText(value)]);
    return { jwt: { claims: Object.fromEntries(claims), scopes: null } };
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

/** A list is written as `[a b]`. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(" ")}]`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
