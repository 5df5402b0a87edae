import { AwsError, type AwsResponse, decodePath } from "../aws.ts";
import { type BucketStore, matchesEtag, preconditionFailed } from "./bucket-store.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from "./multipart-operations.ts";
import type { StoredObject } from "./object-files.ts";
import { notImplemented, type S3Operation, type S3Request, writeCondition } from "./s3-request.ts";
import { readUpload } from "./upload.ts";
import { malformedXml, s3Headers, textsOf, type XmlElements, xmlAnswer } from "./xml.ts";

/** Throws AccessDenied where the caller must not delete this key: one request can name a thousand. */
export type AuthorizeDelete = (key: string) => void;

type Operation = (store: BucketStore, request: S3Request, authorizeDelete: AuthorizeDelete) => AwsResponse | Promise<AwsResponse>;

export const s3Operations: Readonly<Record<S3Operation, Operation>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  PutObject: putObject,
  UploadPart: uploadPart,
};

/** @throws {@link AwsError} as S3 would answer it. */
export async function runS3(store: BucketStore, request: S3Request, authorizeDelete: AuthorizeDelete): Promise<AwsResponse> {
  if (request.operation !== "ListBuckets") store.requireBucket(request.bucket);
  return s3Operations[request.operation](store, request, authorizeDelete);
}

/** The bucket and key that a copy is made from. */
export function copySourceOf({ headers }: S3Request): { readonly bucket: string; readonly key: string } {
  const source = headers["x-amz-copy-source"] ?? "";
  if (source.includes("?")) throw notImplemented("a copy of a version");
  const [bucket = "", ...key] = decodePath(source.replace(/^\//, "")).split("/");
  return { bucket, key: key.join("/") };
}

async function putObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const object = await store.put(request.bucket, request.key, readUpload(request), writeCondition(request));
  return { status: 200, headers: s3Headers({ etag: object.etag, ...object.checksums }), body: "" };
}

async function copyObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const source = copySourceOf(request);
  const { object, body } = await store.get(source.bucket, source.key);
  const wanted = request.headers["x-amz-copy-source-if-match"];
  if (wanted !== undefined && !matchesEtag(object.etag, wanted)) throw preconditionFailed("x-amz-copy-source-If-Match");
  const replaced = request.headers["x-amz-metadata-directive"] === "REPLACE";
  const headers = replaced ? readUpload({ headers: request.headers, body: Buffer.alloc(0) }).headers : object.headers;
  const copy = await store.put(request.bucket, request.key, { body, headers, checksums: object.checksums }, writeCondition(request));
  return xmlAnswer("CopyObjectResult", { ETag: copy.etag, LastModified: new Date(copy.lastModified).toISOString() });
}

async function getObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const { object, body } = await store.get(request.bucket, request.key);
  checkReadCondition(object, request);
  const range = rangeOf(request.headers["range"], object.size);
  if (range === undefined) return { status: 200, headers: objectHeaders(object, request), body };
  const { "content-length": _, ...headers } = objectHeaders(object, { headers: {} });
  const contentRange = `bytes ${range.first}-${range.last}/${object.size}`;
  const part = body.subarray(range.first, range.last + 1);
  return { status: 206, headers: { ...headers, "content-range": contentRange, "content-length": String(part.length) }, body: part };
}

function headObject(store: BucketStore, request: S3Request): AwsResponse {
  const object = store.head(request.bucket, request.key);
  checkReadCondition(object, request);
  return { status: 200, headers: objectHeaders(object, request), body: "" };
}

function listBuckets(store: BucketStore): AwsResponse {
  const buckets = store.buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt).toISOString() }));
  return xmlAnswer("ListAllMyBucketsResult", { Buckets: { Bucket: buckets } });
}

function headBucket(): AwsResponse {
  return { status: 200, headers: s3Headers({}), body: "" };
}

function deleteObject(store: BucketStore, { bucket, key }: S3Request): AwsResponse {
  store.delete(bucket, key);
  return { status: 204, headers: s3Headers({}), body: "" };
}

function deleteObjects(store: BucketStore, request: S3Request, authorizeDelete: AuthorizeDelete): AwsResponse {
  const xml = readUpload(request).body.toString();
  if (textsOf(xml, "VersionId").length > 0) throw notImplemented("VersionId");
  const keys = textsOf(xml, "Key");
  if (keys.length === 0 || keys.length > 1000) throw malformedXml();
  const results = keys.map((key) => deleteOne(store, request.bucket, key, authorizeDelete));
  const quiet = textsOf(xml, "Quiet").includes("true");
  return xmlAnswer("DeleteResult", {
    Deleted: quiet ? [] : results.flatMap(({ deleted }) => (deleted === undefined ? [] : [deleted])),
    Error: results.flatMap(({ error }) => (error === undefined ? [] : [error])),
  });
}

function deleteOne(
  store: BucketStore,
  bucket: string,
  key: string,
  authorize: AuthorizeDelete,
): { deleted?: XmlElements; error?: XmlElements } {
  try {
    authorize(key);
    store.delete(bucket, key);
    return { deleted: { Key: key } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: { Key: key, Code: error.name, Message: error.message } };
  }
}

function checkReadCondition({ etag }: StoredObject, { headers }: S3Request): void {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
  if (ifMatch !== undefined && !matchesEtag(etag, ifMatch)) throw preconditionFailed("If-Match");
  if (ifNoneMatch !== undefined && matchesEtag(etag, ifNoneMatch)) throw new AwsError("NotModified", "Not Modified", 304);
}

function objectHeaders(object: StoredObject, { headers }: Pick<S3Request, "headers">): Record<string, string> {
  return s3Headers({
    ...object.headers,
    ...(headers["x-amz-checksum-mode"] === "ENABLED" && object.checksums),
    etag: object.etag,
    "last-modified": new Date(object.lastModified).toUTCString(),
    "accept-ranges": "bytes",
    "content-length": String(object.size),
  });
}

// A header that is not one range of bytes is ignored, as HTTP has it.
function rangeOf(header: string | undefined, size: number): { first: number; last: number } | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416, { ActualObjectSize: size });
  return { first, last };
}
