import { AwsError, type AwsResponse } from "../aws.ts";
import type { Api, Caller } from "../service.ts";
import type { BucketStore } from "./bucket-store.ts";
import { parseS3Request, type S3Request } from "./s3-request.ts";
import { listBucketPermission, objectPermission, runS3, s3Permissions } from "./s3-service.ts";
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
    permissionsOf: ({ input }) => s3Permissions(input),
    run: ({ input }, caller) => run(buckets, input, caller),
  };
}

async function run(buckets: BucketStore, request: S3Request, { authorize }: Caller): Promise<AwsResponse> {
  const { bucket } = request;
  try {
    return await runS3(buckets, request, (key) => authorize([objectPermission("DeleteObject", bucket, key)]));
  } catch (error) {
    // S3 tells that a key is missing only to those who may list the bucket; to all others it is forbidden.
    if (error instanceof AwsError && error.name === "NoSuchKey") authorize([listBucketPermission(bucket)]);
    throw error;
  }
}
