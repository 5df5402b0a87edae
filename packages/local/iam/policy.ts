import { type Condition, compileConditions, conditionKeys } from "./condition.ts";
import { PolicyError, statementsOf, stringsOf } from "./document.ts";
import { matcherOfAction, matcherOfResource } from "./pattern.ts";

/** One pattern of a statement's list, and what it matches. */
export interface Pattern {
  readonly text: string;
  matches(value: string): boolean;
}

export interface CompiledStatement {
  /** `Sid`, or the statement's number in its policy, from 1. */
  readonly name: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly Pattern[];
  /** True where `actions` is a `NotAction`. */
  readonly notActions: boolean;
  readonly resources: readonly Pattern[];
  /** True where `resources` is a `NotResource`. */
  readonly notResources: boolean;
  readonly conditions: readonly Condition[];
}

export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
}

const members = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/**
 * Reads an identity policy.
 *
 * @param document the policy, as JSON or parsed.
 * @throws {@link PolicyError} that names what IAM would refuse or is not evaluated here: no part of a policy is ignored.
 */
export function compilePolicy(document: unknown): CompiledPolicy {
  return { statements: statementsOf(document, "an identity policy", members).map((one, index) => compileStatement(one, index + 1)) };
}

function compileStatement(statement: Record<string, unknown>, number: number): CompiledStatement {
  const { Sid, Effect, Condition = {} } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") throw new PolicyError(`Effect must be Allow or Deny, not ${JSON.stringify(Effect)}`);
  const [actions, notActions] = oneOf(statement, "Action", "NotAction");
  const [resources, notResources] = oneOf(statement, "Resource", "NotResource");
  return {
    name: typeof Sid === "string" ? Sid : String(number),
    effect: Effect,
    actions: actions.map((text) => ({ text, matches: matcherOfAction(text) })),
    notActions,
    resources: resources.map((text) => ({ text, matches: matcherOfResource(text) })),
    notResources,
    conditions: compileConditions(Condition, conditionKeys),
  };
}

function oneOf(statement: Record<string, unknown>, positive: string, negative: string): [string[], boolean] {
  const negated = statement[positive] === undefined;
  if (negated === (statement[negative] === undefined)) throw new PolicyError(`A statement needs either ${positive} or ${negative}`);
  const member = negated ? negative : positive;
  return [stringsOf(statement[member], member), negated];
}
