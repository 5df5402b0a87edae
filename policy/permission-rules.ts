import { logDelivery, networkInterfaces, tracing } from "../infrastructure/unscoped-actions.ts";
import { at, ofType, type Resource, type Rule, ruleFor, violations } from "./resource.ts";
import { statementsOf } from "./statements.ts";

const unscoped = [...logDelivery, ...tracing, ...networkInterfaces];

const allowed = (policy: Resource) => statementsOf(policy, "policy").filter(({ effect }) => effect === "Allow");

/** Permissions of roles. */
export const permissionRules: readonly Rule[] = [
  ruleFor(
    "rolePolicy",
    "exact-actions",
    "A role is granted actions by their names.",
    (policy) => allowed(policy).every(({ actions }) => actions.length > 0 && !actions.some((action) => action.includes("*"))),
    "It grants a pattern of actions.",
  ),
  ruleFor(
    "rolePolicy",
    "exact-resources",
    "A role is granted actions on named resources, except for actions that have no resource form.",
    (policy) =>
      allowed(policy).every(({ actions, resources: on }) => !on.includes("*") || actions.every((action) => unscoped.includes(action))),
    "It grants actions on every resource that could be granted on one.",
  ),
  ruleFor(
    "role",
    "one-service-a-role",
    "A role is assumed by one service of AWS.",
    (role) => {
      const principals = statementsOf(role, "assumeRolePolicy").flatMap((statement) => statement.principals);
      return principals.length === 1 && principals.every((principal) => /^[a-z]+\.amazonaws\.com$/.test(principal));
    },
    "It can be assumed by others than one service.",
  ),
  {
    name: "own-role",
    description: "A function has a role that no other has.",
    check: (resources) => {
      const functions = ofType(resources, "function");
      const roles = functions.map((target) => at(target, "role"));
      return violations(functions, (target) => roles.filter((role) => role === at(target, "role")).length === 1, "It shares its role.");
    },
  },
  ruleFor(
    "permission",
    "named-callers",
    "A service may invoke a function on behalf of one resource of ours.",
    (permission) => /^arn:aws/.test(String(at(permission, "sourceArn"))),
    "It names no source.",
  ),
];
