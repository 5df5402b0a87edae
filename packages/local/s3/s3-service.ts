import { AwsError, type AwsResponse, decodePath } from "../aws.ts";
import type { AccessRequest, Api, Caller } from "../service.ts";
import { type BucketStore, matchesEtag, preconditionFailed } from "./bucket-store.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from "./multipart-uploads.ts";
import type { StoredObject } from "./object-files.ts";
import { notImplemented, parseS3Request, type S3Operation, type S3Request, writeCondition } from "./s3-request.ts";
import { headersToKeep, readUpload } from "./upload.ts";
import { malformedXml, parseXml, s3Headers, type XmlElements, xmlAnswer, xmlError } from "./xml.ts";

interface Operation {
  run(store: BucketStore, request: S3Request, caller: Caller): AwsResponse | Promise<AwsResponse>;
  permissions(request: S3Request): readonly AccessRequest[];
}

/** The operations that are simulated, and the permissions that each needs. */
export const s3Operations: Readonly<Record<S3Operation, Operation>> = {
  AbortMultipartUpload: { run: abortMultipartUpload, permissions: onObject("AbortMultipartUpload") },
  CompleteMultipartUpload: { run: completeMultipartUpload, permissions: onObject("PutObject") },
  CopyObject: { run: copyObject, permissions: copyPermissions },
  CreateMultipartUpload: { run: createMultipartUpload, permissions: onObject("PutObject") },
  DeleteObject: { run: deleteObject, permissions: onObject("DeleteObject") },
  DeleteObjects: { run: deleteObjects, permissions: () => [] }, // asked for key by key
  GetObject: { run: getObject, permissions: onObject("GetObject") },
  HeadBucket: { run: headBucket, permissions: listPermissions },
  HeadObject: { run: headObject, permissions: onObject("GetObject") },
  ListBuckets: { run: listBuckets, permissions: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }] },
  ListObjects: { run: listObjects, permissions: listPermissions },
  ListObjectsV2: { run: listObjectsV2, permissions: listPermissions },
  PutObject: { run: putObject, permissions: onObject("PutObject") },
  UploadPart: { run: uploadPart, permissions: onObject("PutObject") },
};

/** S3's API in its REST-XML protocol. */
export function s3Api(store: BucketStore): Api<S3Request, AwsResponse> {
  return {
    accepts: (_, signedFor) => signedFor === "s3",
    refusals: {
      status: 403,
      missing: "AccessDenied",
      unknownKey: "InvalidAccessKeyId",
      wrongSignature: "SignatureDoesNotMatch",
      denied: "AccessDenied",
    },
    read: (request) => {
      const input = parseS3Request(request);
      return { operation: input.operation, input };
    },
    write: (answer) => answer,
    writeError: (error, { method }) => xmlError(error, method),
    permissionsOf: ({ input }) => s3Operations[input.operation].permissions(input),
    run: ({ input }, caller) => run(store, input, caller),
  };
}

async function run(store: BucketStore, request: S3Request, caller: Caller): Promise<AwsResponse> {
  const { operation, bucket } = request;
  if (operation !== "ListBuckets") store.requireBucket(bucket);
  try {
    return await s3Operations[operation].run(store, request, caller);
  } catch (error) {
    // S3 tells that a key is missing only to those who may list the bucket; to all others it is forbidden.
    if (error instanceof AwsError && error.name === "NoSuchKey") caller.authorize([listBucketPermission(bucket)]);
    throw error;
  }
}

const objectPermission = (operation: string, bucket: string, key: string): AccessRequest => ({
  action: `s3:${operation}`,
  resource: `arn:aws:s3:::${bucket}/${key}`,
});

function listBucketPermission(bucket: string, query = new URLSearchParams()): AccessRequest {
  const conditions = ["prefix", "max-keys"].filter((name) => query.has(name)).map((name) => [`s3:${name}`, query.get(name) ?? ""]);
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context: Object.fromEntries(conditions) };
}

function onObject(operation: string): Operation["permissions"] {
  return ({ bucket, key }) => [objectPermission(operation, bucket, key)];
}

function listPermissions({ bucket, query }: S3Request): readonly AccessRequest[] {
  return [listBucketPermission(bucket, query)];
}

