import { SFNClient } from "@aws-sdk/client-sfn";
import { SignatureV4 } from "@smithy/signature-v4";
import { type ApiCall, advice, type Caller } from "./job-caller.ts";
import { WrongCallError } from "./job-document.ts";

/**
 * Signs calls with Signature Version 4, by the credentials that every AWS client finds.
 *
 * @param url the API's address, which names its region where it is API Gateway's own.
 * @throws {WrongCallError} where neither the address nor the environment names the region.
 */
export function signer(url: string, env: NodeJS.ProcessEnv): Caller {
  const region = regionOf(url, env);
  const { credentials, sha256 } = new SFNClient({ region }).config;
  const signature = new SignatureV4({ credentials, sha256, service: "execute-api", region });
  const denied = `the signature is not taken; its signer needs execute-api:Invoke on the API, whose region has to be ${region}`;
  return { headersOf: (call) => signedHeaders(signature, call), advice: { ...advice, 403: denied } };
}

function regionOf(url: string, { AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv): string {
  const [, named] = /\.execute-api\.([a-z\d-]+)\./.exec(new URL(url).hostname) ?? [];
  const region = named || AWS_REGION || AWS_DEFAULT_REGION;
  if (region) return region;
  throw new WrongCallError("--sign has to know the API's region, which its address does not name: set AWS_REGION.");
}

async function signedHeaders(signature: SignatureV4, { method, address, headers, body }: ApiCall): Promise<Record<string, string>> {
  const { protocol, host, hostname, pathname } = new URL(address);
  const request = { method, protocol, hostname, path: pathname, query: {}, headers: { ...headers, host }, body };
  try {
    return (await signature.sign(request)).headers;
  } catch (error) {
    if (!(error instanceof Error && /^(CredentialsProvider|TokenProvider)Error$/.test(error.name))) throw error;
    throw new WrongCallError(
      `There are no AWS credentials to sign with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. ${error.message}`,
    );
  }
}
