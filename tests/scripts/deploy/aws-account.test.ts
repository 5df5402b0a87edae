import { createHash } from "node:crypto";
import { SFNClient } from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AwsAccount, type AwsAccountAccess } from "../../../scripts/deploy/aws-account.ts";
import { checkConcurrency } from "../../../scripts/deploy/concurrency.ts";
import { checkCredentials } from "../../../scripts/deploy/credentials.ts";
import { DeployProject } from "../../support/deploy-project.ts";

let project: DeployProject;
let url: string;
beforeEach(async () => {
  project = new DeployProject();
  url = await project.listen();
});
afterEach(() => project.close());

const keys = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };
const access = (credentials: AwsAccountAccess["credentials"] = () => Promise.resolve(keys)): AwsAccountAccess => ({
  credentials,
  sha256: new SFNClient({ region: "eu-west-1" }).config.sha256,
});
const account = (env: NodeJS.ProcessEnv = { AWS_ENDPOINT_URL: url }, region = "eu-west-1", fetcher = fetch) =>
  new AwsAccount(env, region, fetcher, access());

test("AWS says whose the credentials are", async () => {
  expect(await checkCredentials(account(), {})).toEqual({ account: "123456789012", arn: "arn:aws:iam::123456789012:user/ada" });
});

test.each([
  ["ExpiredToken", {}, "The AWS credentials have expired (ExpiredToken): put new ones into .env."],
  [
    "ExpiredTokenException",
    { AWS_PROFILE: "work" },
    "The AWS credentials have expired (ExpiredTokenException): aws sso login --profile work.",
  ],
  [
    "SignatureDoesNotMatch",
    {},
    "AWS does not take the credentials (SignatureDoesNotMatch): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env.",
  ],
  ["InvalidClientTokenId", { AWS_PROFILE: "work" }, "AWS does not take the credentials (InvalidClientTokenId): check the profile work."],
])("%s with %j", async (code, env, sentence) => {
  project.aws["GetCallerIdentity"] = [403, { Error: { Code: code } }];

  await expect(checkCredentials(account(), env)).rejects.toMatchObject({ name: "Refusal", message: sentence });
});

test("a profile that cannot be read is named, with what the AWS client says of it", async () => {
  const failing = access(() =>
    Promise.reject(Object.assign(new Error("The SSO session has expired."), { name: "CredentialsProviderError" })),
  );
  const check = checkCredentials(new AwsAccount({}, "eu-west-1", fetch, failing), { AWS_PROFILE: "work" });

  await expect(check).rejects.toThrow(
    "The credentials of the profile work cannot be read: aws sso login, or aws configure, mends that. The SSO session has expired.",
  );
});

test("keys and a profile together are refused: the AWS client takes the one, Pulumi the other", async () => {
  const check = checkCredentials(account(), { AWS_PROFILE: "work", AWS_ACCESS_KEY_ID: "AKIA" });

  await expect(check).rejects.toThrow(
    "AWS_PROFILE and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are both set, and programs differ in which of them count: leave one out.",
  );
});

test("an AWS that does not answer is named", async () => {
  const other = new DeployProject();
  const closed = await other.listen();
  other.close();

  await expect(checkCredentials(account({ AWS_ENDPOINT_URL_STS: closed }), {})).rejects.toThrow(
    `${closed} does not answer (ECONNREFUSED): check the region, eu-west-1, and the network.`,
  );
});

test.each([
  ["eu-west-1", "https://sts.eu-west-1.amazonaws.com"],
  ["cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn"],
])("in %s STS is %s", async (region, address) => {
  const asked: string[] = [];
  const fetcher: typeof fetch = (where) => {
    asked.push(new URL(String(where)).origin);
    return Promise.reject(new Error());
  };

  await expect(account({}, region, fetcher).identity()).rejects.toThrow(
    `${address} does not answer: check the region, ${region}, and the network.`,
  );
  expect(asked).toEqual([address]);
});

test("a call is signed over its body, its headers and the session's token", async () => {
  const sent: RequestInit[] = [];
  const fetcher: typeof fetch = (_, init = {}) => {
    sent.push(init);
    return Promise.resolve(Response.json({ logGroups: [] }));
  };
  const temporary = access(() => Promise.resolve({ ...keys, sessionToken: "token" }));

  await new AwsAccount({}, "eu-west-1", fetcher, temporary).hasLogGroup("/aws/lambda/x");

  const headers = new Headers(sent[0]?.headers);
  expect(sent[0]?.body).toBe('{"logGroupNamePrefix":"/aws/lambda/x"}');
  expect(headers.get("x-amz-content-sha256")).toBe(createHash("sha256").update('{"logGroupNamePrefix":"/aws/lambda/x"}').digest("hex"));
  expect(headers.get("x-amz-security-token")).toBe("token");
  expect(headers.get("authorization")).toMatch(
    /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target, /,
  );
});

test.each([
  [1000, undefined, undefined],
  [1000, '{"ocr": 900}', undefined],
  [100, '{"ocr": 0}', undefined],
  [100, "{}", undefined],
  [1000, "not JSON", undefined],
  [99, undefined, "This account may run 99 Lambda calls at once"],
  [10, '{"ocr": 0}', "This account may run 10 Lambda calls at once"],
  [1000, '{"ocr": 900, "search": 1}', "reservedConcurrency keeps 901 of the 1000 Lambda calls"],
  [10, '{"ocr": 1}', "reservedConcurrency keeps 1 of the 10 Lambda calls"],
])("of %i Lambda calls at once, %s reserved: %s", async (limit, reserved, says) => {
  project.aws["/2016-08-19/account-settings"] = [200, { AccountLimit: { ConcurrentExecutions: limit } }];

  const said = await checkConcurrency(account(), reserved).catch((error: Error) => error.message);

  expect(says === undefined ? said : said?.slice(0, says.length)).toBe(says);
});

test("an identity that may not ask for the limit deploys without knowing it", async () => {
  project.aws["/2016-08-19/account-settings"] = [403, { __type: "AccessDeniedException" }];

  expect(await checkConcurrency(account(), '{"ocr": 900}')).toBe(
    "How many Lambda calls the account may run at once is not known (AccessDeniedException).",
  );
});
