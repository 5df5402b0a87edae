import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings.ts";
import { policyDocument, type Statement, trustPolicy } from "./statement.ts";

export interface RoleArgs {
  /** The service that assumes the role, such as `lambda.amazonaws.com`. */
  readonly service: string;
  /** The account for which it does, where the service says so. */
  readonly accountId?: pulumi.Input<string>;
  readonly statements: readonly Statement[];
  readonly settings: Pick<Settings, "permissionsBoundary">;
}

/** Creates a role with one policy, both of the same logical name. What uses the role has to wait for the policy. */
export function createRole(name: string, { service, accountId, statements, settings }: RoleArgs, parent: pulumi.Resource) {
  const permissionsBoundary = settings.permissionsBoundary || undefined;
  const assumeRolePolicy = trustPolicy(service, accountId);
  const role = new aws.iam.Role(name, { assumeRolePolicy, permissionsBoundary }, { parent });
  const policy = new aws.iam.RolePolicy(name, { role: role.id, policy: policyDocument(statements) }, { parent });
  return { role, policy };
}
