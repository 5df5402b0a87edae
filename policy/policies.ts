import type { StackValidationPolicy } from "@pulumi/policy";
import { rules } from "./rules.ts";

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
