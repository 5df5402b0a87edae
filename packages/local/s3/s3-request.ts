import { presignedParameters } from "../account/presigned.ts";
import { AwsError, type AwsRequest, decodePath } from "../aws.ts";
import type { WriteCondition } from "./bucket-store.ts";

export type S3Operation =
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload"
  | "CopyObject"
  | "CreateMultipartUpload"
  | "DeleteObject"
  | "DeleteObjects"
  | "GetObject"
  | "HeadBucket"
  | "HeadObject"
  | "ListBuckets"
  | "ListObjects"
  | "ListObjectsV2"
  | "PutObject"
  | "UploadPart";

/** A request to S3, path style, of an operation that is simulated. */
export interface S3Request {
  readonly operation: S3Operation;
  /** Empty for a list of the buckets. */
  readonly bucket: string;
  /** Empty for an operation on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: AwsRequest["headers"];
  readonly body: Buffer;
}

const honouredQuery: readonly string[] = [
  ..."continuation-token delete delimiter encoding-type list-type marker max-keys prefix start-after x-id".split(" "),
  ...presignedParameters,
  "X-Amz-Content-Sha256",
  "X-Amz-Security-Token",
];
const honouredHeaders =
  /^x-amz-(checksum-(crc32c?|crc64nvme|mode|sha1|sha256)|content-sha256|copy-source(-if-match)?|date|decoded-content-length|meta-.*|metadata-directive|sdk-checksum-algorithm|security-token|trailer|user-agent)$/;
const refusedHeaders = ["if-modified-since", "if-unmodified-since"];

/** Query parameters and headers that only uploads in parts may have. */
const uploadParameters: Readonly<Partial<Record<S3Operation, readonly string[]>>> = {
  AbortMultipartUpload: ["uploadId"],
  CompleteMultipartUpload: ["uploadId", "x-amz-checksum-type", "x-amz-mp-object-size"],
  CreateMultipartUpload: ["uploads", "x-amz-checksum-algorithm", "x-amz-checksum-type"],
  UploadPart: ["uploadId", "partNumber"],
};

/** @throws NotImplemented, naming what is not simulated; InvalidURI; KeyTooLongError. */
export function parseS3Request({ method, url, headers: sent, body }: AwsRequest): S3Request {
  const [path = "", search = ""] = url.split(/\?(.*)/s);
  const [bucket = "", ...rest] = decodePath(path).slice(1).split("/");
  const key = rest.join("/");
  if (Buffer.byteLength(key) > 1024) throw new AwsError("KeyTooLongError", "Your key is too long");
  const query = new URLSearchParams(search);
  // A presigned URL has in its query what is a header elsewhere.
  const isHeader = ([name]: readonly [string, string]) => name.startsWith("x-amz-");
  const headers = { ...sent, ...Object.fromEntries([...query].filter(isHeader)) };
  const operation = operationOf(method, bucket, key, query, headers);
  if (operation === undefined) throw notImplemented(`${method} of this kind of ${key === "" ? "bucket" : "object"} resource`);
  refuseUnknown(query, headers, uploadParameters[operation] ?? []);
  return { operation, bucket, key, query, headers, body };
}

/** The condition of a write on the object that is there already. */
export function writeCondition({ headers }: S3Request): WriteCondition {
  return { ifMatch: headers["if-match"], ifNoneMatch: headers["if-none-match"] };
}

export function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `The local S3 does not simulate ${what}.`, 501);
}

function operationOf(
  method: string,
  bucket: string,
  key: string,
  query: URLSearchParams,
  headers: AwsRequest["headers"],
): S3Operation | undefined {
  if (bucket === "") return method === "GET" ? "ListBuckets" : undefined;
  if (key === "") {
    if (method === "GET") return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    if (method === "POST" && query.has("delete")) return "DeleteObjects";
    return method === "HEAD" ? "HeadBucket" : undefined;
  }
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : undefined;
  if (query.has("uploadId")) return operationOfPart(method, headers);
  if (method === "PUT") return "x-amz-copy-source" in headers ? "CopyObject" : "PutObject";
  return ({ GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" } as const)[method];
}

function operationOfPart(method: string, headers: AwsRequest["headers"]): S3Operation | undefined {
  if ("x-amz-copy-source" in headers) throw notImplemented("a part that is a copy");
  return ({ PUT: "UploadPart", POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" } as const)[method];
}

// Never ignored: an ACL, a tag or an encryption key that does nothing here would only be missed on AWS.
function refuseUnknown(query: URLSearchParams, headers: AwsRequest["headers"], also: readonly string[]): void {
  for (const name of query.keys())
    if (!honouredQuery.includes(name) && !also.includes(name) && !name.startsWith("x-amz-"))
      throw notImplemented(`the query parameter ${name}`);
  for (const name of Object.keys(headers).filter((header) => !also.includes(header))) {
    const known = name.startsWith("x-amz-") ? honouredHeaders.test(name) : !refusedHeaders.includes(name);
    if (!known) throw notImplemented(`the header ${name}`);
  }
}
