import { SFNClient } from "@aws-sdk/client-sfn";
import { SignatureV4 } from "@smithy/signature-v4";
import { z } from "zod";
import { Refusal } from "./refusal.ts";

/** AWS refused a call; `code` is its name for the reason, such as `ExpiredToken`. */
export class AwsRefusal extends Error {
  override readonly name = "AwsRefusal";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

interface AwsCall {
  readonly service: "sts" | "lambda" | "logs";
  /** The service in the name of the variable that gives it another address. */
  readonly variable: "STS" | "LAMBDA" | "CLOUDWATCH_LOGS";
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const identityAnswer = z.object({
  GetCallerIdentityResponse: z.object({ GetCallerIdentityResult: z.object({ Account: z.string(), Arn: z.string() }) }),
});
const settingsAnswer = z.object({ AccountLimit: z.object({ ConcurrentExecutions: z.number() }) });
const groupsAnswer = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
/** Where each protocol puts the name of an error. */
const refusal = z.union([
  z.object({ Error: z.object({ Code: z.string() }) }).transform(({ Error: { Code } }) => Code),
  z.object({ __type: z.string() }).transform(({ __type }) => __type),
]);

export type AwsAccountAccess = Pick<SFNClient["config"], "credentials" | "sha256">;

/** The few calls about an account that the commands make: signed here, since no client that the project has knows them. */
export class AwsAccount {
  readonly #env: NodeJS.ProcessEnv;
  readonly #region: string;
  readonly #fetch: typeof fetch;
  readonly #access: AwsAccountAccess;

  /** @param access how credentials are found; by default as every AWS client finds them. */
  constructor(env: NodeJS.ProcessEnv, region: string, fetcher: typeof fetch, access: AwsAccountAccess = new SFNClient({ region }).config) {
    this.#env = env;
    this.#region = region;
    this.#fetch = fetcher;
    this.#access = access;
  }

  /** Whose credentials these are. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  async identity(): Promise<{ account: string; arn: string }> {
    const answer = await this.#call({
      service: "sts",
      variable: "STS",
      method: "POST",
      path: "/",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    const { Account, Arn } = identityAnswer.parse(answer).GetCallerIdentityResponse.GetCallerIdentityResult;
    return { account: Account, arn: Arn };
  }

  /** How many calls of Lambda functions may run at once. @see https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
  async concurrency(): Promise<number> {
    const answer = await this.#call({ service: "lambda", variable: "LAMBDA", method: "GET", path: "/2016-08-19/account-settings" });
    return settingsAnswer.parse(answer).AccountLimit.ConcurrentExecutions;
  }

  /** Whether a log group of exactly this name exists. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
  async hasLogGroup(name: string): Promise<boolean> {
    const answer = await this.#call({
      service: "logs",
      variable: "CLOUDWATCH_LOGS",
      method: "POST",
      path: "/",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "Logs_20140328.DescribeLogGroups" },
      body: JSON.stringify({ logGroupNamePrefix: name }), // answered in order of names: the shortest comes first
    });
    return groupsAnswer.parse(answer).logGroups.some(({ logGroupName }) => logGroupName === name);
  }

  async #call({ service, variable, method, path, headers = {}, body }: AwsCall): Promise<unknown> {
    const address = new URL(path, this.#endpoint(service, variable));
    const signer = new SignatureV4({ ...this.#access, service, region: this.#region });
    const signed = await signer.sign({
      method,
      protocol: address.protocol,
      hostname: address.hostname,
      path: address.pathname,
      query: {},
      headers: { ...headers, host: address.host },
      body,
    });
    const response = await this.#send(address, { method, headers: signed.headers, ...(body === undefined ? {} : { body }) });
    const answer = jsonIn(await response.text());
    if (response.ok) return answer;
    const code = response.headers.get("x-amzn-errortype") ?? refusal.safeParse(answer).data ?? `HTTP ${response.status}`;
    throw new AwsRefusal(code.replace(/^.*#|:.*$/g, ""));
  }

  async #send(address: URL, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(address, { ...init, signal: AbortSignal.timeout(20_000) });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error && "code" in error.cause ? ` (${error.cause.code})` : "";
      throw new Refusal(`${address.origin} does not answer${cause}: check the region, ${this.#region}, and the network.`);
    }
  }

  #endpoint(service: string, variable: string): string {
    const suffix = this.#region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    return this.#env[`AWS_ENDPOINT_URL_${variable}`] || this.#env["AWS_ENDPOINT_URL"] || `https://${service}.${this.#region}.${suffix}`;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
