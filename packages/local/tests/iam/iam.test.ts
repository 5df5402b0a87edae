import { describe, expect, test } from "vitest";
import { evaluate } from "../../iam/evaluate.ts";
import { PermissionLedger } from "../../iam/permission-ledger.ts";
import { compilePolicy } from "../../iam/policy.ts";
import { compileTrustPolicy } from "../../iam/trust-policy.ts";
import type { AccessRequest } from "../../service.ts";

const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/jobs";

function policyOf(...statements: object[]) {
  return compilePolicy({ Version: "2012-10-17", Statement: statements });
}

function decide(statements: object[], action: string, resource: string, context: AccessRequest["context"] = {}): string {
  return evaluate([policyOf(...statements)], { action, resource, context }).reason;
}

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (Action: string, Resource: string) => ({ Effect: "Deny", Action, Resource });

describe("a decision", () => {
  test("is a denial where nothing allows", () => {
    expect(decide([allow("dynamodb:GetItem", table)], "dynamodb:PutItem", table)).toBe("implicit deny");
    expect(evaluate([], { action: "dynamodb:GetItem", resource: table })).toEqual({ allowed: false, reason: "implicit deny" });
  });

  test("is a denial where one statement denies, in whatever order and policy", () => {
    const allowing = policyOf(allow("dynamodb:*", "*"));
    const denying = policyOf(deny("dynamodb:DeleteItem", table));
    const request = { action: "dynamodb:DeleteItem", resource: table };

    const decisions = [evaluate([allowing, denying], request), evaluate([denying, allowing], request)];

    expect(decisions.map(({ allowed, reason }) => [allowed, reason])).toEqual([
      [false, "explicit deny"],
      [false, "explicit deny"],
    ]);
  });

  test("names the statement and the pattern that allowed", () => {
    const policy = policyOf({ Sid: "Reads", ...allow(["dynamodb:Query", "dynamodb:Get*"], table) });

    const decision = evaluate([policy], { action: "dynamodb:GetItem", resource: table });

    expect([decision.allowed, decision.statement?.name, decision.action?.text]).toEqual([true, "Reads", "dynamodb:Get*"]);
  });
});

describe("actions", () => {
  test.each([
    ["dynamodb:GetItem", "dynamodb:GetItem", true],
    ["DynamoDB:getitem", "dynamodb:GetItem", true],
    ["dynamodb:Get*", "dynamodb:GetItem", true],
    ["dynamodb:?etItem", "dynamodb:GetItem", true],
    ["dynamodb:Get", "dynamodb:GetItem", false],
    ["dynamodb:Get?", "dynamodb:GetItem", false],
    ["dynamodb:*Item", "dynamodb:BatchGetItem", true],
    ["*", "s3:GetObject", true],
    ["s3:*", "dynamodb:GetItem", false],
  ])("%s on %s: %s", (pattern, action, applies) => {
    expect(decide([allow(pattern, "*")], action, table) === "allowed").toBe(applies);
  });

  test("NotAction is all but those", () => {
    const statement = { Effect: "Allow", NotAction: ["dynamodb:DeleteItem", "dynamodb:Batch*"], Resource: "*" };

    expect(["GetItem", "DeleteItem", "BatchGetItem"].map((name) => decide([statement], `dynamodb:${name}`, table))).toEqual([
      "allowed",
      "implicit deny",
      "implicit deny",
    ]);
  });
});

