import { repeat } from "../deadline.ts";
import { iam } from "../iam/service.ts";
import type { ResourceType, Service } from "../service.ts";
import type { BucketStore } from "./bucket-store.ts";

const bucket: ResourceType<BucketStore> = {
  simulated: ["bucket"],
  withoutLocalMeaning: { forceDestroy: "npm start -- --reset empties every bucket" },
  computed: ({ name, inputs }) => {
    const bucketName = (inputs["bucket"] as string | undefined) ?? `${name}-local`;
    return { id: bucketName, bucket: bucketName, arn: `arn:aws:s3:::${bucketName}` };
  },
  start: async ({ outputs }, buckets) => {
    await buckets.createBucket(outputs["bucket"] as string);
  },
};

const policy: ResourceType<BucketStore> = {
  simulated: ["bucket", "policy"],
  computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
  start: async ({ inputs }, _, stack) => {
    return { remove: (await stack.use(iam)).addDenial(JSON.parse(inputs["policy"] as string)) };
  },
};

interface LifecycleRule {
  readonly status: string;
  readonly filter?: { readonly prefix?: string };
  readonly expiration?: { readonly days: number };
}

/** S3 looks at its rules once a day. */
const intervalMilliseconds = 24 * 60 * 60 * 1_000;

const lifecycleConfiguration: ResourceType<BucketStore> = {
  simulated: ["bucket", "rules"],
  computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
  start: async ({ inputs }, buckets, stack) => {
    buckets.setExpirations(inputs["bucket"] as string, (inputs["rules"] as LifecycleRule[]).flatMap(expirationsOf));
    return { stop: repeat(stack, intervalMilliseconds, () => buckets.deleteExpired()) };
  },
};

/** A rule without an expiration is about uploads in parts, which are gone with the process. */
function expirationsOf({ status, filter, expiration }: LifecycleRule) {
  return status === "Enabled" && expiration !== undefined ? [{ prefix: filter?.prefix ?? "", days: expiration.days }] : [];
}

/** S3: buckets as folders, and the operations on their objects. */
export const s3: Service<BucketStore> = {
  name: "s3",
  resourceTypes: {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycleConfiguration,
    "aws:s3/bucketPolicy:BucketPolicy": policy,
  },
  keeps: "buckets",
  ownFiles: /^[0-9a-f]{64}$|\.part$/,
  open: async ({ clock, pathOf, onNotice }) => {
    const { BucketStore } = await import("./bucket-store.ts");
    const { s3Api } = await import("./s3-service.ts");
    const folder = pathOf("buckets");
    const buckets = new BucketStore({ clock, onNotice, ...(folder !== undefined && { folder }) });
    return { instance: buckets, api: s3Api(buckets), close: () => buckets.close() };
  },
};
