import { WrongCallError } from "./documents.ts";

/** A call of the API that a {@link Caller} signs or gives a token. */
export interface ApiCall {
  readonly method: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** The identity that calls are made under. */
export interface Caller {
  /** The call's headers, and those that identify the caller. */
  headersOf(call: ApiCall): Promise<Record<string, string>>;
  /** Tells the user what to do where the gateway answers so. */
  readonly advice: Readonly<Record<401 | 403, string>>;
}

/** The environment variable for a token, which keeps it out of the shell's history. */
export const tokenVariable = "JOB_TOKEN";

const advice = {
  401: `callers need a token, by --token <token> or the variable ${tokenVariable}`,
  403: "callers sign, by --sign and with AWS credentials in the environment",
} as const;

interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const anonymous: Caller = { headersOf: async ({ headers }) => ({ ...headers }), advice };

/** @throws {WrongCallError} for a string that cannot be a token. @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearer(token: string): Caller {
  if (!/^[\w~+/.-]+=*$/.test(token)) throw new WrongCallError("--token takes the token alone, without Bearer before it.");
  return {
    headersOf: async ({ headers }) => ({ ...headers, Authorization: `Bearer ${token}` }),
    advice: { ...advice, 401: "the token was rejected; get a new one from the API's issuer, for one of its audiences" },
  };
}

/**
 * Signs calls with Signature Version 4, with the credentials that every AWS client finds.
 *
 * @param url the API's address, which contains its region where it is API Gateway's own.
 * @param keys in place of the credentials that are found.
 * @throws {WrongCallError} where neither the address nor the environment contains the region.
 */
export async function signer(url: string, env: NodeJS.ProcessEnv, keys?: AccessKeys): Promise<Caller> {
  const region = regionOf(url, env);
  const [{ STSClient }, { SignatureV4 }] = await Promise.all([import("@aws-sdk/client-sts"), import("@smithy/signature-v4")]); // slow to load
  const { credentials, sha256 } = new STSClient({ region, ...(keys && { credentials: keys }) }).config;
  const signature = new SignatureV4({ credentials, sha256, service: "execute-api", region });
  const denied = `the signature was rejected; its signer needs execute-api:Invoke on the API, whose region has to be ${region}`;
  const headersOf = async ({ method, address, headers, body }: ApiCall) => {
    const { protocol, host, hostname, pathname, searchParams } = new URL(address);
    const query = Object.fromEntries(searchParams);
    const request = { method, protocol, hostname, path: pathname, query, headers: { ...headers, host }, body };
    return (await signature.sign(request).catch(refuseMissingCredentials)).headers;
  };
  return { headersOf, advice: { ...advice, 403: denied } };
}

function regionOf(url: string, { AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv): string {
  const [, named] = /\.execute-api\.([a-z\d-]+)\./.exec(new URL(url).hostname) ?? [];
  const region = named || AWS_REGION || AWS_DEFAULT_REGION;
  if (region) return region;
  throw new WrongCallError("--sign needs the API's region, which is not in its address: set AWS_REGION.");
}

/** AWS's clients throw these two where there are no credentials, or they cannot be read. */
export const isCredentialsError = (error: unknown): error is Error =>
  error instanceof Error && /^(CredentialsProvider|TokenProvider)Error$/.test(error.name);

function refuseMissingCredentials(error: unknown): never {
  if (!isCredentialsError(error)) throw error;
  throw new WrongCallError(
    `There are no AWS credentials to sign with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. ${error.message}`,
  );
}
