import { hash } from "node:crypto";
import { AwsError, type AwsRequest } from "../aws.ts";
import type { RefusalNames } from "../service.ts";
import { isPresignedSignature, type PresignedSignature } from "./presigned.ts";
import type { Signature } from "./signature.ts";

/** For whom a request must be signed, and when. */
export interface SignatureScope {
  /** The name in the scope of a signature: `s3`, `execute-api`. */
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const minute = 60_000;
/** S3 takes signatures of up to 15 minutes before or after its own time. */
const s3SkewMilliseconds = 15 * minute;
const skewMilliseconds = 5 * minute;

/**
 * Checks what a signature is for, when it was made, and what it covers, before it is calculated: each service refuses in its own words.
 *
 * @throws AwsError for the first thing that is wrong.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function checkSignature(signature: Signature, request: AwsRequest, scope: SignatureScope, names: RefusalNames): void {
  const isForS3 = scope.service === "s3";
  if (isPresignedSignature(signature)) checkPresigned(signature, request, scope);
  else if (isForS3) checkForS3(signature, request, scope);
  else checkHeader(signature, request, scope, names);
}

/** `20260101T000000Z` in milliseconds since 1970; NaN for anything else. */
const timeOf = (date: string): number =>
  /^\d{8}T\d{6}Z$/.test(date) ? Date.parse(date.replace(/^(.{4})(..)(.{5})(..)/, "$1-$2-$3:$4:")) : Number.NaN;

const compact = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, "");

/** The headers that have to be signed and are not. */
const unsignedOf = ({ signedHeaders }: Signature, { headers }: AwsRequest): string[] =>
  ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))].filter((name) => !signedHeaders.includes(name));

/** Of every service but S3. */
function checkHeader(signature: Signature, request: AwsRequest, { service, region, now }: SignatureScope, names: RefusalNames): void {
  const refuse = (message: string, name = names.wrongSignature): never => {
    throw new AwsError(name, message, names.status);
  };
  const time = timeOf(signature.date);
  const [day = "", scopeRegion = "", scopeService = ""] = signature.scope.split("/");
  if (Number.isNaN(time))
    refuse("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.", "IncompleteSignatureException");
  if (scopeRegion !== region) refuse(`Credential should be scoped to a valid region, not '${scopeRegion}'. `);
  if (scopeService !== service) refuse(`Credential should be scoped to correct service: '${service}'. `);
  if (!signature.date.startsWith(day))
    refuse(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${signature.date.slice(0, 8)}', from '${signature.date}'.`,
    );
  const [earliest, latest] = [now - skewMilliseconds, now + skewMilliseconds];
  if (time < earliest) refuse(`Signature expired: ${signature.date} is now earlier than ${compact(earliest)} (${compact(now)} - 5 min.)`);
  if (time > latest)
    refuse(`Signature not yet current: ${signature.date} is still later than ${compact(latest)} (${compact(now)} + 5 min.)`);
  const [unsigned] = unsignedOf(signature, request);
  if (unsigned === "host") refuse("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  if (unsigned !== undefined) refuse(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  const stated = request.headers["x-amz-content-sha256"];
  if (stated !== undefined && stated !== hash("sha256", request.body)) refuse(signatureMismatch); // only S3 takes unsigned bodies
}

/** The sentence of every service for a signature that is another one than it calculates. */
export const signatureMismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";

function checkForS3(signature: Signature, request: AwsRequest, scope: SignatureScope): void {
  const time = timeOf(signature.date);
  if (Number.isNaN(time)) throw new AwsError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403);
  const malformed = scopeFault(signature, scope);
  if (malformed !== undefined)
    throw new AwsError(
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; ${malformed.message}`,
      400,
      malformed.members,
    );
  if (Math.abs(time - scope.now) > s3SkewMilliseconds) throw tooSkewed(signature.date, scope.now);
  refuseUnsigned(signature, request);
  checkPayloadHash(request);
}

function tooSkewed(date: string, now: number): AwsError {
  const ServerTime = new Date(now).toISOString().replace(/\.\d{3}/, "");
  const members = { RequestTime: date, ServerTime, MaxAllowedSkewMilliseconds: s3SkewMilliseconds };
  return new AwsError("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403, members);
}

/** The words of S3 for a signature that is for something else. */
function scopeFault({ scope, date }: Signature, { service, region }: SignatureScope) {
  const [day = "", scopeRegion = "", scopeService = ""] = scope.split("/");
  if (!date.startsWith(day))
    return { message: `Invalid credential date "${day}". This date is not the same as X-Amz-Date: "${date.slice(0, 8)}".` };
  if (scopeRegion !== region)
    return { message: `the region '${scopeRegion}' is wrong; expecting '${region}'`, members: { Region: region } };
  if (scopeService !== service) return { message: `incorrect service "${scopeService}". This endpoint belongs to "${service}".` };
  return undefined;
}

function refuseUnsigned(signature: Signature, request: AwsRequest): void {
  const unsigned = unsignedOf(signature, request);
  if (unsigned.length === 0) return;
  const message = "There were headers present in the request which were not signed";
  throw new AwsError("AccessDenied", message, 403, { HeadersNotSigned: unsigned.join(", ") });
}

/** S3 alone takes a body that is not signed, if the request says so. */
function checkPayloadHash({ headers, body }: AwsRequest): void {
  const stated = headers["x-amz-content-sha256"];
  if (stated === undefined) throw new AwsError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  if (/^(UNSIGNED-PAYLOAD|STREAMING-.+)$/.test(stated)) return;
  const form =
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";
  if (!/^[0-9a-f]{64}$/.test(stated))
    throw new AwsError("InvalidArgument", form, 400, { ArgumentName: "x-amz-content-sha256", ArgumentValue: stated });
  const computed = hash("sha256", body);
  if (stated === computed) return;
  const members = { ClientComputedContentSHA256: stated, S3ComputedContentSHA256: computed };
  throw new AwsError(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    members,
  );
}

/** A URL of S3 that has begun and not expired. @throws AwsError `AccessDenied`, `AuthorizationQueryParametersError`. */
function checkPresigned(signature: PresignedSignature, request: AwsRequest, scope: SignatureScope): void {
  const wrong = scopeFault(signature, scope);
  if (wrong !== undefined) {
    const message = wrong.message.startsWith("Invalid") ? wrong.message : `Error parsing the X-Amz-Credential parameter; ${wrong.message}`;
    throw new AwsError("AuthorizationQueryParametersError", message, 400, wrong.members);
  }
  const { now } = scope;
  const time = timeOf(signature.date);
  const expiresAt = time + signature.expiresSeconds * 1_000;
  if (time - now > s3SkewMilliseconds) {
    const times = { "X-Amz-Date": signature.date, Expires: new Date(expiresAt).toISOString(), ServerTime: new Date(now).toISOString() };
    throw new AwsError("AccessDenied", "Request is not valid yet", 403, times);
  }
  if (!(now < expiresAt)) {
    const times = { Expires: new Date(expiresAt).toISOString(), ServerTime: new Date(now).toISOString() };
    throw new AwsError("AccessDenied", "Request has expired", 403, { "X-Amz-Expires": signature.expiresSeconds, ...times });
  }
  refuseUnsigned(signature, request);
}
