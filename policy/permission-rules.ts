import { at, ofType, type Resource, type Rule, violations } from "./resource.ts";
import { logDelivery, statementsOf } from "./statements.ts";

/** Actions for which AWS knows no resource: log delivery, X-Ray, and the network interfaces of functions in a VPC. */
const withoutResource = [
  ...logDelivery,
  ...["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"].map((name) => `xray:${name}`),
  ...["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface"].map((name) => `ec2:${name}`),
];

const allowed = (policy: Resource) => statementsOf(policy, "policy").filter(({ effect }) => effect === "Allow");

/** Who may do what. */
export const permissionRules: readonly Rule[] = [
  {
    name: "exact-actions",
    description: "A role is granted actions by their names.",
    check: (resources) =>
      violations(
        ofType(resources, "rolePolicy"),
        (policy) => allowed(policy).every(({ actions }) => actions.length > 0 && !actions.some((action) => action.includes("*"))),
        "It grants a pattern of actions.",
      ),
  },
  {
    name: "exact-resources",
    description: "A role is granted actions on resources by their names, but for actions for which AWS knows none.",
    check: (resources) =>
      violations(
        ofType(resources, "rolePolicy"),
        (policy) =>
          allowed(policy).every(
            ({ actions, resources: on }) => !on.includes("*") || actions.every((action) => withoutResource.includes(action)),
          ),
        "It grants actions on every resource that could be granted on one.",
      ),
  },
  {
    name: "one-service-a-role",
    description: "A role is taken on by one service of AWS.",
    check: (resources) =>
      violations(
        ofType(resources, "role"),
        (role) => {
          const principals = statementsOf(role, "assumeRolePolicy").flatMap((statement) => statement.principals);
          return principals.length === 1 && principals.every((principal) => /^[a-z]+\.amazonaws\.com$/.test(principal));
        },
        "It can be taken on by others than one service.",
      ),
  },
  {
    name: "own-role",
    description: "A function has a role that no other has.",
    check: (resources) => {
      const functions = ofType(resources, "function");
      const roles = functions.map((target) => at(target, "role"));
      return violations(functions, (target) => roles.filter((role) => role === at(target, "role")).length === 1, "It shares its role.");
    },
  },
  {
    name: "named-callers",
    description: "A service may invoke a function on behalf of one resource of ours.",
    check: (resources) =>
      violations(
        ofType(resources, "permission"),
        (permission) => /^arn:aws/.test(String(at(permission, "sourceArn"))),
        "It names no source.",
      ),
  },
];
