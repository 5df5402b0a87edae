import type { AccessRequest } from "../service.ts";
import type { CompiledPolicy, CompiledStatement, Pattern } from "./policy.ts";

export interface Decision {
  readonly allowed: boolean;
  readonly reason: "allowed" | "explicit deny" | "implicit deny";
  /** The statement that decided, and the pattern of its that named the action; none of an implicit deny. */
  readonly statement?: CompiledStatement;
  readonly action?: Pattern;
}

/** Identity policies as IAM evaluates them: an explicit deny wins, then an allow; without either the call is denied. */
export function evaluate(policies: readonly CompiledPolicy[], request: AccessRequest): Decision {
  let allow: Decision | undefined;
  for (const { statements } of policies) {
    for (const statement of statements) {
      if (allow !== undefined && statement.effect === "Allow") continue;
      const action = appliesTo(statement, request);
      if (action === undefined) continue;
      if (statement.effect === "Deny") return { allowed: false, reason: "explicit deny", statement, action };
      allow = { allowed: true, reason: "allowed", statement, action };
    }
  }
  return allow ?? { allowed: false, reason: "implicit deny" };
}

/** @returns the pattern that names the action, or nothing where the statement does not apply. */
function appliesTo(statement: CompiledStatement, { action, resource, context = {} }: AccessRequest): Pattern | undefined {
  const named = statement.actions.find((pattern) => pattern.matches(action));
  if ((named === undefined) !== statement.notActions) return undefined;
  if (statement.resources.some((pattern) => pattern.matches(resource)) === statement.notResources) return undefined;
  return statement.conditions.every((holds) => holds(context)) ? (named ?? statement.actions[0]) : undefined;
}
