import { createHash } from "node:crypto";
import type { Principal } from "../aws-endpoint/services.ts";
import { type CompiledPolicy, compilePolicy } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";

interface Role extends Principal {
  readonly policies: CompiledPolicy[];
  sessionName?: string;
  /** The services that may take the role on. */
  readonly trusted: readonly string[];
}

interface TrustStatement {
  readonly Effect: string;
  readonly Action: string;
  readonly Principal: { readonly Service?: string | readonly string[] };
}

/** The roles of the stack, each with an access key of its own, so that the endpoint knows who calls. */
export class Roles {
  readonly #roles = new Map<string, Role>();
  readonly #credentials = new Map<string, Principal>();
  readonly #forEveryRole: CompiledPolicy[] = [];

  /** The roles by access key id. */
  get credentials(): ReadonlyMap<string, Principal> {
    return this.#credentials;
  }

  add(roleName: string, trustPolicy: string): void {
    const digest = createHash("sha256").update(roleName).digest("hex");
    const trusted = JSON.parse(trustPolicy).Statement.flatMap(servicesOf);
    const role: Role = { roleName, secretAccessKey: digest, policies: [...this.#forEveryRole], trusted };
    this.#roles.set(roleName, role);
    this.#credentials.set(accessKeyId(role), role);
  }

  /** @throws {@link PolicyError} for a policy that IAM would refuse, or that is not evaluated here. */
  addPolicy(roleName: string, document: string): void {
    this.#role(roleName).policies.push(compilePolicy(document));
  }

  /** Adds a policy of a resource that holds for whoever calls: it can only take away. */
  addDenial(document: { readonly Statement: readonly { readonly Effect: string; readonly Principal?: unknown }[] }): void {
    const statements = document.Statement.map(({ Principal: principal, ...statement }) => {
      if (statement.Effect !== "Deny" || principal !== "*")
        throw new PolicyError("A bucket policy that is more than a denial to all is not evaluated here");
      return statement;
    });
    const policy = compilePolicy({ ...document, Statement: statements });
    this.#forEveryRole.push(policy);
    for (const role of this.#roles.values()) role.policies.push(policy);
  }

  /**
   * Lets a service take a role on.
   *
   * @param sessionName what the role's calls go by: the function's name.
   * @throws {@link PolicyError} where the role's trust policy does not name the service.
   */
  assume(roleArn: string, service: string, sessionName?: string): Principal {
    const role = this.#role(roleArn.replace(/^.*:role\//, ""));
    if (!role.trusted.includes(service)) throw new PolicyError(`The role ${role.roleName} cannot be assumed by ${service}`);
    if (sessionName !== undefined) role.sessionName = sessionName;
    return role;
  }

  #role(roleName: string): Role {
    const role = this.#roles.get(roleName);
    if (role === undefined) throw new PolicyError(`There is no role ${roleName}`);
    return role;
  }
}

/** The environment variables by which a function's SDK signs as its role. */
export function credentialVariables(principal: Principal): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId(principal), AWS_SECRET_ACCESS_KEY: principal.secretAccessKey };
}

function accessKeyId({ secretAccessKey }: Principal): string {
  return `LOCAL${secretAccessKey.slice(0, 15).toUpperCase()}`;
}

function servicesOf({ Effect, Action, Principal }: TrustStatement): readonly string[] {
  return Effect === "Allow" && Action === "sts:AssumeRole" ? [Principal.Service ?? []].flat() : [];
}
