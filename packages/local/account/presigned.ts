import type { AwsRequest } from "../aws.ts";
import { AwsError } from "../aws.ts";
import type { Signature } from "./signature.ts";

/** The parameters of a presigned URL. Only S3 reads them here. */
export const presignedParameters = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Signature",
  "X-Amz-Date",
  "X-Amz-SignedHeaders",
  "X-Amz-Expires",
] as const;

const weekInSeconds = 604_800;

/** A signature in the query, and its lifetime. */
export interface PresignedSignature extends Signature {
  readonly expiresSeconds: number;
}

export const isPresignedSignature = (signature: Signature): signature is PresignedSignature => signature.expiresSeconds !== undefined;

export const isPresigned = ({ url }: Pick<AwsRequest, "url">): boolean => queryOf(url).has("X-Amz-Algorithm");

/**
 * Reads the signature out of a presigned URL.
 *
 * @throws AwsError `AuthorizationQueryParametersError`, in S3's words, where a parameter is missing or wrong.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presignedSignatureOf({ url }: Pick<AwsRequest, "url">): PresignedSignature {
  const query = queryOf(url);
  if (presignedParameters.some((name) => !query.has(name)))
    throw wrong(`Query-string authentication version 4 requires the ${listed} parameters.`);
  const given = (name: (typeof presignedParameters)[number]) => query.get(name) ?? "";
  if (given("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256")
    throw wrong('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  const [, accessKeyId = "", scope = "", service = ""] = credential.exec(given("X-Amz-Credential")) ?? [];
  if (accessKeyId === "")
    throw wrong(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  return {
    ...{ accessKeyId, scope, service },
    date: dateIn(given("X-Amz-Date")),
    signedHeaders: given("X-Amz-SignedHeaders").split(";"),
    value: given("X-Amz-Signature"),
    expiresSeconds: secondsIn(given("X-Amz-Expires")),
  };
}

const credential = /^([^/]+)\/(\d{8}\/[^/]+\/([^/]+)\/aws4_request)$/;
const listed = new Intl.ListFormat("en").format(presignedParameters);

const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split(/\?(.*)/s)[1] ?? "");

function dateIn(given: string): string {
  if (/^\d{8}T\d{6}Z$/.test(given)) return given;
  throw wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
}

function secondsIn(given: string): number {
  if (!/^-?\d+$/.test(given)) throw wrong("X-Amz-Expires should be a number");
  const seconds = Number(given);
  if (seconds < 0) throw wrong("X-Amz-Expires must be non-negative");
  if (seconds <= weekInSeconds) return seconds;
  throw wrong("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
}

function wrong(message: string): AwsError {
  return new AwsError("AuthorizationQueryParametersError", message, 400);
}
