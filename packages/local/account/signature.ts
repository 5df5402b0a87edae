import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import type { AwsRequest } from "../aws.ts";
import { isPresigned } from "./presigned.ts";

/** A signature of Signature Version 4: of an `Authorization` header, or of a query. */
export interface Signature {
  readonly accessKeyId: string;
  /** `date/region/service/aws4_request`. */
  readonly scope: string;
  /** `s3`, `dynamodb`, `states`, `lambda`. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** As in the `X-Amz-Date` header: `20260101T000000Z`. */
  readonly date: string;
  readonly value: string;
}

const header =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Reads the header; nothing where there is none, or one of another kind. */
export function signatureOf({ headers }: Pick<AwsRequest, "headers">): Signature | undefined {
  const [, accessKeyId, scope, service, signedHeaders, value] = header.exec(headers["authorization"] ?? "") ?? [];
  if (!(accessKeyId && scope && service && signedHeaders && value)) return undefined;
  return { accessKeyId, scope, service, signedHeaders: signedHeaders.split(";"), date: headers["x-amz-date"] ?? "", value };
}

/**
 * Whether the request is signed with this key, its body included. The date is not compared with a clock.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(secretAccessKey: string, signature: Signature, request: AwsRequest): boolean {
  const contentHash = contentHashOf(request);
  if (contentHash === undefined) return false;
  const canonicalRequest = canonical(request, signature, contentHash);
  const toSign = ["AWS4-HMAC-SHA256", signature.date, signature.scope, sha256(canonicalRequest)].join("\n");
  const expected = hmac(signingKey(secretAccessKey, signature.scope), toSign);
  const given = Buffer.from(signature.value, "hex");
  return given.length === expected.length && timingSafeEqual(expected, given);
}

/** @returns nothing where the body is not what its hash says. A presigned URL is made before there is a body. */
function contentHashOf(request: AwsRequest): string | undefined {
  if (isPresigned(request)) return "UNSIGNED-PAYLOAD";
  const stated = request.headers["x-amz-content-sha256"];
  if (stated !== undefined && !/^[0-9a-f]{64}$/.test(stated)) return stated;
  const contentHash = sha256(request.body);
  return stated === undefined || stated === contentHash ? contentHash : undefined;
}

function canonical({ method, url, headers }: AwsRequest, { service, signedHeaders }: Signature, contentHash: string): string {
  const [path = "", query = ""] = url.split(/\?(.*)/s);
  return [
    method,
    service === "s3" ? path : path.split("/").map(encode).join("/"), // every service but S3 encodes the path once more
    query
      .split("&")
      .filter((part) => part !== "" && !part.startsWith("X-Amz-Signature="))
      .map((part) => (part.includes("=") ? part : `${part}=`))
      .sort()
      .join("&"),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    contentHash,
  ].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

// A key holds for a day of one service, and deriving it takes longer than all the rest.
const signingKeys = new Map<string, KeyObject>();

function signingKey(secretAccessKey: string, scope: string): KeyObject {
  const name = `${secretAccessKey}/${scope}`;
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const key = createSecretKey(scope.split("/").reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`) as Buffer);
  if (signingKeys.size >= 1000) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

function hmac(key: KeyObject | Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string | Buffer): string {
  return hash("sha256", text);
}