describe("resources", () => {
  test.each([
    [table, table, true],
    [table, `${table}/index/open-jobs`, false],
    [`${table}/index/*`, `${table}/index/open-jobs`, true],
    [`${table}/index/*`, table, false],
    [table, table.replace("jobs", "Jobs"), false],
    ["arn:aws:dynamodb:*:*:table/jobs", table, true],
    ["arn:aws:dynamodb:eu-*-1:123456789012:table/j?bs", table, true],
    ["arn:aws:dynamodb:e*1:123456789012:table/jobs", table, true],
    ["arn:aws:dynamodb:*", table, true],
    ["arn:aws:s3:::documents/*", "arn:aws:s3:::documents/jobs/a:b/c", true],
    ["arn:aws:s3:::documents/*.png", "arn:aws:s3:::documents/a:b.png", true],
    ["arn:aws:s3:::documents/*", "arn:aws:s3:::documents", false],
    ["arn:aws:s3:::documents/a.png", "arn:aws:s3:::documents/aXpng", false],
    ["arn:aws:lambda:eu-central-1:123456789012:function:ocr", "arn:aws:lambda:eu-central-1:123456789012:function:ocr:3", false],
    ["arn:aws:lambda:eu-central-1:123456789012:function:ocr:*", "arn:aws:lambda:eu-central-1:123456789012:function:ocr:3", true],
    // Inside its segment a wildcard stays there; at the end of one it reaches on.
    ["arn:aws:lambda:e*1:function:ocr", "arn:aws:lambda:eu-central-1:123456789012:function:ocr", false],
    ["arn:aws:lambda:eu-*1:*:function:ocr", "arn:aws:lambda:eu-x:1:123:function:ocr", false],
    ["arn:aws:lambda:eu-*:123456789012:function:ocr", "arn:aws:lambda:eu-central-1:x:123456789012:function:ocr", true],
  ])("%s on %s: %s", (pattern, resource, applies) => {
    expect(decide([allow("*", pattern)], "dynamodb:GetItem", resource) === "allowed").toBe(applies);
  });

  test("NotResource is all but those", () => {
    const statement = { Effect: "Allow", Action: "dynamodb:*", NotResource: [table] };

    expect([table, `${table}2`].map((resource) => decide([statement], "dynamodb:GetItem", resource))).toEqual(["implicit deny", "allowed"]);
  });
});

describe("conditions", () => {
  const own = "aws:PrincipalArn";
  const role = "arn:aws:iam::123456789012:role/ocr";

  test.each<[string, string, unknown, AccessRequest["context"], boolean]>([
    ["StringEquals", "s3:prefix", "jobs/", { "s3:prefix": "jobs/" }, true],
    ["StringEquals", "s3:prefix", "jobs/", { "s3:prefix": "jobs/1" }, false],
    ["StringEquals", "S3:Prefix", ["a", "b"], { "s3:prefix": "b" }, true],
    ["StringEquals", "s3:prefix", "jobs/", {}, false],
    ["StringEqualsIfExists", "s3:prefix", "jobs/", {}, true],
    ["StringNotEquals", "s3:prefix", ["a", "b"], { "s3:prefix": "b" }, false],
    ["StringNotEquals", "s3:prefix", ["a", "b"], { "s3:prefix": "c" }, true],
    ["StringNotEquals", "s3:prefix", "a", {}, true],
    ["StringEqualsIgnoreCase", "s3:prefix", "JOBS", { "s3:prefix": "jobs" }, true],
    ["StringNotEqualsIgnoreCase", "s3:prefix", "JOBS", { "s3:prefix": "jobs" }, false],
    ["StringLike", "s3:prefix", "jobs/*", { "s3:prefix": "jobs/1/2" }, true],
    ["StringLike", "s3:prefix", "jobs/?", { "s3:prefix": "jobs/12" }, false],
    ["StringNotLike", "s3:prefix", "jobs/*", { "s3:prefix": "jobs/1" }, false],
    ["ArnEquals", own, "arn:aws:iam::*:role/o?r", { [own]: role }, true],
    ["ArnLike", own, "arn:aws:iam::123456789012:role/ml*", { [own]: role }, false],
    ["ArnLike", own, "arn:*:iam::*:role/ocr", { [own]: "arn:aws:x:iam::1:role/ocr" }, false],
    ["ArnNotLike", own, "arn:aws:iam::*:role/ocr", { [own]: role }, false],
    ["ArnNotEquals", own, "arn:aws:iam::*:role/ml", { [own]: role }, true],
    ["Bool", "aws:SecureTransport", "false", { "aws:SecureTransport": "true" }, false],
    ["Bool", "aws:SecureTransport", true, { "aws:SecureTransport": "true" }, true],
    ["Null", "s3:prefix", "true", {}, true],
    ["Null", "s3:prefix", "false", {}, false],
    ["Null", "s3:prefix", false, { "s3:prefix": "" }, true],
    ["NumericLessThanEquals", "s3:max-keys", "10", { "s3:max-keys": "10" }, true],
    ["NumericLessThan", "s3:max-keys", 10, { "s3:max-keys": "10" }, false],
    ["NumericGreaterThan", "s3:max-keys", "9", { "s3:max-keys": "10" }, true],
    ["NumericGreaterThanEquals", "s3:max-keys", "11", { "s3:max-keys": "10" }, false],
    ["NumericEquals", "s3:max-keys", "10", { "s3:max-keys": "10.0" }, true],
    ["NumericNotEquals", "s3:max-keys", "10", { "s3:max-keys": "10" }, false],
    ["NumericLessThan", "s3:max-keys", "10", { "s3:max-keys": "many" }, false],
    ["ForAllValues:StringEquals", "s3:prefix", ["a", "b"], { "s3:prefix": ["a", "b", "a"] }, true],
    ["ForAllValues:StringEquals", "s3:prefix", ["a", "b"], { "s3:prefix": ["a", "c"] }, false],
    ["ForAllValues:StringEquals", "s3:prefix", "a", {}, true],
    ["ForAnyValue:StringEquals", "s3:prefix", "a", { "s3:prefix": ["c", "a"] }, true],
    ["ForAnyValue:StringEquals", "s3:prefix", "a", { "s3:prefix": ["c"] }, false],
    ["ForAnyValue:StringEquals", "s3:prefix", "a", {}, false],
    ["ForAnyValue:StringNotEquals", "s3:prefix", "a", { "s3:prefix": ["a", "b"] }, true],
  ])("%s %s %j of %j: %s", (operator, key, wanted, context, holds) => {
    const statement = allow("s3:ListBucket", "*", { [operator]: { [key]: wanted } });

    expect(decide([statement], "s3:ListBucket", "arn:aws:s3:::documents", context) === "allowed").toBe(holds);
  });

  test("all of a statement's conditions must hold", () => {
    const condition = { StringLike: { "s3:prefix": "jobs/*" }, NumericLessThan: { "s3:max-keys": "5" } };
    const decideOn = (context: AccessRequest["context"]) =>
      decide([allow("*", "*", condition)], "s3:ListBucket", "arn:aws:s3:::documents", context);

    expect([decideOn({ "s3:prefix": "jobs/1", "s3:max-keys": "4" }), decideOn({ "s3:prefix": "jobs/1", "s3:max-keys": "5" })]).toEqual([
      "allowed",
      "implicit deny",
    ]);
  });
});

