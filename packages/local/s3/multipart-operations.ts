import type { AwsResponse } from "../aws.ts";
import { AwsError } from "../aws.ts";
import type { BucketStore } from "./bucket-store.ts";
import type { PartReference, UploadPlace } from "./multipart-uploads.ts";
import { type S3Request, writeCondition } from "./s3-request.ts";
import { checkedSums, headersToKeep, readUpload } from "./upload.ts";
import { malformedXml, s3Headers, textsOf, xmlAnswer } from "./xml.ts";

export function createMultipartUpload({ multipartUploads }: BucketStore, { bucket, key, headers }: S3Request): AwsResponse {
  const uploadId = multipartUploads.begin({ bucket, key, headers: headersToKeep(headers) });
  return xmlAnswer("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: uploadId });
}

export function uploadPart({ multipartUploads }: BucketStore, request: S3Request): AwsResponse {
  const { body, checksums } = readUpload(request);
  const etag = multipartUploads.putPart(placeOf(request), Number(request.query.get("partNumber")), body);
  return { status: 200, headers: s3Headers({ etag, ...checksums }), body: "" };
}

export async function completeMultipartUpload(store: BucketStore, request: S3Request): Promise<AwsResponse> {
  const { bucket, key, headers } = request;
  const place = placeOf(request);
  const whole = store.multipartUploads.assemble(place, partsIn(request.body.toString()));
  const checksums = checkedSums(headers, whole.body);
  checkSize(headers["x-amz-mp-object-size"], whole.body);
  const { etag } = await store.put(bucket, key, { ...whole, checksums }, writeCondition(request));
  store.multipartUploads.end(place);
  return xmlAnswer("CompleteMultipartUploadResult", {
    Location: `http://${headers["host"]}/${bucket}/${key}`,
    Bucket: bucket,
    Key: key,
    ETag: etag,
  });
}

export function abortMultipartUpload({ multipartUploads }: BucketStore, request: S3Request): AwsResponse {
  multipartUploads.end(placeOf(request));
  return { status: 204, headers: s3Headers({}), body: "" };
}

function checkSize(declared: string | undefined, { length }: Buffer): void {
  if (declared !== undefined && Number(declared) !== length)
    throw new AwsError("InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match the size of the object.");
}

const placeOf = ({ bucket, key, query }: S3Request): UploadPlace => ({ bucket, key, uploadId: query.get("uploadId") ?? "" });

function partsIn(xml: string): PartReference[] {
  return [...xml.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = ""]) => {
    const [number] = textsOf(part, "PartNumber");
    const [etag] = textsOf(part, "ETag");
    if (number === undefined || etag === undefined) throw malformedXml();
    return { number: Number(number), etag };
  });
}
