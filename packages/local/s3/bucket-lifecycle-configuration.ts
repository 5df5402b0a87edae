import type { ResourceType } from "../program/resource-type.ts";
import { repeat } from "../repeat.ts";

interface Rule {
  readonly status: string;
  readonly filter?: { readonly prefix?: string };
  readonly expiration?: { readonly days: number };
}

/** S3 looks at its rules once a day. */
const intervalMilliseconds = 24 * 60 * 60 * 1_000;

export const s3BucketLifecycleConfiguration: ResourceType = {
  simulated: ["bucket", "rules"],
  computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
  start: async ({ inputs }, services) => {
    services.buckets.setExpirations(inputs["bucket"] as string, (inputs["rules"] as Rule[]).flatMap(expirationsOf));
    return { stop: repeat(services, intervalMilliseconds, () => services.buckets.deleteExpired()) };
  },
};

/** A rule without an expiration is about uploads in parts, which the local bucket does not take. */
function expirationsOf({ status, filter, expiration }: Rule) {
  return status === "Enabled" && expiration !== undefined ? [{ prefix: filter?.prefix ?? "", days: expiration.days }] : [];
}
