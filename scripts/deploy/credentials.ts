import { type AwsAccount, AwsRefusal } from "./aws-account.ts";
import { Refusal } from "./refusal.ts";

const keys = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

/**
 * Asks AWS whose credentials these are.
 *
 * @throws {@link Refusal} where there are none, they cannot be read, or AWS does not take them.
 */
export async function checkCredentials(account: AwsAccount, env: NodeJS.ProcessEnv): Promise<{ account: string; arn: string }> {
  if (env["AWS_PROFILE"] && env["AWS_ACCESS_KEY_ID"])
    throw new Refusal(`AWS_PROFILE and ${keys} are both set, and programs differ in which of them count: leave one out.`);
  try {
    return await account.identity();
  } catch (error) {
    throw error instanceof Error ? (sentenceOn(error, env) ?? error) : error;
  }
}

function sentenceOn(error: Error, { AWS_PROFILE: profile }: NodeJS.ProcessEnv): Refusal | undefined {
  if (error instanceof AwsRefusal) return refused(error.code, profile);
  if (!/^(CredentialsProvider|TokenProvider)Error$/.test(error.name)) return undefined;
  if (profile)
    return new Refusal(
      `The credentials of the profile ${profile} cannot be read: aws sso login, or aws configure, mends that. ${error.message}`,
    );
  return new Refusal(`There are no AWS credentials: copy example.env to .env and put in ${keys}, or AWS_PROFILE (docs/deploying.md).`);
}

function refused(code: string, profile: string | undefined): Refusal {
  if (/^ExpiredToken/.test(code))
    return new Refusal(
      `The AWS credentials have expired (${code}): ${profile ? `aws sso login --profile ${profile}` : "put new ones into .env"}.`,
    );
  return new Refusal(`AWS does not take the credentials (${code}): check ${profile ? `the profile ${profile}` : `${keys} in .env`}.`);
}
