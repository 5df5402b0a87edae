import { hash } from "node:crypto";
import { PolicyError } from "./document.ts";
import type { Grant, PermissionLedger } from "./permission-ledger.ts";
import { type CompiledPolicy, compilePolicy } from "./policy.ts";
import { compileTrustPolicy, type TrustPolicy } from "./trust-policy.ts";

/** A role that calls, as it is known by its access key. */
export interface Principal {
  readonly roleName: string;
  readonly secretAccessKey: string;
  readonly policies: readonly CompiledPolicy[];
  /** The last part of the assumed role's ARN: on AWS, the function's name. The role's own name where there is none. */
  readonly sessionName?: string;
}

interface Role extends Principal {
  /** Another list with each change. */
  policies: readonly CompiledPolicy[];
  sessionName?: string;
  trusts: TrustPolicy;
}

/** The roles of the stack, each with an access key of its own, so that the endpoint knows who calls. */
export class Roles {
  readonly #roles = new Map<string, Role>();
  readonly #credentials = new Map<string, Principal>();
  #forEveryRole: readonly CompiledPolicy[] = [];

  /** The roles by access key id. */
  get credentials(): ReadonlyMap<string, Principal> {
    return this.#credentials;
  }

  /**
   * Adds a role, or gives the one of this name another trust policy.
   *
   * @returns how to remove what this call has added.
   * @throws {@link PolicyError} that names the role, for a trust policy that IAM would refuse, or that is not evaluated here.
   */
  add(roleName: string, trustPolicy: string): () => void {
    const digest = hash("sha256", roleName);
    const trusts = ofRole(roleName, "trust policy", () => compileTrustPolicy(trustPolicy));
    const role = this.#roles.get(roleName) ?? { roleName, secretAccessKey: digest, policies: [...this.#forEveryRole], trusts };
    role.trusts = trusts;
    this.#roles.set(roleName, role);
    this.#credentials.set(accessKeyIdOf(role), role);
    return () => {
      if (role.trusts !== trusts) return;
      this.#roles.delete(roleName);
      this.#credentials.delete(accessKeyIdOf(role));
    };
  }

  /**
   * @returns how to remove the policy.
   * @throws {@link PolicyError} that names the role, for a policy that IAM would refuse, or that is not evaluated here.
   */
  addPolicy(roleName: string, document: string): () => void {
    const role = this.#role(roleName);
    const policy = ofRole(roleName, "policy", () => compileGrants(document));
    role.policies = [...role.policies, policy];
    return () => {
      role.policies = role.policies.filter((other) => other !== policy);
    };
  }

  /**
   * Adds a policy of a resource that applies to every caller: it can only deny.
   *
   * @returns how to remove it.
   */
  addDenial(document: { readonly Statement: readonly { readonly Effect: string; readonly Principal?: unknown }[] }): () => void {
    const statements = document.Statement.map(({ Principal: principal, ...statement }) => {
      if (statement.Effect !== "Deny" || principal !== "*")
        throw new PolicyError("A bucket policy that is more than a denial to all is not evaluated here");
      return statement;
    });
    const policy = compilePolicy({ ...document, Statement: statements });
    this.#forEveryRole = [...this.#forEveryRole, policy];
    for (const role of this.#roles.values()) role.policies = [...role.policies, policy];
    return () => {
      const others = (policies: readonly CompiledPolicy[]) => policies.filter((other) => other !== policy);
      this.#forEveryRole = others(this.#forEveryRole);
      for (const role of this.#roles.values()) role.policies = others(role.policies);
    };
  }

  /**
   * Lets a service assume a role.
   *
   * @param sessionName the function's name, where it is one that calls as the role.
   * @throws {@link PolicyError} where the role's trust policy does not allow it.
   */
  assume(roleArn: string, service: string, sessionName?: string): Principal {
    const [, accountId = "", roleName = roleArn] = /^arn:aws:iam::(\d+):role\/(.+)$/.exec(roleArn) ?? [];
    const role = this.#role(roleName);
    if (!role.trusts(service, accountId)) throw new PolicyError(`The role ${role.roleName} cannot be assumed by ${service}.`);
    if (sessionName !== undefined) role.sessionName = sessionName;
    return role;
  }

  /** The granted actions that no call has used, by the ledger: they can be removed. */
  unused(ledger: PermissionLedger): Grant[] {
    return [...this.#roles.values()].flatMap(({ roleName, policies }) => ledger.unused(roleName, policies));
  }

  #role(roleName: string): Role {
    const role = this.#roles.get(roleName);
    if (role === undefined) throw new PolicyError(`There is no role ${roleName}`);
    return role;
  }
}

/** Who calls as this role, as IAM writes it. */
export const sessionArnOf = ({ roleName, sessionName = roleName }: Principal, accountId: string): string =>
  `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;

/** The environment variables by which a function's SDK signs as its role. */
export function credentialVariables(principal: Principal): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyIdOf(principal), AWS_SECRET_ACCESS_KEY: principal.secretAccessKey };
}

export function accessKeyIdOf({ secretAccessKey }: Principal): string {
  return `LOCAL${secretAccessKey.slice(0, 15).toUpperCase()}`;
}

/** A denial would make {@link Roles.unused} list actions that no call could have used. */
function compileGrants(document: string): CompiledPolicy {
  const policy = compilePolicy(document);
  const denial = policy.statements.find(({ effect }) => effect === "Deny");
  if (denial !== undefined) throw new PolicyError(`Statement ${denial.name} is a Deny, which npm start supports in a bucket policy only`);
  return policy;
}

function ofRole<Compiled>(roleName: string, what: string, compile: () => Compiled): Compiled {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(`The ${what} of the role ${roleName} is not supported: ${error.message}.`);
  }
}
