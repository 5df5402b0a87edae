import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** Node's SHA-256, in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", Buffer.from(secret as Uint8Array));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    throw new Error("A hash is used once.");
  }
}

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
  const signer = new SignatureV4({
    service: "execute-api",
    region: "us-east-1",
    sha256: Sha256,
    credentials: { accessKeyId, secretAccessKey },
  });
  const request = { method, protocol, hostname, port: Number(port), path: pathname, query: { ...query }, headers: { host }, body };
  return (await signer.sign(request)).headers;
}
