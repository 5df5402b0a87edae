import type { ResourceType } from "../program/resource-type.ts";

export const s3BucketPolicy: ResourceType = {
  simulated: ["bucket", "policy"],
  computed: ({ inputs }) => ({ id: inputs["bucket"] as string }),
  start: async ({ inputs }, { roles }) => {
    roles.addDenial(JSON.parse(inputs["policy"] as string));
    return undefined;
  },
};
