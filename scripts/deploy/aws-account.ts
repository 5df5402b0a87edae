import { isCredentialsError } from "../job/caller.ts";
import { Refusal } from "./command.ts";

/** AWS refused a call; the message is its code of the reason, such as `ExpiredToken`. */
export class AwsRefusal extends Error {
  override readonly name = "AwsRefusal";
}

/** The AWS account that the environment's credentials belong to. The clients are loaded when they are used. */
export class AwsAccount {
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * @throws {@link Refusal} where there are no credentials, they cannot be read, or AWS rejects them.
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
   */
  async identity({ AWS_PROFILE: profile, AWS_ACCESS_KEY_ID: key }: NodeJS.ProcessEnv): Promise<{ account: string; arn: string }> {
    if (profile && key)
      throw new Refusal(`AWS_PROFILE and ${keys} are both set, and programs differ in which of them they use: remove one.`);
    const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    try {
      const { Account: account, Arn: arn } = await this.#answerOf((options, limit) =>
        new STSClient(options).send(new GetCallerIdentityCommand({}), limit),
      );
      if (account === undefined || arn === undefined) throw this.#notAws();
      return { account, arn };
    } catch (error) {
      throw credentialsRefusal(error, profile) ?? error;
    }
  }

  /** The maximum of concurrent Lambda executions. @see https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
  async concurrency(): Promise<number> {
    const { LambdaClient, GetAccountSettingsCommand } = await import("@aws-sdk/client-lambda");
    const { AccountLimit } = await this.#answerOf((options, limit) =>
      new LambdaClient(options).send(new GetAccountSettingsCommand({}), limit),
    );
    if (AccountLimit?.ConcurrentExecutions === undefined) throw this.#notAws();
    return AccountLimit.ConcurrentExecutions;
  }

  /** The names of the first log groups whose names begin so, in order. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
  async logGroupsWith(prefix: string): Promise<string[]> {
    const { CloudWatchLogsClient, DescribeLogGroupsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    const { logGroups = [] } = await this.#answerOf((options, limit) =>
      new CloudWatchLogsClient(options).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix }), limit),
    );
    return logGroups.flatMap(({ logGroupName }) => logGroupName ?? []);
  }

  /** @throws {@link AwsRefusal}, {@link Refusal} where AWS does not answer, or what AWS's clients throw of credentials. */
  async #answerOf<Answer>(send: (options: { region: string }, limit: { abortSignal: AbortSignal }) => Promise<Answer>): Promise<Answer> {
    try {
      return await send({ region: this.#region }, { abortSignal: AbortSignal.timeout(20_000) });
    } catch (error) {
      if (!(error instanceof Error) || isCredentialsError(error)) throw error;
      const { $fault, $response, code, name, message }: Error & { $fault?: string; $response?: object; code?: string } = error;
      if ($fault !== undefined && name !== "Unknown") throw new AwsRefusal(name);
      if ($fault !== undefined || $response !== undefined) throw this.#notAws();
      throw new Refusal(`AWS does not answer (${message || code}): check the region, ${this.#region}, and the network.`);
    }
  }

  #notAws = (): Refusal => new Refusal(`The answer in ${this.#region} is not from AWS: check the network's proxy, and AWS_ENDPOINT_URL.`);
}

const keys = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

function credentialsRefusal(error: unknown, profile: string | undefined): Refusal | undefined {
  if (isCredentialsError(error)) {
    if (!profile)
      return new Refusal(`There are no AWS credentials: copy example.env to .env and set ${keys}, or AWS_PROFILE (docs/deploying.md).`);
    return new Refusal(
      `The credentials of the profile ${profile} cannot be read: run aws sso login --profile ${profile}, or aws configure. ${error.message}`,
    );
  }
  if (!(error instanceof AwsRefusal)) return undefined;
  if (/^ExpiredToken/.test(error.message)) {
    const remedy = profile ? `run aws sso login --profile ${profile}` : "put new ones into .env";
    return new Refusal(`The AWS credentials have expired (${error.message}): ${remedy}.`);
  }
  return new Refusal(`AWS rejects the credentials (${error.message}): check ${profile ? `the profile ${profile}` : `${keys} in .env`}.`);
}

/** AWS keeps this many executions for functions without a reservation. */
const minUnreserved = 100;

const remedy = `request a quota increase, which costs nothing (AWS console, Service Quotas, AWS Lambda, "Concurrent executions")`;

/**
 * Compares the account's maximum of concurrent Lambda executions, which is 10 for new accounts, with what the stack reserves.
 *
 * @param reserved the stack's `reservedConcurrency`: executions by function, as JSON.
 * @returns a notice for the user, if there is one.
 * @throws {@link Refusal} where AWS would refuse the stack's reservations half-way through.
 */
export async function checkConcurrency(account: AwsAccount, reserved: unknown): Promise<string | undefined> {
  const limit = await account.concurrency().catch((error: unknown) => {
    if (error instanceof AwsRefusal) return error.message;
    throw error;
  });
  if (typeof limit === "string") return `The account's maximum of concurrent Lambda executions is unknown (${limit}).`;
  const wanted = sumOf(reserved);
  if (wanted > 0 && limit - wanted < minUnreserved) {
    throw new Refusal(
      `reservedConcurrency takes ${wanted} of the ${limit} concurrent Lambda executions of this account, and AWS keeps ${minUnreserved} unreserved: lower it, or ${remedy}.`,
    );
  }
  if (limit >= minUnreserved) return undefined;
  return `This account may run ${limit} Lambda executions at once, as new accounts do: under load, calls are throttled and jobs take longer. To change that, ${remedy}.`;
}

/** Other values are refused by the program. */
function sumOf(reserved: unknown): number {
  try {
    const calls = Object.values<unknown>(typeof reserved === "string" ? JSON.parse(reserved) : (reserved ?? {}));
    return calls.reduce<number>((sum, each) => sum + (typeof each === "number" ? each : 0), 0);
  } catch {
    return 0;
  }
}
