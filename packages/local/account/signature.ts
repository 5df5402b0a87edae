import { timingSafeEqual } from "node:crypto";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsRequest } from "../aws.ts";

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
  /** Of a presigned URL only: its lifetime. */
  readonly expiresSeconds?: number;
}

const header =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Reads the header; nothing where there is none, or one of another kind. */
export function signatureOf({ headers }: Pick<AwsRequest, "headers">): Signature | undefined {
  const [, accessKeyId, scope, service, signedHeaders, value] = header.exec(headers["authorization"] ?? "") ?? [];
  if (!(accessKeyId && scope && service && signedHeaders && value)) return undefined;
  return { accessKeyId, scope, service, signedHeaders: signedHeaders.split(";"), date: headers["x-amz-date"] ?? "", value };
}

/** Checks that the request is signed with this key: it is signed once more, and compared. The date is not compared with a clock, nor a stated hash with the body. */
export async function isSignedBy(secretAccessKey: string, signature: Signature, request: AwsRequest): Promise<boolean> {
  const expected = Buffer.from(await signedAnew(secretAccessKey, signature, request), "hex");
  const given = Buffer.from(signature.value, "hex");
  return given.length === expected.length && timingSafeEqual(expected, given);
}

/** @returns the signature in hexadecimal; empty for a request that cannot have one. */
async function signedAnew(secretAccessKey: string, signature: Signature, { method, url, headers, body }: AwsRequest): Promise<string> {
  const { accessKeyId, scope, service, signedHeaders, date, expiresSeconds: expiresIn } = signature;
  const signingDate = new Date(date.replace(/^(.{4})(..)(.{5})(..)/, "$1-$2-$3:$4:"));
  const [path = "", search = ""] = url.split(/\?(.*)/s);
  const query = parsed(search);
  if (Number.isNaN(signingDate.valueOf()) || query === undefined) return "";
  const signer = new SignatureV4({
    ...{ service, region: scope.split("/")[1] ?? "", sha256: Sha256, credentials: { accessKeyId, secretAccessKey } },
    ...{ applyChecksum: false, uriEscapePath: service !== "s3" }, // every service but S3 encodes the path once more
  });
  const names = new Set(signedHeaders);
  const signed = Object.fromEntries(signedHeaders.map((name) => [name, headers[name] ?? ""]));
  const message = { method, protocol: "http:", hostname: "", path, query, headers: signed };
  if (expiresIn === undefined) {
    const { headers: expected } = await signer.sign({ ...message, body }, { signingDate, signableHeaders: names });
    return /Signature=(\w+)$/.exec(expected["authorization"] ?? "")?.[1] ?? "";
  }
  // A presigned URL is created before there is a body: what is neither text nor bytes counts as unsigned.
  const presigned = { signingDate, expiresIn, signableHeaders: names, unhoistableHeaders: names };
  const { query: expected = {} } = await signer.presign({ ...message, body: {} }, presigned);
  return String(expected["X-Amz-Signature"]);
}

/** @returns nothing for a query that does not decode. */
function parsed(search: string): Record<string, string[]> | undefined {
  const query: Record<string, string[]> = {};
  try {
    for (const part of search.split("&").filter((each) => each !== "")) {
      const [name = "", value = ""] = part.split(/=(.*)/s).map(decodeURIComponent);
      query[name] = [...(query[name] ?? []), value];
    }
    return query;
  } catch {
    return undefined;
  }
}
