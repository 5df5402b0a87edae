import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

export interface TokenIssuer {
  readonly url: string;
  /** A token of these claims, signed with the issuer's key or another; valid for an hour unless they say otherwise. */
  token(claims: Readonly<Record<string, unknown>>, options?: { readonly key?: CryptoKey; readonly expiresAt?: number }): Promise<string>;
  stop(): void;
}

/** An OpenID issuer with one key, on this machine. Stop it when done. */
export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    const answers: Record<string, unknown> = { "/.well-known/openid-configuration": { jwks_uri: `${url}/keys` }, "/keys": { keys: [jwk] } };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answers[request.url ?? ""]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: (claims, { key = privateKey, expiresAt } = {}) =>
      new SignJWT({ iss: url, ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "k1" })
        .setExpirationTime(expiresAt ?? "1h")
        .sign(key),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
