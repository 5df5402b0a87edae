import type { LocalServices } from "../local-services.ts";
import type { DeclaredResource, ResourceType, Simulator } from "../program/resource-type.ts";
import { repeat } from "../repeat.ts";

interface Rule {
  readonly status: string;
  readonly filter?: { readonly prefix?: string };
  readonly expiration?: { readonly days: number };
}

/** S3 looks at its rules once a day. */
const lifecycleIntervalMilliseconds = 24 * 60 * 60 * 1_000;

export const s3Resources = {
  "aws:s3/bucket:Bucket": {
    simulated: ["bucket"],
    withoutLocalMeaning: { forceDestroy: "npm start -- --reset empties every bucket" },
    computed: ({ name, inputs }) => {
      const bucket = (inputs["bucket"] as string | undefined) ?? `${name}-local`;
      return { id: bucket, bucket, arn: `arn:aws:s3:::${bucket}` };
    },
    start: async ({ outputs }, { buckets }) => {
      await buckets.createBucket(outputs["bucket"] as string);
      return undefined;
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    simulated: ["bucket", "rules"],
    computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
    start: startLifecycle,
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    simulated: ["bucket", "policy"],
    computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
    start: async ({ inputs }, { roles }) => {
      roles.addDenial(JSON.parse(inputs["policy"] as string));
      return undefined;
    },
  },
} as const satisfies Readonly<Record<string, ResourceType>>;

async function startLifecycle({ inputs }: DeclaredResource, services: LocalServices): Promise<Simulator> {
  const { buckets } = services;
  // A rule without an expiration is about uploads in parts, which end with the runtime.
  const expirations = (inputs["rules"] as Rule[]).flatMap(({ status, filter, expiration }) =>
    status === "Enabled" && expiration !== undefined ? [{ prefix: filter?.prefix ?? "", days: expiration.days }] : [],
  );
  buckets.setExpirations(inputs["bucket"] as string, expirations);
  return { stop: repeat(services, lifecycleIntervalMilliseconds, () => buckets.deleteExpired()) };
}
