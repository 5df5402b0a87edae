import type { StackValidationPolicy } from "@pulumi/policy";
import { operationRules } from "./operation-rules.ts";
import { permissionRules } from "./permission-rules.ts";
import type { Rule } from "./resource.ts";
import { storageRules } from "./storage-rules.ts";

/** The rules for every stack of this project: the tests check them on what the program declares, and Pulumi on a deployment. */
export const rules: readonly Rule[] = [...permissionRules, ...storageRules, ...operationRules];

/** The rules as Pulumi checks them, once a stack's preview or deployment has all its resources. */
export const policies: StackValidationPolicy[] = rules.map(({ name, description, check }) => ({
  name,
  description,
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    const urns = new Map(resources.map(({ type, name: logicalName, props, urn }) => [{ type, name: logicalName, inputs: props }, urn]));
    for (const { resource, message } of check([...urns.keys()])) report(`"${resource.name}": ${message}`, urns.get(resource));
  },
}));
