import type { ResourceType, Service } from "../service.ts";
import type { Roles } from "./roles.ts";

const role: ResourceType<Roles> = {
  simulated: ["name", "assumeRolePolicy"],
  withoutLocalMeaning: { permissionsBoundary: "it names a policy that the program does not declare" },
  computed: ({ name, inputs }, { accountId }) => {
    const roleName = (inputs["name"] as string | undefined) ?? `${name}-local`;
    return { id: roleName, name: roleName, arn: `arn:aws:iam::${accountId}:role/${roleName}` };
  },
  start: async ({ inputs, outputs }, roles) => ({
    remove: roles.add(outputs["name"] as string, inputs["assumeRolePolicy"] as string),
  }),
};

const rolePolicy: ResourceType<Roles> = {
  simulated: ["name", "role", "policy"],
  computed: ({ name, inputs }) => ({ id: `${inputs["role"]}:${name}`, name }),
  start: async ({ inputs }, roles) => ({ remove: roles.addPolicy(inputs["role"] as string, inputs["policy"] as string) }),
};

/** IAM: the roles of the stack and their policies. */
export const iam: Service<Roles> = {
  name: "iam",
  resourceTypes: { "aws:iam/role:Role": role, "aws:iam/rolePolicy:RolePolicy": rolePolicy },
  open: async () => {
    const { Roles } = await import("./roles.ts");
    return { instance: new Roles() };
  },
};
