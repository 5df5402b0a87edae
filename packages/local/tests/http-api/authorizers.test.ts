import { type CryptoKey, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsError } from "../../aws.ts";
import { type Authorizer, iamAuthorizer, jwtAuthorizer } from "../../http-api/authorizers.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { startTokenIssuer, type TokenIssuer } from "../../testing/token-issuer.ts";
import { serve } from "./serve.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const hour = 3_600;
const now = noon / 1_000;

/** An API whose one route asks this authorizer. */
const served = (authorize: Authorizer) => {
  const calls: unknown[] = [];
  const invoke = async (event: string) => {
    calls.push(JSON.parse(event).requestContext.authorizer);
    return { payload: '{"statusCode":200}' };
  };
  const route = { routeKey: "GET /jobs/{jobId}", timeoutMilliseconds: 30_000, authorize, invoke };
  return serve([], undefined, { routes: [route] }).then(({ url }) => ({ url, calls }));
};

describe("JWT", () => {
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await startTokenIssuer();
  });
  afterAll(() => issuer.stop());

  interface TokenParts {
    readonly claims?: Record<string, unknown>;
    readonly key?: CryptoKey;
    readonly expiresAt?: number;
  }
  const token = ({ claims = { aud: "app", sub: "ann" }, key, expiresAt = now + hour }: TokenParts = {}) =>
    issuer.token(claims, { ...(key && { key }), expiresAt });

  const api = (iss: string) => served(jwtAuthorizer({ issuer: iss, audiences: ["app", "other-app"], clock: new ManualClock(noon) }));
  const get = (url: string, authorization?: string) =>
    fetch(`${url}/jobs/1`, authorization === undefined ? {} : { headers: { authorization } });

  test("a valid token passes, and the function sees its claims as strings", async () => {
    const { url, calls } = await api(issuer.url);

    const claims = { aud: "app", sub: "ann", groups: ["a", "b"], admin: true };
    const statuses = [
      await get(url, `Bearer ${await token({ claims })}`),
      await get(url, await token({ claims: { client_id: "other-app" } })),
    ].map(({ status }) => status);

    expect(statuses).toEqual([200, 200]);
    expect(calls[0]).toEqual({
      jwt: { claims: { iss: issuer.url, aud: "app", sub: "ann", groups: "[a b]", admin: "true", exp: String(now + hour) }, scopes: null },
    });
  });

  test.each<[string, TokenParts, string]>([
    ["another audience", { claims: { aud: "theirs" } }, "the token does not have a valid audience"],
    ["another audience, its client known", { claims: { aud: "theirs", client_id: "app" } }, "the token does not have a valid audience"],
    ["no audience", { claims: {} }, "the token does not have a valid audience"],
    ["a token that has expired", { expiresAt: now - 1 }, "the token has expired"],
    ["another issuer", { claims: { aud: "app", iss: "http://127.0.0.1:1" } }, "the token is not valid"],
    ["a time before which it is not valid", { claims: { aud: "app", nbf: now + hour } }, "the token is not valid"],
  ])("%s is a 401 with its reason, and calls nothing", async (_, parts, reason) => {
    const { url, calls } = await api(issuer.url);

    const response = await get(url, `Bearer ${await token(parts)}`);

    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: "Unauthorized" });
    expect(response.headers.get("www-authenticate")).toBe(`Bearer scope="" error="invalid_token" error_description="${reason}"`);
    expect(calls).toEqual([]);
  });

  test("another's signature, nonsense, and no token at all are a 401", async () => {
    const { url, calls } = await api(issuer.url);

    const forged = await get(url, await token({ key: (await generateKeyPair("RS256")).privateKey }));
    const nonsense = await get(url, "Bearer nonsense");
    const none = await get(url);

    expect([forged.status, nonsense.status, none.status]).toEqual([401, 401, 401]);
    expect(none.headers.get("www-authenticate")).toBe("Bearer");
    expect(calls).toEqual([]);
  });

  test("an issuer that does not answer is asked again at the next request", async () => {
    const asked: string[] = [];
    const { url } = await api("http://127.0.0.1:1");

    for (const _ of [1, 2]) asked.push((await get(url, await token())).headers.get("www-authenticate") ?? "");

    expect(asked).toEqual(
      Array(2).fill('Bearer scope="" error="invalid_token" error_description="OIDC discovery endpoint communication error"'),
    );
  });
});

describe("IAM", () => {
  const place = { region: "us-east-1", accountId: "000000000000", apiUrl: "" };
  const principal = { roleName: "reader", secretAccessKey: "0123456789abcdefghij", policies: [] };

  test("who may invoke this method and path passes, and the function sees who it is", async () => {
    const asked: unknown[] = [];
    const { url, calls } = await served(
      iamAuthorizer("api1", place, async (_, permission) => {
        asked.push(permission);
        return principal;
      }),
    );

    const { status } = await fetch(`${url}/jobs/1?x=y`);

    expect(status).toBe(200);
    expect(asked).toEqual([
      { action: "execute-api:Invoke", resource: "arn:aws:execute-api:us-east-1:000000000000:api1/$default/GET/jobs/1" },
    ]);
    expect(calls).toEqual([
      {
        iam: {
          accessKey: "LOCAL0123456789ABCDE",
          accountId: "000000000000",
          callerId: "AROALOCAL0123456789ABCDE:reader",
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: "arn:aws:sts::000000000000:assumed-role/reader/reader",
          userId: "AROALOCAL0123456789ABCDE:reader",
        },
      },
    ]);
  });

  test("all others are a 403 without a reason", async () => {
    const { url, calls } = await served(
      iamAuthorizer("api1", place, () => {
        throw new AwsError("AccessDeniedException", "User … is not authorized");
      }),
    );

    const response = await fetch(`${url}/jobs/1`);

    expect([response.status, await response.json(), calls]).toEqual([403, { message: "Forbidden" }, []]);
  });
});
