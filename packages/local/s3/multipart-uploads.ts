import { randomUUID } from "node:crypto";
import type { AwsResponse } from "../aws.ts";
import { AwsError } from "../aws.ts";
import { type BucketStore, etagOf, type MultipartUpload, type Upload } from "./bucket-store.ts";
import { type S3Request, writeCondition } from "./s3-request.ts";
import { checkedSums, headersToKeep, readUpload } from "./upload.ts";
import { malformedXml, parseXml, s3Headers, xmlAnswer } from "./xml.ts";

/** A part as the request that completes an upload names it. */
interface PartReference {
  readonly number: number;
  readonly etag: string;
}

const maxParts = 10_000;
/** Of every part but the last. */
const minPartBytes = 5 * 1024 * 1024;

export function createMultipartUpload({ multipartUploads }: BucketStore, { bucket, key, headers }: S3Request): AwsResponse {
  const uploadId = randomUUID();
  multipartUploads.set(uploadId, { bucket, key, headers: headersToKeep(headers), parts: new Map() });
  return xmlAnswer("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: uploadId });
}

/** Stores a part, in place of an earlier one with its number. @throws NoSuchUpload, InvalidArgument. */
export async function uploadPart(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const { body, checksums } = await readUpload(request);
  const { parts } = uploadOf(store, request);
  const number = Number(request.query.get("partNumber"));
  if (!(Number.isInteger(number) && number >= 1 && number <= maxParts))
    throw new AwsError("InvalidArgument", `Part number must be an integer between 1 and ${maxParts}, inclusive`);
  const etag = etagOf(body);
  parts.set(number, { body, etag });
  return { status: 200, headers: s3Headers({ etag, ...checksums }), body: "" };
}

/**
 * The upload stays until it has become an object: a completion that is refused can be tried again.
 *
 * @throws NoSuchUpload, MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest.
 */
export async function completeMultipartUpload(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const { bucket, key, headers } = request;
  const upload = uploadOf(store, request);
  const whole = assembled(upload, partsIn(request.body));
  const checksums = await checkedSums(headers, whole.body);
  checkSize(headers["x-amz-mp-object-size"], whole.body);
  const { etag } = await store.put(bucket, key, { ...whole, headers: upload.headers, checksums }, writeCondition(request));
  store.multipartUploads.delete(uploadIdOf(request));
  const Location = `http://${headers["host"]}/${bucket}/${key}`;
  return xmlAnswer("CompleteMultipartUploadResult", { Location, Bucket: bucket, Key: key, ETag: etag });
}

export function abortMultipartUpload(store: BucketStore, request: S3Request): AwsResponse {
  uploadOf(store, request);
  store.multipartUploads.delete(uploadIdOf(request));
  return { status: 204, headers: s3Headers(), body: "" };
}

const uploadIdOf = ({ query }: S3Request): string => query.get("uploadId") ?? "";

function uploadOf({ multipartUploads }: BucketStore, request: S3Request): MultipartUpload {
  const UploadId = uploadIdOf(request);
  const upload = multipartUploads.get(UploadId);
  if (upload?.bucket === request.bucket && upload.key === request.key) return upload;
  const message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  throw new AwsError("NoSuchUpload", message, 404, { UploadId });
}

function partsIn(xml: Buffer): PartReference[] {
  const { Part: parts = [] } = parseXml(xml, "CompleteMultipartUpload");
  return (parts as Readonly<Record<string, unknown>>[]).map(({ PartNumber, ETag }) => {
    if (typeof PartNumber !== "string" || typeof ETag !== "string") throw malformedXml();
    return { number: Number(PartNumber), etag: ETag };
  });
}

/** The object that the parts make. Its ETag is of the parts' digests, with their number: no MD5 of the object. */
function assembled({ parts: held }: MultipartUpload, references: readonly PartReference[]): Required<Pick<Upload, "body" | "etag">> {
  if (references.length === 0) throw malformedXml();
  if (references.some(({ number }, index) => number <= (references[index - 1]?.number ?? 0)))
    throw new AwsError("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
  const parts = references.map(({ number, etag }) => {
    const part = held.get(number);
    if (part !== undefined && [part.etag, part.etag.slice(1, -1)].includes(etag)) return part;
    const message =
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    throw new AwsError("InvalidPart", message);
  });
  if (parts.slice(0, -1).some(({ body }) => body.length < minPartBytes))
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  const digests = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex"));
  const etag = etagOf(Buffer.concat(digests)).replace(/"$/, `-${parts.length}"`);
  return { body: Buffer.concat(parts.map(({ body }) => body)), etag };
}

function checkSize(declared: string | undefined, { length }: Buffer): void {
  if (declared !== undefined && Number(declared) !== length)
    throw new AwsError("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match the size of the object.");
}
