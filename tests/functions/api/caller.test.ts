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

test("by IAM, each role, user, federated user and the root user is an owner of its own, also within one account", () => {
  const userIds = ["AROAEXAMPLE:ann", "AROAOTHER:ann", "AIDAEXAMPLE", "123456789012", "123456789012:ann", "123456789012:bob"];

  const owners = userIds.map((userId) => owner(iam(userId)));

  expect(new Set(owners).size).toBe(userIds.length);
});

test.each([
  ["a role's sessions", "AROAEXAMPLE:monday", "AROAEXAMPLE:tuesday"],
  ["an instance's and a person's session of one role", "AROAEXAMPLE:i-0123456789abcdef0", "AROAEXAMPLE:ann@a.example"],
  ["a user's calls", "AIDAEXAMPLE", "AIDAEXAMPLE"],
  ["a federated user's sessions", "123456789012:ann", "123456789012:ann"],
])("%s are one owner", (_, first, second) => {
  expect(owner(iam(first))).toBe(owner(iam(second)));
});

test.each([
  [{}, "The token has no iss claim."],
  [{ iss: "https://a.example", sub: "" }, "The token has no sub claim."],
  [{ sub: "ann" }, "The token has no iss claim."],
])("a token with the claims %j is refused", (claims, message) => {
  expect(() => owner(jwt(claims))).toThrow(expect.objectContaining({ code: "TokenClaimMissing", message }));
});