function copyPermissions(request: S3Request): readonly AccessRequest[] {
  const source = copySourceOf(request);
  return [objectPermission("GetObject", source.bucket, source.key), objectPermission("PutObject", request.bucket, request.key)];
}

/** The bucket and key that a copy is made from. */
function copySourceOf({ headers }: S3Request): { readonly bucket: string; readonly key: string } {
  const source = headers["x-amz-copy-source"] ?? "";
  if (source.includes("?")) throw notImplemented("a copy of a version");
  const [bucket = "", ...key] = decodePath(source.replace(/^\//, "")).split("/");
  return { bucket, key: key.join("/") };
}

async function putObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const object = await store.put(request.bucket, request.key, await readUpload(request), writeCondition(request));
  return { status: 200, headers: s3Headers({ etag: object.etag, ...object.checksums }), body: "" };
}

async function copyObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const source = copySourceOf(request);
  const { object, body } = await store.get(source.bucket, source.key);
  const wanted = request.headers["x-amz-copy-source-if-match"];
  if (wanted !== undefined && !matchesEtag(object.etag, wanted)) throw preconditionFailed("x-amz-copy-source-If-Match");
  const isReplaced = request.headers["x-amz-metadata-directive"] === "REPLACE";
  const headers = isReplaced ? headersToKeep(request.headers) : object.headers;
  const copy = await store.put(request.bucket, request.key, { body, headers, checksums: object.checksums }, writeCondition(request));
  return xmlAnswer("CopyObjectResult", { ETag: copy.etag, LastModified: new Date(copy.lastModified).toISOString() });
}

async function getObject(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const { object, body } = await store.get(request.bucket, request.key);
  checkReadCondition(object, request);
  const range = rangeOf(request.headers["range"], object.size);
  if (range === undefined) return { status: 200, headers: objectHeaders(object, request), body };
  const part = body.subarray(range.first, range.last + 1);
  const headers = { ...objectHeaders(object), "content-range": `bytes ${range.first}-${range.last}/${object.size}` };
  return { status: 206, headers: { ...headers, "content-length": String(part.length) }, body: part };
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
  return { status: 200, headers: s3Headers(), body: "" };
}

function deleteObject(store: BucketStore, { bucket, key }: S3Request): AwsResponse {
  store.delete(bucket, key);
  return { status: 204, headers: s3Headers(), body: "" };
}

async function deleteObjects(store: BucketStore, request: S3Request, caller: Caller): Promise<AwsResponse> {
  const { Object: objects = [], Quiet } = parseXml((await readUpload(request)).body, "Delete");
  const keys = (objects as Readonly<Record<string, unknown>>[]).map(({ Key, VersionId }) => {
    if (VersionId !== undefined) throw notImplemented("VersionId");
    if (typeof Key !== "string") throw malformedXml();
    return Key;
  });
  if (keys.length === 0 || keys.length > 1000) throw malformedXml();
  const results = keys.map((key) => deleteOne(store, request.bucket, key, caller));
  return xmlAnswer("DeleteResult", {
    Deleted: Quiet === "true" ? [] : results.filter((result) => !("Code" in result)),
    Error: results.filter((result) => "Code" in result),
  });
}

/** @returns the key, with the error where it was not deleted. */
function deleteOne(store: BucketStore, bucket: string, Key: string, caller: Caller): XmlElements {
  try {
    caller.authorize([objectPermission("DeleteObject", bucket, Key)]);
    store.delete(bucket, Key);
    return { Key };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { Key, Code: error.name, Message: error.message };
  }
}

function checkReadCondition({ etag }: StoredObject, { headers }: S3Request): void {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
  if (ifMatch !== undefined && !matchesEtag(etag, ifMatch)) throw preconditionFailed("If-Match");
  if (ifNoneMatch !== undefined && matchesEtag(etag, ifNoneMatch)) throw new AwsError("NotModified", "Not Modified", 304);
}

function objectHeaders(object: StoredObject, request?: S3Request): Record<string, string> {
  return s3Headers({
    ...object.headers,
    ...(request?.headers["x-amz-checksum-mode"] === "ENABLED" && object.checksums),
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
