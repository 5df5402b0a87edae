import type { ResourceType } from "../program/resource-type.ts";

export const iamRolePolicy: ResourceType = {
  simulated: ["name", "role", "policy"],
  computed: ({ name, inputs }) => ({ id: `${inputs["role"]}:${name}`, name }),
  start: async ({ inputs }, { roles }) => {
    roles.addPolicy(inputs["role"] as string, inputs["policy"] as string);
    return undefined;
  },
};
