import type { ResourceType } from "../program/resource-type.ts";

export const iamRole: ResourceType = {
  simulated: ["name", "assumeRolePolicy"],
  computed: ({ name, inputs }, { accountId }) => {
    const roleName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    return { id: roleName, name: roleName, arn: `arn:aws:iam::${accountId}:role/${roleName}` };
  },
  start: async ({ inputs, outputs }, { roles }) => {
    roles.add(outputs["name"] as string, inputs["assumeRolePolicy"] as string);
    return undefined;
  },
};
