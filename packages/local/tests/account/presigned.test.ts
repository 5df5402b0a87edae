import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect, test } from "vitest";
import { presignedSignatureOf } from "../../account/presigned.ts";
import { isSignedBy } from "../../account/signature.ts";
import { createLocalAws, type LocalAws } from "../../testing/local-aws.ts";

const body = Buffer.from("twelve bytes");
const uploads = { Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::documents/uploads/*" };

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const aws = (): Promise<LocalAws> => createLocalAws({ buckets: ["documents"], roles: { signer: [uploads] } });

/** A URL that takes twelve bytes of a PNG for 900 s. */
function sign({ clock, clientsOf }: LocalAws, key = "uploads/one", role = "signer"): Promise<string> {
  const put = new PutObjectCommand({ Bucket: "documents", Key: key, ContentType: "image/png", ContentLength: body.length });
  const signableHeaders = new Set(["content-type", "content-length", "host"]);
  return getSignedUrl(clientsOf(role).signer, put, { expiresIn: 900, signableHeaders, signingDate: new Date(clock.now()) });
}

async function send({ account }: LocalAws, url: string, sent: Sent = {}) {
  const { host, pathname, search } = new URL(url);
  const headers = { host, "content-type": "image/png", "content-length": "12", ...sent.headers };
  const answer = await account.handle({ method: sent.method ?? "PUT", url: pathname + search, headers, body: sent.body ?? body });
  const [, code] = /<Code>(.*)<\/Code>/.exec(String(answer.body)) ?? [];
  return { status: answer.status, code, xml: String(answer.body) };
}

test("the signature of AWS's own example is right, and no other", async () => {
  const query =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  const request = { method: "GET", url: `/test.txt?${query}`, headers: { host: "examplebucket.s3.amazonaws.com" }, body: Buffer.of() };

  const signature = presignedSignatureOf(request);

  const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  expect(signature).toMatchObject({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", service: "s3", expiresSeconds: 86_400 });
  expect(await isSignedBy(secret, signature, request)).toBe(true);
  expect(await isSignedBy(secret, { ...signature, expiresSeconds: 86_401 }, request)).toBe(false);
  expect(await isSignedBy(secret, { ...signature, value: "ae" }, request)).toBe(false);
});

test("what is sent to a presigned URL is kept, and can be sent again while the URL holds", async () => {
  const local = await aws();
  const url = await sign(local);

  const answers = [await send(local, url), await send(local, url, { body: Buffer.from("other bytes!") })];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const kept = await local.bucketStore.get("documents", "uploads/one");
  expect([kept.body.toString(), kept.object.headers["content-type"]]).toEqual(["other bytes!", "image/png"]);
});

test("a presigned URL is valid until it expires, and the error then states when that was", async () => {
  const local = await aws();
  const url = await sign(local);

  await local.clock.advance(899_999);
  const early = await send(local, url);
  await local.clock.advance(1);
  const late = await send(local, url);

  expect(early.status).toBe(200);
  expect([late.status, late.code]).toEqual([403, "AccessDenied"]);
  expect(late.xml).toContain("<Message>Request has expired</Message><X-Amz-Expires>900</X-Amz-Expires>");
  expect(late.xml).toContain("<Expires>2026-01-01T00:15:00.000Z</Expires><ServerTime>2026-01-01T00:15:00.000Z</ServerTime>");
});

test.each<{ what: string; change?: (url: string) => string; sent?: Sent }>([
  { what: "another key", change: (url) => url.replace("uploads/one", "uploads/two") },
  { what: "a longer life", change: (url) => url.replace("Expires=900", "Expires=9000") },
  { what: "another signature", change: (url) => url.replace(/Signature=[0-9a-f]{4}/, "Signature=0000") },
  { what: "half a signature", change: (url) => url.replace(/Signature=[0-9a-f]{32}/, "Signature=") },
  { what: "another parameter", change: (url) => `${url}&x-more=1` },
  { what: "another method", sent: { method: "GET" } },
  { what: "another type", sent: { headers: { "content-type": "text/html" } } },
  { what: "another size", sent: { headers: { "content-length": "11" }, body: body.subarray(1) } },
  { what: "no type", sent: { headers: { "content-type": "" } } },
])("$what than signed is a SignatureDoesNotMatch", async ({ change = (url) => url, sent }) => {
  const local = await aws();

  const answer = await send(local, change(await sign(local)), sent);

  expect([answer.status, answer.code]).toEqual([403, "SignatureDoesNotMatch"]);
  expect(local.bucketStore.list("documents", "")).toEqual([]);
});

test("a header of Amazon's that was not signed is refused", async () => {
  const local = await aws();

  const answer = await send(local, await sign(local), { headers: { "x-amz-meta-owner": "me" } });

  expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
  expect(answer.xml).toContain("<HeadersNotSigned>x-amz-meta-owner</HeadersNotSigned>");
});

test("a URL may do what its signer may do, and no more", async () => {
  const local = await aws();

  const elsewhere = await send(local, await sign(local, "jobs/one"));
  const unknown = await send(local, (await sign(local)).replace(/Credential=\w+/, "Credential=NOBODY"));

  expect([elsewhere.status, elsewhere.code]).toEqual([403, "AccessDenied"]);
  expect(elsewhere.xml).toContain("is not authorized to perform: s3:PutObject");
  expect([unknown.status, unknown.code]).toEqual([403, "InvalidAccessKeyId"]);
});

test.each([
  ["X-Amz-Date", /X-Amz-Date=\w+&/, "", "Query-string authentication version 4 requires the"],
  ["X-Amz-Expires", /X-Amz-Expires=\d+/, "X-Amz-Expires=604801", "X-Amz-Expires must be less than a week"],
  ["X-Amz-Expires", /X-Amz-Expires=\d+/, "X-Amz-Expires=-1", "X-Amz-Expires must be non-negative"],
  ["X-Amz-Expires", /X-Amz-Expires=\d+/, "X-Amz-Expires=soon", "X-Amz-Expires should be a number"],
  ["X-Amz-Date", /X-Amz-Date=\w+/, "X-Amz-Date=today", "X-Amz-Date must be in the ISO8601 Long Format"],
  ["X-Amz-Algorithm", /AWS4-HMAC-SHA256/, "AWS3", "X-Amz-Algorithm only supports"],
  ["X-Amz-Credential", /X-Amz-Credential=[^&]+/, "X-Amz-Credential=me", "Error parsing the X-Amz-Credential parameter"],
])("a broken %s is reported: %s → %j", async (_, from, to, message) => {
  const local = await aws();

  const answer = await send(local, (await sign(local)).replace(from, to));

  expect([answer.status, answer.code]).toEqual([400, "AuthorizationQueryParametersError"]);
  expect(answer.xml).toContain(message);
});

test("a URL signed by a client that adds the checksum of an empty body takes no other", async () => {
  const local = await aws();
  const put = new PutObjectCommand({ Bucket: "documents", Key: "uploads/one" });
  const url = await getSignedUrl(local.s3, put, { signingDate: new Date(local.clock.now()) });

  const answer = await send(local, url);

  expect([answer.status, answer.code]).toEqual([400, "BadDigest"]);
});

test("a presigned GET reads", async () => {
  const local = await aws();
  await send(local, await sign(local));
  const get = new GetObjectCommand({ Bucket: "documents", Key: "uploads/one" });
  const url = await getSignedUrl(local.signer, get, { signingDate: new Date(local.clock.now()) });

  const { host, pathname, search } = new URL(url);
  const answer = await local.account.handle({ method: "GET", url: pathname + search, headers: { host }, body: Buffer.of() });

  expect([answer.status, String(answer.body)]).toEqual([200, "twelve bytes"]);
});
