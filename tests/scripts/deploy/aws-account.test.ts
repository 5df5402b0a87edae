import { afterEach, beforeEach, expect, test } from "vitest";
import { AwsAccount, checkConcurrency } from "../../../scripts/deploy/aws-account.ts";
import { accessKey, DeployProject, inEnvironment, stsError } from "../../support/deploy-project.ts";

let project: DeployProject;
beforeEach(async () => {
  project = new DeployProject();
  await project.listen();
});
afterEach(() => project.close());

/** The identity, in an environment with these variables. */
const identity = (env: NodeJS.ProcessEnv = accessKey, region = "eu-west-1") =>
  inEnvironment({ ...project.env, ...env }, () => new AwsAccount(region).identity(process.env));

const checked = (reserved?: string) =>
  inEnvironment({ ...project.env, ...accessKey }, () => checkConcurrency(new AwsAccount("eu-west-1"), reserved));

const profile = { AWS_PROFILE: "work" };
const writeProfile = (settings: string) => {
  project.write("config", `[profile work]\n${settings}`);
  return { ...profile, AWS_CONFIG_FILE: `${project.folder}/config` };
};
const staticProfile = "aws_access_key_id = AKIAWORK\naws_secret_access_key = secret\n";

test("AWS answers with the identity of the credentials", async () => {
  expect(await identity()).toEqual({ account: "123456789012", arn: "arn:aws:iam::123456789012:user/ada" });
  expect(project.awsCalls).toEqual([`GetCallerIdentity ${accessKey.AWS_ACCESS_KEY_ID} eu-west-1/sts`]);
});

test.each([
  ["ExpiredToken", false, "The AWS credentials have expired (ExpiredToken): put new ones into .env."],
  ["ExpiredTokenException", true, "The AWS credentials have expired (ExpiredTokenException): run aws sso login --profile work."],
  [
    "SignatureDoesNotMatch",
    false,
    "AWS rejects the credentials (SignatureDoesNotMatch): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env.",
  ],
  ["InvalidClientTokenId", true, "AWS rejects the credentials (InvalidClientTokenId): check the profile work."],
])("%s, with a profile: %s", async (code, hasProfile, sentence) => {
  project.aws["GetCallerIdentity"] = [403, stsError(code)];

  await expect(identity(hasProfile ? writeProfile(staticProfile) : accessKey)).rejects.toMatchObject({
    name: "Refusal",
    message: sentence,
  });
});

test("a profile that cannot be read is named, with the AWS client's own message", async () => {
  const session = ["sso_start_url = https://work.awsapps.com/start", "sso_region = eu-west-1", "sso_account_id = 1", "sso_role_name = a"];

  await expect(identity(writeProfile(session.join("\n")))).rejects.toThrow(
    /^The credentials of the profile work cannot be read: run aws sso login --profile work, or aws configure\. .*SSO session/,
  );
});

test("keys and a profile together are refused: the AWS client uses the one, Pulumi the other", async () => {
  await expect(identity({ ...accessKey, ...profile })).rejects.toThrow(
    "AWS_PROFILE and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are both set, and programs differ in which of them they use: remove one.",
  );
});

test("an AWS that does not answer is named", async () => {
  const other = new DeployProject();
  const closed = new URL(await other.listen());
  other.close();

  await expect(identity({ ...accessKey, AWS_ENDPOINT_URL_STS: closed.href })).rejects.toThrow(
    `AWS does not answer (connect ECONNREFUSED ${closed.host}): check the region, eu-west-1, and the network.`,
  );
});

test.each([
  [200, "<html><body>Sign in to the network</body></html>"],
  [200, "<html><br></html>"],
  [200, "Blocked"],
  [200, {}],
  [403, "<html><body>Forbidden</body></html>"],
])("an answer %i %s is not one of AWS", async (status, body) => {
  project.aws["GetCallerIdentity"] = [status, body];
  project.aws["/2016-08-19/account-settings"] = [status, body];
  const sentence = "The answer in eu-west-1 is not from AWS: check the network's proxy, and AWS_ENDPOINT_URL.";

  await expect(identity()).rejects.toMatchObject({ name: "Refusal", message: sentence });
  await expect(checked()).rejects.toMatchObject({ name: "Refusal", message: sentence });
});

test.each([
  [1000, undefined, undefined],
  [1000, '{"ocr": 900}', undefined],
  [100, '{"ocr": 0}', undefined],
  [100, "{}", undefined],
  [1000, "not JSON", undefined],
  [99, undefined, "This account may run 99 Lambda executions at once"],
  [10, '{"ocr": 0}', "This account may run 10 Lambda executions at once"],
  [1000, '{"ocr": 900, "search": 1}', "reservedConcurrency takes 901 of the 1000 concurrent Lambda executions"],
  [10, '{"ocr": 1}', "reservedConcurrency takes 1 of the 10 concurrent Lambda executions"],
])("of %i concurrent executions, %s reserved: %s", async (limit, reserved, says) => {
  project.aws["/2016-08-19/account-settings"] = [200, { AccountLimit: { ConcurrentExecutions: limit } }];

  const said = await checked(reserved).catch((error: Error) => error.message);

  expect(says === undefined ? said : said?.slice(0, says.length)).toBe(says);
});

test("an identity that may not read the limit deploys without it", async () => {
  project.aws["/2016-08-19/account-settings"] = [403, { __type: "AccessDeniedException" }];

  expect(await checked('{"ocr": 900}')).toBe("The account's maximum of concurrent Lambda executions is unknown (AccessDeniedException).");
});
