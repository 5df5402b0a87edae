import { expect, test } from "vitest";
import { ownerOf } from "../../../functions/api/caller.ts";
import { httpEvent } from "../../support/http-event.ts";

const owner = (authorizer?: object) => ownerOf(httpEvent({ requestContext: { requestId: "r", authorizer } as never }));
const jwt = (claims: object) => ({ jwt: { claims, scopes: null } });
const iam = (userId: string) => ({ iam: { userId } });

test("without authentication everyone is the same owner", () => {
  expect(owner()).toBe("public");
});

test("a token's owner is its issuer's subject, whatever else it says; a signer's their role or user, whatever its session", () => {
  const ann = owner(jwt({ iss: "https://a.example", sub: "ann", aud: "app" }));

  expect(owner(jwt({ iss: "https://a.example", sub: "ann", exp: "1" }))).toBe(ann);
  expect(owner(iam("AROAEXAMPLE:monday"))).toBe(owner(iam("AROAEXAMPLE:tuesday")));
  const others = [
    owner(jwt({ iss: "https://b.example", sub: "ann" })),
    owner(jwt({ iss: "https://a.example", sub: "bob" })),
    owner(jwt({ iss: "https://a.example\nann", sub: "x" })),
    owner(iam("AROAEXAMPLE:monday")),
    owner(iam("AIDAEXAMPLE")),
  ];
  expect(new Set([...others, ann, "public"]).size).toBe(7);
  expect(ann).toMatch(/^[\w-]{22}$/);
});

test.each([
  [{}, "The token has no iss claim."],
  [{ iss: "https://a.example", sub: "" }, "The token has no sub claim."],
  [{ sub: "ann" }, "The token has no iss claim."],
])("a token with the claims %j is refused", (claims, message) => {
  expect(() => owner(jwt(claims))).toThrow(expect.objectContaining({ code: "TokenClaimMissing", message }));
});