describe("a policy is refused, and says why, for", () => {
  const good = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };

  test.each<[string, object, string]>([
    [
      "an unknown operator",
      { ...good, Condition: { StringMatches: { "s3:prefix": "a" } } },
      "The condition operator StringMatches is not evaluated here",
    ],
    [
      "a date",
      { ...good, Effect: "Deny", Condition: { DateLessThan: { "s3:prefix": "2026" } } },
      "The condition operator DateLessThan is not evaluated here",
    ],
    [
      "an inherited name",
      { ...good, Condition: { toString: { "s3:prefix": "a" } } },
      "The condition operator toString is not evaluated here",
    ],
    [
      "an unknown key",
      { ...good, Condition: { StringEquals: { "aws:SourceVpc": "a" } } },
      "The condition key aws:SourceVpc is not evaluated here",
    ],
    ["a number that is none", { ...good, Condition: { NumericEquals: { "s3:max-keys": "x" } } }, "x is not a number"],
    ["an ARN that is none", { ...good, Condition: { ArnLike: { "aws:PrincipalArn": "role/x" } } }, "role/x is not an ARN"],
    ["a variable", { ...good, Resource: ["arn:aws:s3:::b/$", "{aws:username}"].join("") }, "Resource holds a policy variable"],
    ["an effect", { ...good, Effect: "allow" }, 'Effect must be Allow or Deny, not "allow"'],
    ["no action", { Effect: "Allow", Resource: "*" }, "A statement needs either Action or NotAction"],
    ["both kinds of resource", { ...good, NotResource: "*" }, "A statement needs either Resource or NotResource"],
    ["an empty list", { ...good, Action: [] }, "Action is empty"],
    ["a principal", { ...good, Principal: "*" }, "Principal is not a member of an identity policy's statement"],
    ["an action without a service", { ...good, Action: "GetObject" }, "GetObject is not an action"],
    ["a resource that is no ARN", { ...good, Resource: "documents" }, "documents is not the ARN of a resource"],
    ["a wildcard as a service", { ...good, Resource: "arn:aws:*:::documents" }, "arn:aws:*:::documents is not the ARN of a resource"],
  ])("%s", (_, statement, message) => {
    expect(() => policyOf(statement)).toThrow(expect.objectContaining({ name: "PolicyError", message: expect.stringContaining(message) }));
  });

  test("what is no policy at all", () => {
    expect(() => compilePolicy("{")).toThrow("A policy is not JSON");
    expect(() => compilePolicy([])).toThrow("A policy must be an object");
    expect(() => compilePolicy({ Version: "2020-01-01", Statement: good })).toThrow("Unknown policy version 2020-01-01");
    expect(() => compilePolicy({ Statements: good })).toThrow("Statements is not a member of an identity policy's policy");
    expect(() => compilePolicy({ Version: "2012-10-17" })).toThrow("A statement must be an object");
  });

  test("nothing, where it is well formed: as text, with one statement", () => {
    const policy = compilePolicy(JSON.stringify({ Version: "2012-10-17", Id: "a", Statement: good }));

    expect(evaluate([policy], { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" }).allowed).toBe(true);
  });
});

test("the ledger lists what a role was granted and did not use", () => {
  const ledger = new PermissionLedger();
  const policies = [
    policyOf({ Sid: "Table", ...allow(["dynamodb:GetItem", "dynamodb:PutItem"], table) }, deny("dynamodb:DeleteItem", "*")),
    policyOf(allow("s3:*", "*")),
  ];
  const call = (roleName: string, action: string) => {
    const request = { action, resource: table };
    ledger.record(roleName, request, evaluate(policies, request));
  };

  call("ocr", "dynamodb:GetItem");
  call("ocr", "dynamodb:DeleteItem");
  call("ml", "s3:GetObject");

  expect(ledger.unused("ocr", policies)).toEqual([
    { roleName: "ocr", statement: "Table", action: "dynamodb:PutItem" },
    { roleName: "ocr", statement: "1", action: "s3:*" },
  ]);
  expect(ledger.unused("search", policies).map(({ action }) => action)).toEqual(["dynamodb:GetItem", "dynamodb:PutItem", "s3:*"]);
});

test("the ledger lists the calls that a role was denied, with their time, and nothing else", () => {
  const ledger = new PermissionLedger();
  const policies = [policyOf(allow("dynamodb:GetItem", table))];
  const denials: object[] = [];
  ledger.onDenial((denial) => denials.push(denial));

  for (const action of ["dynamodb:GetItem", "dynamodb:PutItem"]) {
    const request = { action, resource: table };
    ledger.record("ocr", request, evaluate(policies, request));
  }

  expect(denials).toEqual([{ roleName: "ocr", action: "dynamodb:PutItem", resource: table }]);
});

describe("a role's trust policy", () => {
  const trusts = (...statements: object[]) => compileTrustPolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
  const assume = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: ["lambda.amazonaws.com", "states.amazonaws.com"] } };

  test("lets the services that it names assume the role", () => {
    const decisions = ["lambda.amazonaws.com", "states.amazonaws.com", "ec2.amazonaws.com"].map((service) => trusts(assume)(service, "1"));

    expect(decisions).toEqual([true, true, false]);
  });

  test("lets them for the account of its condition only", () => {
    const ofAccount = trusts({ ...assume, Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } });

    expect(["123456789012", "210987654321"].map((account) => ofAccount("lambda.amazonaws.com", account))).toEqual([true, false]);
  });

  test.each<[string, object, string]>([
    [
      "a list of actions",
      { ...assume, Action: ["sts:AssumeRole", "sts:TagSession"] },
      "A trust policy that does more than allow sts:AssumeRole",
    ],
    ["a denial", { ...assume, Effect: "Deny" }, "A trust policy that does more than allow sts:AssumeRole"],
    ["an account", { ...assume, Principal: { AWS: "*" } }, "AWS is not a member of a Principal that is evaluated here"],
    ["no principal", { Effect: "Allow", Action: "sts:AssumeRole" }, "Principal must be an object"],
    ["everyone", { ...assume, Principal: "*" }, "Principal must be an object"],
    ["a resource", { ...assume, Resource: "*" }, "Resource is not a member of a trust policy's statement"],
    [
      "a key of requests",
      { ...assume, Condition: { StringEquals: { "s3:prefix": "a" } } },
      "The condition key s3:prefix is not evaluated here",
    ],
  ])("is refused for %s", (_, statement, message) => {
    expect(() => trusts(statement)).toThrow(expect.objectContaining({ name: "PolicyError", message: expect.stringContaining(message) }));
  });
});
