import type { ResourceType } from "../program/resource-type.ts";

export const s3Bucket: ResourceType = {
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
};
