import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { signer } from "../../../scripts/job/caller.ts";

const api = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com";
const call = { method: "POST", address: `${api}/jobs`, headers: { "Content-Type": "text/plain" }, body: "hello" };

// AWS's client reads the environment of the process.
beforeEach(() => {
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: "AKIATEST",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "session",
  }))
    vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const scopeOf = (authorization: string | undefined) => /Credential=([^,]+),/.exec(authorization ?? "")?.[1]?.split("/");

test("adds a signature of the call's headers and body to its headers", async () => {
  const signed = await (await signer(api, {})).headersOf(call);

  expect(signed).toMatchObject({
    "Content-Type": "text/plain",
    "x-amz-security-token": "session",
    // SHA-256 of `hello`.
    "x-amz-content-sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    authorization: expect.stringMatching(
      /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    ),
  });
  expect(scopeOf(signed["authorization"])).toEqual(["AKIATEST", expect.any(String), "eu-central-1", "execute-api", "aws4_request"]);
});

test.each([
  ["the address", api, { AWS_REGION: "us-east-1" }, "eu-central-1"],
  [
    "AWS_REGION, where the address names none",
    "https://api.example.com",
    { AWS_REGION: "us-east-2", AWS_DEFAULT_REGION: "x" },
    "us-east-2",
  ],
  ["AWS_DEFAULT_REGION, where nothing else does", "https://api.example.com", { AWS_DEFAULT_REGION: "us-west-2" }, "us-west-2"],
])("takes the region of %s", async (_, url, env, region) => {
  const { headersOf, advice } = await signer(url, env);

  expect(scopeOf((await headersOf({ ...call, address: `${url}/jobs` }))["authorization"])?.[2]).toBe(region);
  expect(advice[403]).toBe(`the signature was rejected; its signer needs execute-api:Invoke on the API, whose region has to be ${region}`);
});

test("says what to set where there are no credentials", async () => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/nowhere");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");

  const { headersOf } = await signer(api, {});

  await expect(headersOf(call)).rejects.toThrow(
    "There are no AWS credentials to sign with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. ",
  );
});
