import { SFNClient } from "@aws-sdk/client-sfn";
import { SignatureV4 } from "@smithy/signature-v4";

export interface SignedCall {
  readonly method?: string;
  /** Without a query. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** The headers of a call of an HTTP API, signed as AWS's clients sign it. */
export async function signedHeaders({
  method = "GET",
  url,
  query = {},
  body,
  accessKeyId = "local",
  secretAccessKey = "local",
}: SignedCall) {
  const { host, hostname, port, protocol, pathname } = new URL(url);
  const region = "us-east-1";
  const { sha256 } = new SFNClient({ region }).config;
  const signer = new SignatureV4({ service: "execute-api", region, sha256, credentials: { accessKeyId, secretAccessKey } });
  const request = { method, protocol, hostname, port: Number(port), path: pathname, query: { ...query }, headers: { host }, body };
  return (await signer.sign(request)).headers;
}
