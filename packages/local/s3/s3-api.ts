import { AwsError, type AwsResponse } from "../aws.ts";
import type { AccessRequest, Api, Caller } from "../service.ts";
import type { BucketStore } from "./bucket-store.ts";
import { parseS3Request, type S3Request } from "./s3-request.ts";
import { copySourceOf, runS3 } from "./s3-service.ts";
import { xmlError } from "./xml.ts";

/** S3's API in its REST-XML protocol. */
export function s3Api(buckets: BucketStore): Api<S3Request, AwsResponse> {
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
    permissionsOf: ({ input }) => permissionsOf(input),
    run: ({ input }, caller) => run(buckets, input, caller),
  };
}

async function run(buckets: BucketStore, request: S3Request, { authorize }: Caller): Promise<AwsResponse> {
  const { bucket } = request;
  try {
    return await runS3(buckets, request, (key) => authorize([{ action: "s3:DeleteObject", resource: objectArn(bucket, key) }]));
  } catch (error) {
    // S3 tells that a key is missing only to those who may list the bucket; to all others it is forbidden.
    if (error instanceof AwsError && error.name === "NoSuchKey") authorize([listBucket(bucket)]);
    throw error;
  }
}

/** DeleteObjects is checked key by key while it runs. */
function permissionsOf(request: S3Request): AccessRequest[] {
  const { operation, bucket, key, query } = request;
  const onObject = (action: string) => ({ action: `s3:${action}`, resource: objectArn(bucket, key) });
  switch (operation) {
    case "GetObject":
    case "HeadObject":
      return [onObject("GetObject")];
    case "PutObject":
    case "DeleteObject":
    case "AbortMultipartUpload":
      return [onObject(operation)];
    case "CreateMultipartUpload":
    case "UploadPart":
    case "CompleteMultipartUpload":
      return [onObject("PutObject")];
    case "CopyObject": {
      const source = copySourceOf(request);
      return [{ action: "s3:GetObject", resource: objectArn(source.bucket, source.key) }, onObject("PutObject")];
    }
    case "ListBuckets":
      return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
    case "ListObjects":
    case "ListObjectsV2":
    case "HeadBucket":
      return [listBucket(bucket, query)];
    case "DeleteObjects":
      return [];
  }
}

function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

function listBucket(bucket: string, query = new URLSearchParams()): AccessRequest {
  const context = Object.fromEntries(
    ["prefix", "max-keys"].flatMap((name) => (query.has(name) ? [[`s3:${name}`, query.get(name) ?? ""]] : [])),
  );
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context };
}
