import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import type { AwsRequest } from "../../aws.ts";
import { credentialVariables } from "../../iam/roles.ts";
import { createLocalAws, region } from "../../testing/local-aws.ts";

const minute = 60_000;
const now = Date.UTC(2026, 0, 1);
const tables = { host: "127.0.0.1", "x-amz-target": "DynamoDB_20120810.ListTables" };
const dynamodb = { service: "dynamodb", method: "POST", headers: tables, body: "{}" };
const s3 = { service: "s3", method: "GET", headers: { host: "127.0.0.1" }, body: "" };

interface Wrong {
  readonly base: typeof dynamodb | typeof s3;
  readonly service?: string;
  readonly region?: string;
  /** Milliseconds from the time of the service. */
  readonly ahead?: number;
  /** Headers that are sent and not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
  /** Headers that are signed. */
  readonly signed?: Readonly<Record<string, string>>;
  readonly change?: (request: AwsRequest) => AwsRequest;
  readonly presigned?: boolean;
}

/** The answer to a request that is signed with the key of a role that may do everything. */
async function send({ base, ahead = 0, unsigned = {}, signed = {}, change = (request) => request, presigned, ...other }: Wrong) {
  const aws = await createLocalAws({ buckets: ["documents"] });
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = credentialVariables(
    aws.principalOf("admin"),
  );
  const signer = new SignatureV4({
    ...{ service: other.service ?? base.service, region: other.region ?? region, sha256: Sha256 },
    ...{ credentials: { accessKeyId, secretAccessKey }, uriEscapePath: base.service !== "s3", applyChecksum: base.service === "s3" },
  });
  const headers = Object.fromEntries(Object.entries({ ...base.headers, ...signed }).filter(([name]) => !(name in unsigned)));
  const { method, body } = base;
  const message = { method, protocol: "http:", hostname: "127.0.0.1", path: "/", query: {}, headers, body };
  const signingDate = new Date(now + ahead);
  const result = presigned ? await signer.presign(message, { signingDate, expiresIn: 60 }) : await signer.sign(message, { signingDate });
  const query = new URLSearchParams(result.query as Record<string, string>);
  const lowerCase = Object.fromEntries(Object.entries(result.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const url = query.size === 0 ? "/" : `/?${query}`;
  const { status, body: answer } = await aws.account.handle(
    change({ method, url, headers: { ...lowerCase, ...unsigned }, body: Buffer.from(body) }),
  );
  return `${status} ${String(answer)
    .replace(/&apos;/g, "'")
    .replace(/&quot;/g, '"')}`;
}

const withHeader = (name: string, change: (value: string) => string) => (request: AwsRequest) => ({
  ...request,
  headers: { ...request.headers, [name]: change(request.headers[name] ?? "") },
});

test.each<[string, Wrong]>([
  ["DynamoDB, five minutes old", { base: dynamodb, ahead: -5 * minute }],
  ["DynamoDB, five minutes ahead", { base: dynamodb, ahead: 5 * minute }],
  ["S3, fifteen minutes old", { base: s3, ahead: -15 * minute }],
  ["S3, with a body that is not signed", { base: s3, signed: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }],
])("a signature is good: %s", async (_, request) => {
  expect(await send(request)).toMatch(/^200 /);
});

test.each<[string, Wrong, string, string]>([
  [
    "too old",
    { base: dynamodb, ahead: -5 * minute - 1_000 },
    "400",
    "Signature expired: 20251231T235459Z is now earlier than 20251231T235500Z (20260101T000000Z - 5 min.)",
  ],
  [
    "from the future",
    { base: dynamodb, ahead: 5 * minute + 1_000 },
    "400",
    "Signature not yet current: 20260101T000501Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)",
  ],
  ["for another service", { base: dynamodb, service: "states" }, "400", "Credential should be scoped to correct service: 'dynamodb'. "],
  [
    "for another region",
    { base: dynamodb, region: "us-east-1" },
    "400",
    "Credential should be scoped to a valid region, not 'us-east-1'. ",
  ],
  [
    "of another day",
    { base: dynamodb, change: withHeader("x-amz-date", () => "20260102T000000Z") },
    "400",
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T000000Z'.",
  ],
  [
    "without a date",
    { base: dynamodb, change: withHeader("x-amz-date", () => "") },
    "400",
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
  ],
  [
    "that leaves out the host",
    { base: dynamodb, unsigned: { host: "127.0.0.1" } },
    "400",
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    "that leaves out a header of Amazon's",
    { base: dynamodb, unsigned: { "x-amz-meta-a": "1" } },
    "400",
    "'x-amz-meta-a' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    "of another body",
    { base: dynamodb, change: (request) => ({ ...request, body: Buffer.from('{"Limit":1}') }) },
    "400",
    "The request signature we calculated does not match",
  ],
  [
    "of no body, which only S3 takes",
    { base: dynamodb, signed: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
    "400",
    "The request signature we calculated does not match",
  ],
  [
    "in the query, which only S3 takes",
    { base: dynamodb, presigned: true, unsigned: tables },
    "400",
    "MissingAuthenticationTokenException",
  ],
  ["too old", { base: s3, ahead: -15 * minute - 1_000 }, "403", "<Code>RequestTimeTooSkewed</Code>"],
  [
    "for another region",
    { base: s3, region: "us-east-1" },
    "400",
    "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
  ],
  [
    "that leaves out a header of Amazon's",
    { base: s3, unsigned: { "x-amz-meta-a": "1" } },
    "403",
    "<HeadersNotSigned>x-amz-meta-a</HeadersNotSigned>",
  ],
  [
    "of another body",
    { base: s3, change: (request) => ({ ...request, body: Buffer.from("x") }) },
    "400",
    "<Code>XAmzContentSHA256Mismatch</Code>",
  ],
  [
    "of a body without a hash",
    { base: s3, change: ({ headers: { "x-amz-content-sha256": _, ...headers }, ...request }) => ({ ...request, headers }) },
    "400",
    "Missing required header for this request: x-amz-content-sha256",
  ],
  [
    "in the query, for another region",
    { base: s3, presigned: true, region: "us-east-1" },
    "400",
    "Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
  ],
  [
    "in the query, from the future",
    { base: s3, presigned: true, ahead: 15 * minute + 1_000 },
    "403",
    "<Message>Request is not valid yet</Message>",
  ],
])("a signature %s is refused as the service does it (%#)", async (_, request, status, message) => {
  const answer = await send(request);

  expect(answer).toContain(message);
  expect(answer.slice(0, 3)).toBe(status);
});
